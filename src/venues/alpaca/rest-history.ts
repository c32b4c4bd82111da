import { Faults } from "../../core/faults.ts";
import { isDay, isTime, type RestCallOptions } from "./rest-call.ts";
import { normalizeSymbols } from "./rest-symbols.ts";

/** Which tape history comes from. @public */
export type RestHistoryFeed = "sip" | "iex" | "boats" | "otc";

/** How bars are corrected for corporate actions; several may be joined with commas. @public */
export type RestAdjustment = "raw" | "split" | "dividend" | "spin-off" | "all" | (string & {});

/** Which trades or quotes are wanted. @public */
export interface RestHistoryRequest extends RestCallOptions {
  /** Stocks and pairs may be mixed; pairs (`BTC/USD`) come after the stocks. */
  readonly symbols: string | readonly string[];
  /**
   * The first moment wanted, RFC 3339 or `YYYY-MM-DD`.
   * @defaultValue today's midnight, decided by the venue
   */
  readonly start?: string | undefined;
  /**
   * The last moment wanted, inclusive.
   * @defaultValue now, or 15 minutes ago where the plan has no real-time data
   */
  readonly end?: string | undefined;
  /**
   * Rows of one page, over all symbols, 1 to 10000. Pages may be shorter without being the last.
   * @defaultValue 1000, decided by the venue
   */
  readonly limit?: number | undefined;
  /** Stocks only. */
  readonly feed?: RestHistoryFeed | undefined;
  /** @defaultValue "asc" */
  readonly sort?: "asc" | "desc" | undefined;
}

/** Which bars are wanted; times are those of their starts. @public */
export interface RestBarsRequest extends RestHistoryRequest {
  /** `1Min` to `59Min`, `1Hour` to `23Hour`, `1Day`, `1Week`, `1Month` `2Month` `3Month` … `12Month`. */
  readonly timeframe: string;
  /**
   * Stocks only.
   * @defaultValue "raw"
   */
  readonly adjustment?: RestAdjustment | undefined;
}

const TIMEFRAME =
  /^(?:[1-9]|[1-5]\d)(?:Min|T)$|^(?:[1-9]|1\d|2[0-3])(?:Hour|H)$|^1(?:Day|D|Week|W)$|^(?:[12346]|12)(?:Month|M)$/;
const HISTORY_FEEDS: readonly string[] = ["sip", "iex", "boats", "otc"];
const MOST_ROWS = 10_000;

/**
 * Checks what the venue would refuse with a 400.
 * @returns the symbols in the venue's spelling
 * @throws ConfigError naming everything that is wrong.
 */
export function checkHistoryRequest(
  request: RestHistoryRequest,
  faults: Faults = new Faults(),
): string[] {
  const given = typeof request.symbols === "string" ? [request.symbols] : request.symbols;
  const symbols = normalizeSymbols(given, faults);
  const { start, end, limit, feed, sort } = request;
  for (const [name, time] of Object.entries({ start, end })) {
    const isMoment = time === undefined || isTime(time) || isDay(time);
    faults.require(isMoment, `${name} must be RFC 3339 or YYYY-MM-DD, not ${time}`);
  }
  if (limit !== undefined) faults.integer("limit", limit, { min: 1, max: MOST_ROWS });
  if (feed !== undefined) faults.oneOf("feed", feed, HISTORY_FEEDS);
  if (sort !== undefined) faults.oneOf("sort", sort, ["asc", "desc"]);
  faults.throwIfAny();
  return symbols;
}

/** As {@link checkHistoryRequest}, and what only bars have. */
export function checkBarsRequest(request: RestBarsRequest): string[] {
  const faults = new Faults();
  const { timeframe } = request;
  faults.require(TIMEFRAME.test(timeframe), `timeframe ${timeframe} is not one the venue has`);
  return checkHistoryRequest(request, faults);
}
