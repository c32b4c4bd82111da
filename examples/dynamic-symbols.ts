// Adds and removes symbols on a running connection. What is wanted at the end is what every reconnect
// asks for.
//
//   node --import ./scripts/typescript-loader.mjs examples/dynamic-symbols.ts
import { setTimeout as sleep } from "node:timers/promises";
import { AlpacaClient } from "holdfast";
import { openMarket, RUN_MS } from "./support/market.ts";

const market = await openMarket();
const client = new AlpacaClient(market.access);
client.onError((error) => console.error(error.message));

const heard = new Map<string, number>();
function count({ symbol }: { readonly symbol: string }): void {
  heard.set(symbol, (heard.get(symbol) ?? 0) + 1);
}
client.onTrade("*", count);
client.onQuote("*", count);

async function listen(what: string): Promise<void> {
  heard.clear();
  await sleep(RUN_MS / 3);
  const counts = [...heard].map(([symbol, messages]) => `${symbol} ${messages}`);
  console.log(`${what}: ${counts.sort().join(", ")}`);
}

await client.connectStream(["AAPL", "GOOGL"]);
await listen("two symbols");

// Each call resolves with everything that the venue has acknowledged.
await client.subscribeToSymbol("MSFT");
const { quotes } = await client.subscribeToSymbol("TSLA", { channels: ["quotes"] });
console.log(`quotes of ${quotes?.join(", ")}`);
await listen("four symbols");

await client.unsubscribeFromSymbol("GOOGL");
await listen("three symbols");

await client.close();
await market.close();
