// Quotes, bars, the market clock and the short-sale guard, all over one shared pool of connections.
//
//   node --import ./scripts/typescript-loader.mjs examples/market-data.ts
import { AlpacaClient } from "holdfast";
import { openMarket } from "./support/market.ts";

const market = await openMarket();
const client = new AlpacaClient(market.access);
client.onError((error) => console.error(error.message));

// Every value says when it was true, where it came from, and whether it is too old to act on.
const { data: quote, asOf, source, stale } = await client.quote("AAPL");
console.log(`AAPL ${quote.bidPrice} / ${quote.askPrice} as of ${asOf}, ${source}, stale: ${stale}`);

// Five at once: they share the connections, and none waits for the others.
const symbols = ["AAPL", "MSFT", "GOOGL", "TSLA", "NVDA"];
const all = await Promise.all(symbols.map((symbol) => client.quote(symbol)));
for (const { data, source: from } of all) {
  console.log(`${data.symbol} ${data.bidPrice} / ${data.askPrice} (${from})`);
}

// The same in one request, for those that are not known young enough.
const latest = await client.quotes([...symbols, "SPY"]);
console.log(`${latest.size} quotes: ${[...latest.keys()].join(", ")}`);

const { data: bars } = await client.marketData("MSFT", 5);
for (const bar of bars) console.log(`${bar.timestamp}  close ${bar.close}  volume ${bar.volume}`);

const { data: clock } = await client.clock();
console.log(`the market is ${clock.isOpen ? "open" : "closed"}, it closes at ${clock.nextClose}`);

// A guard: true only on a clear yes.
console.log(`AAPL can be sold short: ${await client.isShortable("AAPL")}`);

const { http } = client.getHealth();
console.log(`state of the connections: ${http.state}`);

await client.close();
await market.close();
