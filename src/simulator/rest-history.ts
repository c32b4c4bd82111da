import { letOthersRun } from "../core/clock.ts";
import { HistoryPage } from "./history-page.ts";
import { barsIn, quotesIn, tradesIn } from "./history-rows.ts";
import { encodeJson } from "./json-encoding.ts";
import {
  type FeedChoice,
  listedTape,
  readHistoryFeed,
  readIsDescending,
  readLimit,
  readRange,
  readSymbols,
  type TimeRange,
} from "./market-query.ts";
import { PageToken } from "./page-token.ts";
import { badRequest } from "./rest-reply.ts";
import type { RestContext, RestRoute } from "./rest-route.ts";
import { restBar, restQuote, restTrade } from "./rest-shapes.ts";
import type { AssetClass } from "./symbols.ts";
import type { Tape } from "./tape.ts";
import { quoteMessage, tradeMessage } from "./tape-messages.ts";
import { parseTimeframe, type Timeframe } from "./timeframe.ts";

type HistoryKind = "bars" | "trades" | "quotes";

const DEFAULT_LIMIT = 1000;
const MOST_ROWS = 10_000;
/** After this many rows other requests and the streams get their turn. */
const ROWS_PER_TURN = 200;

interface Row {
  readonly offsetNs: number;
  readonly text: string;
}

/** One symbol's rows of a range, written out; `undefined` where it has worked for a while. */
function* rowsOf(
  kind: HistoryKind,
  tape: Tape,
  context: RestContext,
  feed: FeedChoice,
  range: TimeRange,
  isDescending: boolean,
): Generator<Row | undefined> {
  const { market, query } = context;
  const hours = market.hoursOf(tape, feed.stockVenue === "overnight");
  if (kind === "bars") {
    const timeframe = readTimeframe(query);
    for (const bar of barsIn(market, tape, hours, timeframe, range, isDescending)) {
      if (!bar) yield undefined;
      else if (bar.numbers) {
        const text = encodeJson(restBar(market.timeAt(bar.offsetNs), bar.numbers));
        yield { offsetNs: bar.offsetNs, text };
      }
    }
    return;
  }
  const moments = kind === "trades" ? tradesIn : quotesIn;
  for (const { index, offsetNs } of moments(market, tape, hours, range, isDescending)) {
    const t = market.timeAt(offsetNs);
    const row =
      kind === "trades"
        ? restTrade(tradeMessage(tape, index, t, feed.stockVenue))
        : restQuote(quoteMessage(tape, index, t, feed.stockVenue));
    yield { offsetNs, text: encodeJson(row) };
  }
}

function readTimeframe(query: URLSearchParams): Timeframe {
  const text = query.get("timeframe") ?? "";
  const timeframe = parseTimeframe(text);
  if (!timeframe) throw badRequest(`invalid timeframe: ${text}`);
  return timeframe;
}

/** What is left of a range after the row that a token names, or from that row on. */
function rangeAfter(
  range: TimeRange,
  offsetNs: number,
  isDescending: boolean,
  isInclusive: boolean,
): TimeRange {
  const more = isInclusive ? 1 : 0;
  return isDescending
    ? { fromNs: range.fromNs, untilNs: Math.min(range.untilNs, offsetNs + more) }
    : { fromNs: Math.max(range.fromNs, offsetNs + 1 - more), untilNs: range.untilNs };
}

/**
 * One page: symbol by symbol, `limit` rows over all of them, cut earlier when it grows too large.
 * The token names the last row, so nothing has to be remembered between pages.
 */
async function readPage(
  kind: HistoryKind,
  assetClass: AssetClass,
  context: RestContext,
): Promise<object> {
  const { market, query, options } = context;
  const symbols = readSymbols(context, assetClass);
  const isDescending = readIsDescending(query, "asc");
  const feed = readHistoryFeed(context, assetClass);
  const range = readRange(context, feed);
  if (kind === "bars") readTimeframe(query);
  const token = PageToken.read(query.get("page_token"), symbols, market);
  const page = new HistoryPage(readLimit(query, DEFAULT_LIMIT, MOST_ROWS), options.plan.pageBytes);
  const fault = context.takePageFault(token !== undefined);
  if (fault === "empty") {
    const startNs = isDescending ? range.untilNs : range.fromNs - 1;
    const begin = token ?? new PageToken(symbols[0] ?? "", startNs);
    const text = begin.text(kind, query.get("timeframe"), market);
    return pageBody(kind, context, page, PageToken.respelled(text, context.requestIndex));
  }
  let rows = 0;
  for (const symbol of symbols) {
    const tape = listedTape(market, symbol);
    if (!tape || page.isFull || (token && symbol < token.symbol)) continue;
    const isDoubled = fault === "duplicate-row";
    const left =
      token?.symbol === symbol ? rangeAfter(range, token.offsetNs, isDescending, isDoubled) : range;
    for (const row of rowsOf(kind, tape, context, feed, left, isDescending)) {
      if (row && !page.tryAdd(symbol, row.offsetNs, row.text)) break;
      if (!row || ++rows % ROWS_PER_TURN === 0) await letOthersRun();
    }
  }
  const next =
    fault === "repeated-token"
      ? query.get("page_token")
      : page.nextToken(kind, query.get("timeframe"), market);
  return pageBody(kind, context, page, next);
}

function pageBody(
  kind: HistoryKind,
  { params, query }: RestContext,
  page: HistoryPage,
  nextToken: string | null,
): object {
  const currency = query.get("currency");
  const ending = { next_page_token: nextToken, ...(currency ? { currency } : {}) };
  const symbol = params["symbol"]?.toUpperCase();
  if (symbol === undefined) return { [kind]: page.lists(), ...ending };
  return { [kind]: page.listOf(symbol), symbol, ...ending };
}

const SHARED = ["symbols", "start", "end", "limit", "sort", "page_token"];
const STOCK_ONLY = ["feed", "asof", "currency"];

function route(kind: HistoryKind, path: string, assetClass: AssetClass): RestRoute {
  const own = assetClass === "stock" ? STOCK_ONLY : [];
  const bars =
    kind === "bars" ? ["timeframe", ...(assetClass === "stock" ? ["adjustment"] : [])] : [];
  return {
    path,
    host: "data",
    isPublic: assetClass === "crypto",
    takes: [...SHARED, ...own, ...bars],
    handle: (context) => readPage(kind, assetClass, context),
  };
}

const KINDS: readonly HistoryKind[] = ["bars", "trades", "quotes"];

/** Historical bars, trades and quotes (market data reference, January 2026). @internal */
export const HISTORY_ROUTES: readonly RestRoute[] = [
  ...KINDS.map((kind) => route(kind, `/v2/stocks/${kind}`, "stock")),
  ...KINDS.map((kind) => route(kind, `/v2/stocks/:symbol/${kind}`, "stock")),
  ...KINDS.map((kind) => route(kind, `/v1beta3/crypto/:loc/${kind}`, "crypto")),
  // There are no historical option quotes.
  route("bars", "/v1beta1/options/bars", "option"),
  route("trades", "/v1beta1/options/trades", "option"),
];
