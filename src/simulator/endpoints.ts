import type { WireChannel } from "../venues/alpaca/wire.ts";
import type { AssetClass } from "./symbols.ts";
import type { StockVenue } from "./tape-messages.ts";

/** The keys of an acknowledgement: what may be asked for, and what comes along with `trades`. @internal */
export type AckKey = WireChannel | "corrections" | "cancelErrors";

/** One market-data stream. @internal */
export interface DataEndpoint {
  readonly path: string;
  /** The word that a plan lists it under, and for stocks the REST `feed`. */
  readonly feed: string;
  readonly carries: AssetClass | "news" | "test";
  /** What may be subscribed to. */
  readonly channels: readonly WireChannel[];
  /** The keys of its acknowledgement, in the venue's order. */
  readonly ackKeys: readonly AckKey[];
  readonly stockVenue: StockVenue;
  /** How late its data is. */
  readonly delayMs: number;
  readonly isMessagePackOnly: boolean;
}

const STOCK_CHANNELS: readonly WireChannel[] = [
  "trades",
  "quotes",
  "bars",
  "updatedBars",
  "dailyBars",
  "statuses",
  "lulds",
  "imbalances",
];
const STOCK_ACK: readonly AckKey[] = [
  "trades",
  "quotes",
  "bars",
  "updatedBars",
  "dailyBars",
  "statuses",
  "lulds",
  "corrections",
  "cancelErrors",
];
const CRYPTO_CHANNELS: readonly WireChannel[] = [
  "trades",
  "quotes",
  "orderbooks",
  "bars",
  "updatedBars",
  "dailyBars",
];
const PERPETUAL_CHANNELS: readonly WireChannel[] = [...CRYPTO_CHANNELS, "pricing"];
const TEST_CHANNELS: readonly WireChannel[] = ["trades", "quotes", "bars"];
const OPTION_CHANNELS: readonly WireChannel[] = ["trades", "quotes"];
const NEWS_CHANNELS: readonly WireChannel[] = ["news"];

/** The delay of the free consolidated feed: fifteen minutes. */
const DELAYED_MS = 15 * 60_000;

function stocks(path: string, feed: string, stockVenue: StockVenue, delayMs = 0): DataEndpoint {
  return {
    path,
    feed,
    carries: "stock",
    channels: STOCK_CHANNELS,
    ackKeys: STOCK_ACK,
    stockVenue,
    delayMs,
    isMessagePackOnly: false,
  };
}

function others(
  path: string,
  feed: string,
  carries: DataEndpoint["carries"],
  channels: readonly WireChannel[],
): DataEndpoint {
  return {
    path,
    feed,
    carries,
    channels,
    ackKeys: channels,
    stockVenue: "consolidated",
    delayMs: 0,
    isMessagePackOnly: carries === "option",
  };
}

/**
 * Every market-data stream by its path. Sources: real-time stock, crypto, option and news pages,
 * January 2026. The overnight feeds share one tape here; the path of `/v2/otc` is an assumption.
 * @internal
 */
export const DATA_ENDPOINTS: ReadonlyMap<string, DataEndpoint> = new Map(
  [
    stocks("/v2/iex", "iex", "iex"),
    stocks("/v2/sip", "sip", "consolidated"),
    stocks("/v2/delayed_sip", "delayed_sip", "consolidated", DELAYED_MS),
    stocks("/v2/otc", "otc", "consolidated"),
    stocks("/v1beta1/boats", "boats", "overnight"),
    stocks("/v1beta1/overnight", "overnight", "overnight"),
    others("/v2/test", "test", "test", TEST_CHANNELS),
    others("/v1beta3/crypto/us", "crypto", "crypto", CRYPTO_CHANNELS),
    others("/v1beta3/crypto/us-1", "crypto", "crypto", CRYPTO_CHANNELS),
    others("/v1beta3/crypto/eu-1", "crypto", "crypto", CRYPTO_CHANNELS),
    others("/v1beta1/crypto-perps/global", "crypto-perps", "crypto", PERPETUAL_CHANNELS),
    others("/v1beta1/news", "news", "news", NEWS_CHANNELS),
    others("/v1beta1/indicative", "indicative", "option", OPTION_CHANNELS),
    others("/v1beta1/opra", "opra", "option", OPTION_CHANNELS),
  ].map((endpoint) => [endpoint.path, endpoint] as const),
);

/** The path of the trading stream. @internal */
export const TRADING_STREAM_PATH = "/stream";

/** Every word a plan may list. @internal */
export const FEED_NAMES: readonly string[] = [
  ...new Set([...DATA_ENDPOINTS.values()].map((endpoint) => endpoint.feed)),
];
