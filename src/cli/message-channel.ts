import type { StreamMessage } from "../venues/alpaca/handler-codes.ts";

/** The channel that each type of message comes on, under the venue's name for it. */
const CHANNEL_OF_TYPE: Readonly<Record<StreamMessage["type"], string>> = {
  trade: "trades",
  quote: "quotes",
  bar: "bars",
  updatedBar: "updatedBars",
  dailyBar: "dailyBars",
  orderBook: "orderbooks",
  tradingStatus: "statuses",
  limitBand: "lulds",
  imbalance: "imbalances",
  correction: "corrections",
  cancellation: "cancelErrors",
  pricing: "pricing",
  news: "news",
  tradeUpdate: "trade_updates",
};

/** Counts by channel instead of by type. */
export function countsByChannel(
  countsByType: Readonly<Record<string, number>>,
): Record<string, number> {
  const channels = CHANNEL_OF_TYPE as Readonly<Record<string, string>>;
  return Object.fromEntries(
    Object.entries(countsByType).map(([type, count]) => [channels[type] ?? type, count]),
  );
}
