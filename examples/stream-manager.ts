// Three parts of a program share one stream, each with its own symbols and messages, on a plan that
// allows four symbols. What one gives up, another gets.
//
//   node --import ./scripts/typescript-loader.mjs examples/stream-manager.ts
import { setTimeout as sleep } from "node:timers/promises";
import { AlpacaWebSocketClient, StreamManager } from "holdfast";
import { openMarket, RUN_MS } from "./support/market.ts";

const market = await openMarket({ plan: { symbolLimit: 4 } });
const client = new AlpacaWebSocketClient(market.access);
client.onError((error) => console.error(error.message));

const manager = new StreamManager(client, {
  symbolLimits: [{ channels: ["trades", "quotes"], symbols: 4 }],
});
manager.onError((error) => console.error(error.message));
await manager.start();

let quotes = 0;
let bigTrades = 0;
// Called in one turn, so that the venue is asked for all of it in one message.
const [alerts, watcher] = await Promise.all([
  manager.subscribe({
    symbols: ["AAPL"],
    dataTypes: ["trades"],
    filter: (message) => message.type === "trade" && message.price * message.size > 1_000,
    handler: () => void bigTrades++,
  }),
  manager.subscribe({
    symbols: ["AAPL", "MSFT", "NVDA"],
    dataTypes: ["quotes"],
    handler: () => void quotes++,
  }),
]);
watcher.onChange(({ kind, channel, symbol }) => console.log(`${channel} of ${symbol}: ${kind}`));
console.log(`watching quotes of ${watcher.symbols["quotes"]?.join(", ")}`);

// A strategy matters more: the watcher loses its last symbol, and has it back afterwards.
const strategy = await manager.subscribe({
  symbols: ["TSLA"],
  dataTypes: ["trades", "bars"],
  priority: 1,
});
await sleep(RUN_MS / 2);
await strategy.close();
await sleep(RUN_MS / 2);

const { calls, changes } = manager.getSubscriptionStats();
console.log(`${quotes} quotes, ${bigTrades} big trades; ${calls} calls went in ${changes} changes`);
await alerts.close();
await manager.stop();
await client.disconnect();
await market.close();
