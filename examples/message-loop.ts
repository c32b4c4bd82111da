// Reads one stream with `for await`. The buffer is bounded: a loop that is too slow loses the oldest
// messages, and knows how many.
//
//   node --import ./scripts/typescript-loader.mjs examples/message-loop.ts
import { AlpacaWebSocketClient } from "holdfast";
import { openMarket, RUN_MS } from "./support/market.ts";

const market = await openMarket();
const stream = new AlpacaWebSocketClient({ ...market.access, feed: "crypto" });
stream.onError((error) => console.error(error.message));

const messages = stream.messages({ capacity: 1_000, overflow: "dropOldest" });
await stream.connect();
await stream.subscribe({ trades: ["BTC/USD"], orderbooks: ["BTC/USD"], quotes: ["ETH/USD"] });
setTimeout(() => void stream.disconnect(), RUN_MS);

// The loop ends when the stream does.
for await (const message of messages) {
  if (message.type === "trade") {
    const { symbol, size, price, takerSide, timestamp } = message;
    console.log(`${timestamp}  ${symbol}  ${size} at ${price}, taken by a ${takerSide}`);
  } else if (message.type === "orderBook") {
    const what = message.snapshot ? "whole book" : "change";
    console.log(
      `${message.symbol}  ${what}: ${message.bids.length} bids, ${message.asks.length} asks`,
    );
  }
}

const { frames, messagesByType } = stream.getMetrics();
console.log(`${frames} frames`, messagesByType, `${messages.dropped} dropped`);
await market.close();
