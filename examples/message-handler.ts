// Brings a stream to asynchronous processors in batches: one that is quick enough, one that is too slow
// and says what it lost, and one that fails at first and is given its batch again.
//
//   node --import ./scripts/typescript-loader.mjs examples/message-handler.ts
import { setTimeout as sleep } from "node:timers/promises";
import { AlpacaWebSocketClient, MessageHandler } from "holdfast";
import { openMarket, RUN_MS } from "./support/market.ts";

const LARGE_VALUE = 25_000;

const market = await openMarket({ ratePerSymbol: 200 });
const stream = new AlpacaWebSocketClient(market.access);
stream.onError((error) => console.error(error.message));

const handler = new MessageHandler({ batchSize: 100, batchTimeoutMs: 100, workerCount: 4 });
handler.onError((error) => console.error(error.message));
handler.onGap(({ consumer, channel, dropped, symbols }) => {
  console.log(`${consumer} was too slow for ${dropped} ${channel} of ${symbols.join(" ")}`);
});

// A symbol's trades come in order: its batches are processed one after the other.
let largest = 0;
handler.registerProcessor("trades", async (trades) => {
  for (const { symbol, price, size } of trades) {
    if (price * size < Math.max(LARGE_VALUE, largest)) continue;
    largest = price * size;
    console.log(`the largest trade so far: $${largest.toFixed(0)} of ${symbol}`);
  }
});

// A store that is away the first time. Only the latest quotes matter to it.
let isAway = true;
handler.registerProcessor(
  "quotes",
  async () => {
    if (!isAway) return;
    isAway = false;
    throw new Error("the store is away");
  },
  { name: "store", overflow: "conflate", retry: { attempts: 3, baseMs: 100 } },
);

// What is too slow harms itself alone, and is told what it lost.
handler.registerProcessor("quotes", () => sleep(200), { name: "research", bufferSize: 50 });

const symbols = ["AAPL", "GOOGL", "MSFT", "TSLA"];
stream.route("trades", "*", (trade) => handler.push(trade));
stream.route("quotes", "*", (quote) => handler.push(quote));
handler.start();
await stream.connect();
await stream.subscribe({ trades: symbols, quotes: symbols });
await sleep(RUN_MS);
await stream.disconnect();

const { complete } = await handler.stop({ deadlineMs: 1_000 });
console.log(complete ? "everything that waited was processed" : "not everything was processed");
for (const [name, metrics] of Object.entries(handler.getMetrics().byProcessor)) {
  const { pushed, delivered, dropped, conflated, processingMs } = metrics;
  const p95 = `${Math.round(processingMs?.p95Ms ?? 0)} ms`;
  console.log({ name, pushed, delivered, dropped, conflated, p95 });
}
await market.close();
