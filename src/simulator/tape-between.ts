import { Faults, shown } from "../core/faults.ts";
import { DATA_ENDPOINTS, type DataEndpoint } from "./endpoints.ts";
import { barsIn, tradesIn } from "./history-rows.ts";
import type { Market } from "./market.ts";
import type { TimeRange } from "./market-query.ts";
import { assetClassOf, TEST_SYMBOL } from "./symbols.ts";
import type { Tape } from "./tape.ts";
import { tradeMessage } from "./tape-messages.ts";
import type { Timeframe } from "./timeframe.ts";
import { parseTime, VenueTime } from "./venue-time.ts";

/** Which part of the tape is meant. @public */
export interface TapeQuery {
  readonly symbols: readonly string[];
  /** The feed that shows it, by the word that a plan lists it under: `iex`, `sip`, `crypto` … */
  readonly feed: string;
  /** From then on: RFC 3339 with up to nine digits of a second, or milliseconds since the epoch. */
  readonly from: string | number;
  /** Until just before then, so that neighbouring parts share nothing; now when it is later. */
  readonly to: string | number;
}

/** A trade of the tape. @public */
export interface TapeTrade {
  /** In full, as text: ids of crypto trades are beyond 2^53. Trades of options have none. */
  readonly id: string | undefined;
  /** Whole seconds since the epoch, and the nanoseconds after them. */
  readonly seconds: number;
  readonly nanos: number;
}

/** A finished minute bar of the tape. @public */
export interface TapeBar {
  /** When its minute begins, in seconds since the epoch. */
  readonly startSeconds: number;
}

/** One symbol's part, in order of time. @public */
export interface TapeSymbol {
  readonly trades: readonly TapeTrade[];
  /** The bars whose minutes begin between the two moments and are over. */
  readonly bars: readonly TapeBar[];
}

/** A part of the tape by symbol; nothing of a symbol that the venue has never heard of. @public */
export type TapeBetween = Readonly<Record<string, TapeSymbol>>;

const MINUTE: Timeframe = { unit: "minute", amount: 1 };
const MINUTE_NS = 60e9;

const FEEDS: ReadonlyMap<string, DataEndpoint> = new Map(
  [...DATA_ENDPOINTS.values()]
    .filter(({ carries }) => carries !== "news")
    .map((endpoint) => [endpoint.feed, endpoint]),
);

/** Tells which trades and minute bars a feed has shown between two moments. @internal */
export function tapeBetween(market: Market, query: TapeQuery): TapeBetween {
  const { endpoint, range } = readQuery(market, query);
  const shownNs = market.nowNs() - endpoint.delayMs * 1e6;
  const found: Record<string, TapeSymbol> = {};
  for (const symbol of query.symbols) {
    const tape = market.tape(symbol);
    found[symbol] = tape
      ? partOf(market, tape, endpoint, range, shownNs)
      : { trades: [], bars: [] };
  }
  return found;
}

function partOf(
  market: Market,
  tape: Tape,
  { stockVenue }: DataEndpoint,
  { fromNs, untilNs }: TimeRange,
  shownNs: number,
): TapeSymbol {
  const hours = market.hoursOf(tape, stockVenue === "overnight");
  const trades: TapeTrade[] = [];
  const tradeRange = { fromNs, untilNs: Math.min(untilNs, shownNs) };
  for (const { index, offsetNs } of tradesIn(market, tape, hours, tradeRange, false)) {
    const t = market.timeAt(offsetNs);
    const { i } = tradeMessage(tape, index, t, stockVenue);
    trades.push({ id: i?.toString(), seconds: t.seconds, nanos: t.nanos });
  }
  const bars: TapeBar[] = [];
  const barRange = { fromNs, untilNs: Math.min(untilNs, shownNs - MINUTE_NS + 1) };
  for (const bar of barsIn(market, tape, hours, MINUTE, barRange, false)) {
    if (bar?.numbers) bars.push({ startSeconds: market.timeAt(bar.offsetNs).seconds });
  }
  return { trades, bars };
}

function readQuery(
  market: Market,
  { symbols, feed, from, to }: TapeQuery,
): { readonly endpoint: DataEndpoint; readonly range: TimeRange } {
  const found = new Faults();
  const endpoint = FEEDS.get(feed);
  found.oneOf("feed", feed, [...FEEDS.keys()]);
  if (endpoint) {
    for (const symbol of symbols) {
      found.require(
        carries(endpoint, symbol),
        `symbols: ${shown(symbol)} is no symbol of the feed ${feed}`,
      );
    }
  }
  const fromNs = readOffset(market, "from", from, found);
  const untilNs = readOffset(market, "to", to, found);
  if (untilNs < fromNs) found.add("to must not be before from");
  if (!endpoint) throw found.toError();
  found.throwIfAny();
  return { endpoint, range: { fromNs: Math.max(fromNs, market.firstNs), untilNs } };
}

function carries(endpoint: DataEndpoint, symbol: string): boolean {
  if (endpoint.carries === "test") return symbol === TEST_SYMBOL;
  return symbol !== TEST_SYMBOL && assetClassOf(symbol) === endpoint.carries;
}

function readOffset(market: Market, name: string, value: unknown, found: Faults): number {
  if (typeof value === "number" && Number.isFinite(value)) {
    return market.offsetOf(VenueTime.fromMs(value));
  }
  const time = typeof value === "string" ? parseTime(value) : undefined;
  if (time) return market.offsetOf(time);
  found.add(`${name} must be RFC 3339 or milliseconds since 1970, not ${shown(value)}`);
  return Number.NaN;
}
