/** The type of message that comes on each channel; no venue has all of them. @public */
export interface TypeByChannel {
  readonly trades: "trade";
  readonly quotes: "quote";
  readonly bars: "bar";
  readonly updatedBars: "updatedBar";
  readonly dailyBars: "dailyBar";
  readonly statuses: "tradingStatus";
  readonly lulds: "limitBand";
  readonly corrections: "correction";
  readonly cancelErrors: "cancellation";
  readonly imbalances: "imbalance";
  readonly orderbooks: "orderBook";
  readonly pricing: "pricing";
  readonly news: "news";
}

/** What messages come on, as it is called whatever the venue. @public */
export type MessageChannel = keyof TypeByChannel;

/** What one can subscribe to; corrections and cancellations come with the trades. @public */
export type MarketChannel = Exclude<MessageChannel, "corrections" | "cancelErrors">;

const TYPE_BY_CHANNEL: TypeByChannel = {
  trades: "trade",
  quotes: "quote",
  bars: "bar",
  updatedBars: "updatedBar",
  dailyBars: "dailyBar",
  statuses: "tradingStatus",
  lulds: "limitBand",
  corrections: "correction",
  cancelErrors: "cancellation",
  imbalances: "imbalance",
  orderbooks: "orderBook",
  pricing: "pricing",
  news: "news",
};

/** Every channel. */
export const CHANNELS: readonly string[] = Object.keys(TYPE_BY_CHANNEL);

/** The names of {@link MarketChannel}. */
export const MARKET_CHANNELS: readonly string[] = CHANNELS.filter(
  (channel) => channel !== "corrections" && channel !== "cancelErrors",
);

const TYPES: ReadonlyMap<string, string> = new Map(Object.entries(TYPE_BY_CHANNEL));
const CHANNEL_BY_TYPE: ReadonlyMap<string, string> = new Map(
  [...TYPES].map(([channel, type]) => [type, channel]),
);

/** The channel on which messages of this type come; `undefined` where there is none. */
export function channelOfType(type: string): string | undefined {
  return CHANNEL_BY_TYPE.get(type);
}

/** The type of message that comes on a channel; `undefined` for an unknown channel. */
export function typeOfChannel(channel: string): string | undefined {
  return TYPES.get(channel);
}
