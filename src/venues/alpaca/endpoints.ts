import type { WireChannel as AlpacaChannel } from "./wire.ts";

/** Which Alpaca environment the account lives in. Market data is the same for both. @public */
export type AlpacaEnvironment = "paper" | "live";

/**
 * Every market-data stream. Stocks: `iex` (free), `sip` (paid), `delayed_sip` (15 minutes late),
 * `otc`, `boats` and `overnight` (the overnight session), `test` (only the symbol FAKEPACA, always
 * open). `crypto` and its Kraken venues, `crypto-perps`, `news`, and options as `indicative` (free)
 * or `opra` (paid).
 * @public
 */
export type AlpacaFeed =
  | "iex"
  | "sip"
  | "delayed_sip"
  | "otc"
  | "boats"
  | "overnight"
  | "test"
  | "crypto"
  | "crypto-us-1"
  | "crypto-eu-1"
  | "crypto-perps"
  | "news"
  | "indicative"
  | "opra";

export type { WireChannel as AlpacaChannel } from "./wire.ts";

/** When a feed carries data at all. */
export type FeedHours = "stocks" | "always" | "unknown";

interface FeedFacts {
  readonly path: string;
  readonly channels: readonly AlpacaChannel[];
  readonly hours: FeedHours;
  /** Options come in MessagePack only. */
  readonly msgpackOnly?: true;
}

const STOCK_CHANNELS = [
  "trades",
  "quotes",
  "bars",
  "updatedBars",
  "dailyBars",
  "statuses",
  "lulds",
  "imbalances",
] as const satisfies readonly AlpacaChannel[];
const CRYPTO_CHANNELS = [
  "trades",
  "quotes",
  "orderbooks",
  "bars",
  "updatedBars",
  "dailyBars",
] as const satisfies readonly AlpacaChannel[];

/**
 * Paths and channels from docs.alpaca.markets, real-time data pages, January 2026. The path of `otc`
 * is by analogy: the documents name the feed for REST only.
 */
export const FEEDS: Readonly<Record<AlpacaFeed, FeedFacts>> = {
  iex: { path: "/v2/iex", channels: STOCK_CHANNELS, hours: "stocks" },
  sip: { path: "/v2/sip", channels: STOCK_CHANNELS, hours: "stocks" },
  delayed_sip: { path: "/v2/delayed_sip", channels: STOCK_CHANNELS, hours: "unknown" },
  otc: { path: "/v2/otc", channels: STOCK_CHANNELS, hours: "stocks" },
  boats: { path: "/v1beta1/boats", channels: STOCK_CHANNELS, hours: "unknown" },
  overnight: { path: "/v1beta1/overnight", channels: STOCK_CHANNELS, hours: "unknown" },
  test: { path: "/v2/test", channels: ["trades", "quotes", "bars"], hours: "always" },
  crypto: { path: "/v1beta3/crypto/us", channels: CRYPTO_CHANNELS, hours: "always" },
  "crypto-us-1": { path: "/v1beta3/crypto/us-1", channels: CRYPTO_CHANNELS, hours: "always" },
  "crypto-eu-1": { path: "/v1beta3/crypto/eu-1", channels: CRYPTO_CHANNELS, hours: "always" },
  "crypto-perps": {
    path: "/v1beta1/crypto-perps/global",
    channels: [...CRYPTO_CHANNELS, "pricing"],
    hours: "always",
  },
  news: { path: "/v1beta1/news", channels: ["news"], hours: "unknown" },
  indicative: {
    path: "/v1beta1/indicative",
    channels: ["trades", "quotes"],
    hours: "stocks",
    msgpackOnly: true,
  },
  opra: {
    path: "/v1beta1/opra",
    channels: ["trades", "quotes"],
    hours: "stocks",
    msgpackOnly: true,
  },
};

/** Every feed's name. @public */
export const ALPACA_FEEDS: readonly AlpacaFeed[] = Object.keys(FEEDS) as AlpacaFeed[];

/** Where Alpaca lives. @public */
export interface AlpacaHosts {
  readonly trading: string;
  readonly data: string;
  readonly dataStream: string;
  readonly tradingStream: string;
}

/** Hosts from docs.alpaca.markets, January 2026. */
export const HOSTS: Readonly<Record<AlpacaEnvironment, AlpacaHosts>> = {
  paper: {
    trading: "https://paper-api.alpaca.markets",
    data: "https://data.alpaca.markets",
    dataStream: "wss://stream.data.alpaca.markets",
    tradingStream: "wss://paper-api.alpaca.markets",
  },
  live: {
    trading: "https://api.alpaca.markets",
    data: "https://data.alpaca.markets",
    dataStream: "wss://stream.data.alpaca.markets",
    tradingStream: "wss://api.alpaca.markets",
  },
};

export const TRADING_STREAM_PATH = "/stream";

/**
 * A stream's address on another host, such as a gateway or a simulator: a base without a path gets
 * the stream's own, one with a path is taken as it is; http becomes ws.
 */
export function streamUrl(base: string, path: string): string {
  const url = new URL(base);
  url.hash = ""; // a fragment has no place in a WebSocket address
  if (url.protocol === "http:") url.protocol = "ws:";
  if (url.protocol === "https:") url.protocol = "wss:";
  if (url.pathname === "/") url.pathname = path;
  return url.href;
}
