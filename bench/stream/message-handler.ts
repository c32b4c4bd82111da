// What it costs to bring a message through a MessageHandler: push, lanes, batches and a processor that
// does nothing. Messages come as from a busy feed: mostly quotes, few symbols with most of them.
import { setImmediate as nextTurn } from "node:timers/promises";
import { seededRandom } from "../../src/core/random.ts";
import { Arrival } from "../../src/model/arrival.ts";
import type { MarketData } from "../../src/model/market-data.ts";
import { Quote } from "../../src/model/quote.ts";
import { Trade } from "../../src/model/trade.ts";
import { MessageHandler } from "../../src/streaming/message-handler/message-handler.ts";
import type { MessageOverflow } from "../../src/streaming/message-handler/message-handler-options.ts";
import { atMost, type Measure, median, noted } from "../support/measure.ts";

const SYMBOLS = 8_000;
/** Few enough to stay in the processor's cache, where a decoder leaves them. */
const MESSAGES = 8_000;
/** What one read of a socket may bring; then others run, and batches are handed over. */
const MESSAGES_IN_A_TURN = 1_000;
const PASSES = 125;
const ROUNDS = 5;
const TARGET_NS = 150;
const TRADE_SHARE = 0.15;

interface Pushed {
  readonly message: MarketData;
  readonly symbolId: number;
}

export async function measureMessageHandler(): Promise<Measure[]> {
  const messages = makeMessages();
  const withIds = await nanosecondsPerMessage(messages, "dropOldest", true);
  const withNames = await nanosecondsPerMessage(messages, "dropOldest", false);
  const conflated = await nanosecondsPerMessage(messages, "conflate", true);
  return [
    atMost("message handler, processor time per message, ns", withIds, TARGET_NS),
    noted("message handler without symbol numbers, processor time, ns", withNames),
    noted("message handler that conflates, processor time, ns", conflated),
  ];
}

async function nanosecondsPerMessage(
  messages: readonly Pushed[],
  overflow: MessageOverflow,
  withIds: boolean,
): Promise<number> {
  const handler = new MessageHandler({ workerCount: 4, overflow });
  handler.registerProcessor("quotes", async () => {});
  handler.registerProcessor("trades", async () => {});
  handler.start();
  const rounds: number[] = [];
  await pass(handler, messages, withIds); // warm
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let times = 0; times < PASSES; times++) await pass(handler, messages, withIds);
    // Not the time that passed: other programs may have had the processor meanwhile.
    const { user, system } = process.cpuUsage(before);
    rounds.push(((user + system) * 1_000) / (PASSES * messages.length));
  }
  await handler.stop();
  const { pushed, delivered, conflated } = handler.getMetrics().totals;
  if (pushed !== (1 + ROUNDS * PASSES) * messages.length || pushed !== delivered + conflated) {
    throw new Error(`${pushed} pushed, ${delivered} delivered, ${conflated} conflated`);
  }
  return median(rounds);
}

async function pass(
  handler: MessageHandler,
  messages: readonly Pushed[],
  withIds: boolean,
): Promise<void> {
  for (let from = 0; from < messages.length; from += MESSAGES_IN_A_TURN) {
    for (let at = from; at < from + MESSAGES_IN_A_TURN; at++) {
      const { message, symbolId } = messages[at] as Pushed;
      if (withIds) handler.push(message, symbolId);
      else handler.push(message);
    }
    await nextTurn();
  }
}

function makeMessages(): readonly Pushed[] {
  const random = seededRandom(1);
  const names = Array.from({ length: SYMBOLS }, (_, index) => `S${index}`);
  const time = { seconds: 1_700_000_000, nanos: 123_456_789 };
  const quote = {
    bidPrice: 100,
    bidSize: 2,
    bidExchange: "V",
    askPrice: 100.01,
    askSize: 3,
    askExchange: "V",
    conditions: ["R"],
    tape: "C",
  };
  const trade = {
    rawId: 1,
    price: 100,
    size: 100,
    conditions: ["@"],
    exchange: "V",
    tape: "C",
    takerSide: "unknown",
  } as const;
  return Array.from({ length: MESSAGES }, (_, index) => {
    // The k-th symbol's share falls as 1/k.
    const symbolId = Math.min(Math.floor(SYMBOLS ** random.next()) - 1, SYMBOLS - 1);
    const symbol = names[symbolId] as string;
    const arrival = new Arrival(1_700_000_000_200 + Math.floor(index / 40));
    const message =
      random.next() < TRADE_SHARE
        ? Trade.from(symbol, time, arrival, trade)
        : Quote.from(symbol, time, arrival, quote);
    return { message, symbolId };
  });
}
