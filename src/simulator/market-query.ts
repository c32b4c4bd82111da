import type { Market } from "./market.ts";
import { dayOf, newYorkDay, newYorkMoment } from "./new-york.ts";
import { badRequest, RestRefusal } from "./rest-reply.ts";
import type { RestContext } from "./rest-route.ts";
import { type AssetClass, assetClassOf, TEST_SYMBOL } from "./symbols.ts";
import type { Tape } from "./tape.ts";
import type { StockVenue } from "./tape-messages.ts";
import { parseTime } from "./venue-time.ts";

const DELAY_NS = 15 * 60e9;
const HISTORY_FEEDS = ["sip", "iex", "boats", "otc"];
const LATEST_FEEDS = ["sip", "iex", "delayed_sip", "boats", "overnight", "otc"];
const CRYPTO_LOCATIONS = ["us", "us-1", "us-2", "eu-1", "bs-1"];
/** Option endpoints take so many contracts at a time. */
const MOST_OPTIONS = 100;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** A stock feed as REST names it. @internal */
export interface FeedChoice {
  readonly stockVenue: StockVenue;
  /** What is later than this, in nanoseconds from the market's start, is not shown. */
  readonly untilNs: number;
  /** Whether asking for anything later is refused. */
  readonly isRecentRefused: boolean;
}

/** Reads `symbols`, or the one symbol of the path: upper case, each once, in order. @internal */
export function readSymbols(context: RestContext, assetClass: AssetClass): readonly string[] {
  const text = context.params["symbol"] ?? context.query.get("symbols") ?? "";
  const location = context.params["loc"];
  if (location !== undefined && !CRYPTO_LOCATIONS.includes(location)) {
    throw badRequest(`invalid location: ${location}`);
  }
  const symbols = text
    .split(",")
    .map((symbol) => symbol.trim().toUpperCase())
    .filter(Boolean);
  if (symbols.length === 0) throw badRequest("symbols parameter is required");
  if (assetClass === "option" && symbols.length > MOST_OPTIONS) {
    throw badRequest(`too many symbols: at most ${MOST_OPTIONS}`);
  }
  for (const symbol of symbols) {
    if (assetClassOf(symbol) !== assetClass) throw badRequest(`invalid symbol: ${symbol}`);
  }
  return [...new Set(symbols)].sort();
}

/** The tape of a symbol that REST knows: the test symbol exists on its stream only. @internal */
export function listedTape(market: Market, symbol: string): Tape | undefined {
  return symbol === TEST_SYMBOL ? undefined : market.tape(symbol);
}

/** Reads `feed` for the endpoints that show the latest of something. @internal */
export function readLatestFeed(context: RestContext, assetClass: AssetClass): FeedChoice {
  const { query, options, market } = context;
  if (assetClass !== "stock") return onlyFeed(market);
  const { feeds } = options.plan;
  const feed = query.get("feed") ?? (feeds.includes("sip") ? "sip" : "iex");
  if (!LATEST_FEEDS.includes(feed)) throw badRequest(`invalid feed: ${feed}`);
  if (feed !== "delayed_sip" && !feeds.includes(feed)) throw recentRefusal();
  const untilNs = market.nowNs() - (feed === "delayed_sip" ? DELAY_NS : 0);
  return { stockVenue: venueOf(feed), untilNs, isRecentRefused: false };
}

/** Reads `feed` for the history endpoints, with the rule of the last fifteen minutes. @internal */
export function readHistoryFeed(context: RestContext, assetClass: AssetClass): FeedChoice {
  const { query, options, market } = context;
  if (assetClass !== "stock") return onlyFeed(market);
  const { feeds } = options.plan;
  const feed = query.get("feed") ?? (feeds.includes("sip") ? "sip" : "iex");
  if (!HISTORY_FEEDS.includes(feed)) throw badRequest(`invalid feed: ${feed}`);
  const isRecentRefused = !feeds.includes(feed);
  const untilNs = market.nowNs() - (isRecentRefused ? DELAY_NS : 0);
  return { stockVenue: venueOf(feed), untilNs, isRecentRefused };
}

/** Crypto, options and news have one tape each, whatever the request says. @internal */
export function onlyFeed(market: Market): FeedChoice {
  return { stockVenue: "consolidated", untilNs: market.nowNs(), isRecentRefused: false };
}

function venueOf(feed: string): StockVenue {
  if (feed === "boats" || feed === "overnight") return "overnight";
  return feed === "iex" ? "iex" : "consolidated";
}

/** The HTTP status and the status in the code differ, as they do at the venue. */
function recentRefusal(): RestRefusal {
  return new RestRefusal(403, "subscription does not permit querying recent SIP data", 42210000);
}

/** A stretch of history in nanoseconds from the market's start: from inclusive, until exclusive. @internal */
export interface TimeRange {
  readonly fromNs: number;
  readonly untilNs: number;
}

/** Reads `start` and `end`, both inclusive; never beyond what the feed shows or the history holds. @internal */
export function readRange({ query, market }: RestContext, feed: FeedChoice): TimeRange {
  const today = market.offsetOfSeconds(newYorkMoment(newYorkDay(market.nowSeconds()), 0));
  const startNs = readOffset(market, "start", query.get("start")) ?? Math.min(today, feed.untilNs);
  const endNs = readOffset(market, "end", query.get("end"));
  if (endNs !== undefined && endNs < startNs) throw badRequest("end should not be before start");
  if (feed.isRecentRefused && endNs !== undefined && endNs > feed.untilNs) throw recentRefusal();
  // Inclusive, in whole nanoseconds.
  const untilNs = Math.min(endNs === undefined ? feed.untilNs : endNs + 1, feed.untilNs);
  return { fromNs: Math.max(startNs, market.firstNs), untilNs };
}

/** A bare date is midnight in New York, which is where a day's bar begins. */
function readOffset(market: Market, name: string, text: string | null): number | undefined {
  if (text === null || text === "") return undefined;
  const time = parseTime(text);
  if (!time) throw badRequest(`invalid ${name}: ${text}`);
  return DATE.test(text)
    ? market.offsetOfSeconds(newYorkMoment(dayOf(text), 0))
    : market.offsetOf(time);
}

/** Reads a whole number within bounds. @internal */
export function readLimit(query: URLSearchParams, fallback: number, most: number): number {
  const text = query.get("limit");
  if (text === null) return fallback;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > most) {
    throw badRequest(`invalid limit: must be from 1 to ${most}`);
  }
  return limit;
}

/** Reads `sort`. @internal */
export function readIsDescending(query: URLSearchParams, fallback: "asc" | "desc"): boolean {
  const sort = query.get("sort") ?? fallback;
  if (sort !== "asc" && sort !== "desc") throw badRequest(`invalid sort: ${sort}`);
  return sort === "desc";
}
