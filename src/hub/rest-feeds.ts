import type { AlpacaFeed } from "../venues/alpaca/endpoints.ts";
import type { RestHistoryFeed } from "../venues/alpaca/rest-history.ts";
import type { RestLatestFeed } from "../venues/alpaca/rest-latest.ts";

/**
 * The name REST has for a stream's feed; where there is none, the choice is the venue's. Latest
 * values and history differ: no history is called `delayed_sip`, and `overnight` is `boats` there.
 * Source: docs.alpaca.markets, market data API, January 2026.
 */
export const LATEST_FEED: Readonly<Partial<Record<AlpacaFeed, RestLatestFeed>>> = {
  iex: "iex",
  sip: "sip",
  delayed_sip: "delayed_sip",
  otc: "otc",
  boats: "boats",
  overnight: "overnight",
};

export const HISTORY_FEED: Readonly<Partial<Record<AlpacaFeed, RestHistoryFeed>>> = {
  iex: "iex",
  sip: "sip",
  delayed_sip: "sip",
  otc: "otc",
  boats: "boats",
  overnight: "boats",
};
