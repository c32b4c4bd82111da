import { z } from "zod";
import { maybe, time } from "./rest-fields.ts";

/**
 * Answers of the market data host as they stand on the wire. Unknown keys pass, since Alpaca adds some
 * without notice; times stay the venue's text, with all their digits.
 * Source: docs.alpaca.markets, market data API reference, read in September 2026.
 */

/** Conditions: a list for stocks, one text for options. @public */
export type RestConditions = readonly string[] | string;

/** The best bid and offer. @public */
export interface RestQuote {
  readonly t: string;
  readonly bp: number;
  readonly bs: number;
  readonly ap: number;
  readonly as: number;
  readonly bx?: string | undefined;
  readonly ax?: string | undefined;
  readonly c?: RestConditions | undefined;
  readonly z?: string | undefined;
}

/** One trade. @public */
export interface RestTrade {
  readonly t: string;
  readonly p: number;
  readonly s: number;
  /** Exact: a bigint where a number could not hold it. */
  readonly i?: number | bigint | undefined;
  readonly x?: string | undefined;
  readonly c?: RestConditions | undefined;
  readonly z?: string | undefined;
  /** Taker side, `B` or `S`, crypto only. */
  readonly tks?: string | undefined;
  /** What became of it: `canceled`, `incorrect` or `corrected`. */
  readonly u?: string | undefined;
}

/** One bar; `t` is its start. @public */
export interface RestBar {
  readonly t: string;
  readonly o: number;
  readonly h: number;
  readonly l: number;
  readonly c: number;
  readonly v: number;
  readonly n?: number | undefined;
  readonly vw?: number | undefined;
}

/** A number, or the digits of an id beyond 2^53, which were quoted before parsing. */
const id: z.ZodType<number | bigint> = z.union([
  z.number(),
  z.string().regex(/^\d+$/).transform(BigInt),
]);

const conditions: z.ZodType<RestConditions> = z.union([z.array(z.string()), z.string()]);

const quote: z.ZodType<RestQuote> = z.looseObject({
  t: time,
  bp: z.number(),
  bs: z.number(),
  ap: z.number(),
  as: z.number(),
  bx: z.string().optional(),
  ax: z.string().optional(),
  c: conditions.optional(),
  z: z.string().optional(),
});

const trade: z.ZodType<RestTrade> = z.looseObject({
  t: time,
  p: z.number(),
  s: z.number(),
  i: id.optional(),
  x: z.string().optional(),
  c: conditions.optional(),
  z: z.string().optional(),
  tks: z.string().optional(),
  u: z.string().optional(),
});

const bar: z.ZodType<RestBar> = z.looseObject({
  t: time,
  o: z.number(),
  h: z.number(),
  l: z.number(),
  c: z.number(),
  v: z.number(),
  n: z.number().optional(),
  vw: z.number().optional(),
});

/** Values by symbol. @public */
export type BySymbol<Value> = Readonly<Record<string, Value>>;

/** Null where nothing is found, and null for a symbol without data: both mean "not there". */
function bySymbol<Value>(value: z.ZodType<Value>): z.ZodType<BySymbol<Value>> {
  return z
    .record(z.string(), value.nullable())
    .nullable()
    .transform((found) => {
      const present: Record<string, Value> = {};
      for (const [symbol, one] of Object.entries(found ?? {})) {
        if (one !== null) present[symbol] = one;
      }
      return present;
    });
}

/** `/v2/stocks/{symbol}/quotes/latest` */
export const LATEST_QUOTE_ANSWER: z.ZodType<RestQuote> = z
  .looseObject({ quote })
  .transform((answer) => answer.quote);

/** `/v2/stocks/{symbol}/trades/latest` */
export const LATEST_TRADE_ANSWER: z.ZodType<RestTrade> = z
  .looseObject({ trade })
  .transform((answer) => answer.trade);

/** `/v2/stocks/quotes/latest` and `/v1beta3/crypto/us/latest/quotes` */
export const LATEST_QUOTES_ANSWER: z.ZodType<BySymbol<RestQuote>> = z
  .looseObject({ quotes: bySymbol(quote) })
  .transform((answer) => answer.quotes);

/** `/v2/stocks/trades/latest` and `/v1beta3/crypto/us/latest/trades` */
export const LATEST_TRADES_ANSWER: z.ZodType<BySymbol<RestTrade>> = z
  .looseObject({ trades: bySymbol(trade) })
  .transform((answer) => answer.trades);

/** Some rows of history by symbol; one symbol's may be spread over several pages. @public */
export interface RestPage<Row> {
  readonly rows: BySymbol<readonly Row[]>;
  /** Null on the last page of one list of symbols. */
  readonly nextPageToken: string | null;
}

/** A missing token is an error: it does not say whether there is more. */
const nextPageToken = z.string().nullable();

/** `/v2/stocks/bars` and `/v1beta3/crypto/us/bars` */
export const BARS_ANSWER: z.ZodType<RestPage<RestBar>> = z
  .looseObject({ bars: bySymbol(z.array(bar)), next_page_token: nextPageToken })
  .transform((answer) => ({ rows: answer.bars, nextPageToken: answer.next_page_token }));

/** `/v2/stocks/trades` and `/v1beta3/crypto/us/trades` */
export const TRADES_ANSWER: z.ZodType<RestPage<RestTrade>> = z
  .looseObject({ trades: bySymbol(z.array(trade)), next_page_token: nextPageToken })
  .transform((answer) => ({ rows: answer.trades, nextPageToken: answer.next_page_token }));

/** `/v2/stocks/quotes` and `/v1beta3/crypto/us/quotes` */
export const QUOTES_ANSWER: z.ZodType<RestPage<RestQuote>> = z
  .looseObject({ quotes: bySymbol(z.array(quote)), next_page_token: nextPageToken })
  .transform((answer) => ({ rows: answer.quotes, nextPageToken: answer.next_page_token }));

/** The latest of everything for one instrument. @public */
export interface RestSnapshot {
  readonly latestTrade?: RestTrade | undefined;
  readonly latestQuote?: RestQuote | undefined;
  readonly minuteBar?: RestBar | undefined;
  readonly dailyBar?: RestBar | undefined;
  readonly prevDailyBar?: RestBar | undefined;
}

const snapshot: z.ZodType<RestSnapshot> = z.looseObject({
  latestTrade: maybe(trade),
  latestQuote: maybe(quote),
  minuteBar: maybe(bar),
  dailyBar: maybe(bar),
  prevDailyBar: maybe(bar),
});

/** `/v2/stocks/snapshots`, which stand without a name around them. */
export const STOCK_SNAPSHOTS_ANSWER: z.ZodType<BySymbol<RestSnapshot>> = bySymbol(snapshot);

/** `/v1beta3/crypto/us/snapshots` */
export const PAIR_SNAPSHOTS_ANSWER: z.ZodType<BySymbol<RestSnapshot>> = z
  .looseObject({ snapshots: bySymbol(snapshot) })
  .transform((answer) => answer.snapshots);
