// Prints every quote of one symbol for a while. The connection looks after itself.
//
//   node --import ./scripts/typescript-loader.mjs examples/basic-stream.ts
import { setTimeout as sleep } from "node:timers/promises";
import { AlpacaClient } from "holdfast";
import { openMarket, RUN_MS } from "./support/market.ts";

const market = await openMarket();
const client = new AlpacaClient(market.access);

client.onError((error) => console.error(error.message));
client.onQuote("AAPL", (quote) => {
  console.log(`${quote.symbol}: $${quote.bidPrice} / $${quote.askPrice}`);
});

await client.connectStream(["AAPL", "GOOGL"]);
await sleep(RUN_MS);

await client.disconnectStream();
await client.close();
await market.close();
