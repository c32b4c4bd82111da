import type { ChannelRules } from "../../streaming/gap-ledger/channel-rules.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Bars that keep their time while they change; how many trades are in them tells which is which. */
function changingBars(depth: number, spanMs: number): ChannelRules {
  return { keyOf: (message) => ("tradeCount" in message ? message.tradeCount : 0), spanMs, depth };
}

/** A channel whose messages are told apart by their time alone. */
function byTime(depth: number, spanMs = 0): ChannelRules {
  return { spanMs, depth };
}

/**
 * What the gap ledger has to know of each channel. A trade is told by its id and exchange, a bar by
 * its start. The mirrors of `trades` cannot be subscribed to and are not here: a trade found in
 * history says in its `revision` what became of it.
 */
export const LEDGER_CHANNELS: Readonly<Record<string, ChannelRules>> = {
  trades: {
    keyOf: (message) => (message.type === "trade" ? message.key : 0),
    spanMs: 0,
    depth: 16,
  },
  quotes: byTime(1),
  orderbooks: byTime(1),
  pricing: byTime(1),
  bars: byTime(2, MINUTE_MS),
  updatedBars: changingBars(4, MINUTE_MS),
  dailyBars: changingBars(1, DAY_MS),
  statuses: byTime(1),
  lulds: byTime(1),
  imbalances: byTime(1),
  news: byTime(1),
};
