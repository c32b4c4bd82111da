import { letOthersRun } from "../core/clock.ts";
import { barNumbers, quotesIn, tradesIn } from "./history-rows.ts";
import type { HoursKind } from "./market-hours.ts";
import { type FeedChoice, listedTape, readLatestFeed, readSymbols } from "./market-query.ts";
import { newYorkDay, newYorkMoment } from "./new-york.ts";
import { bookIndexBy, wholeBook } from "./order-book.ts";
import { RestRefusal } from "./rest-reply.ts";
import type { RestContext, RestRoute } from "./rest-route.ts";
import { restBar, restQuote, restTrade } from "./rest-shapes.ts";
import type { AssetClass } from "./symbols.ts";
import type { Tape } from "./tape.ts";
import { quoteMessage, tradeMessage } from "./tape-messages.ts";

type LatestKind = "quote" | "trade" | "bar" | "orderbook";

const MINUTE = { amount: 1, unit: "minute" } as const;
const DAY = { amount: 1, unit: "day" } as const;
/** A quiet symbol's last bar is looked for this far back. */
const MOST_MINUTES_BACK = 24 * 60;

interface View {
  readonly context: RestContext;
  readonly tape: Tape;
  readonly feed: FeedChoice;
  readonly hours: HoursKind;
}

function latestQuote({ context: { market }, tape, feed, hours }: View): object | undefined {
  const range = { fromNs: market.firstNs, untilNs: feed.untilNs };
  for (const { index, offsetNs } of quotesIn(market, tape, hours, range, true)) {
    return restQuote(quoteMessage(tape, index, market.timeAt(offsetNs), feed.stockVenue));
  }
  return undefined;
}

/** Only trades that move the price count: no odd lots. */
function latestTrade({ context: { market }, tape, feed, hours }: View): object | undefined {
  const range = { fromNs: market.firstNs, untilNs: feed.untilNs };
  for (const { index, offsetNs } of tradesIn(market, tape, hours, range, true)) {
    const trade = tradeMessage(tape, index, market.timeAt(offsetNs), feed.stockVenue);
    const isOddLot = tape.assetClass === "stock" && trade.c?.includes("I");
    if (!isOddLot) return restTrade(trade);
  }
  return undefined;
}

function latestBar({ context: { market }, tape, feed, hours }: View): object | undefined {
  const lastMinute = Math.floor(market.timeAt(feed.untilNs).seconds / 60) - 1;
  for (let back = 0; back < MOST_MINUTES_BACK; back++) {
    const start = (lastMinute - back) * 60;
    const numbers = barNumbers(market, tape, hours, MINUTE, start);
    if (numbers) return restBar(market.timeAt(market.offsetOfSeconds(start)), numbers);
  }
  return undefined;
}

function latestBook({ context: { market }, tape, feed }: View): object {
  const index = bookIndexBy(tape.firstIndexFrom(feed.untilNs) - 1);
  const { t, b, a } = wholeBook(tape, index, market.timeAt(tape.timeOf(index)));
  return { t, b, a };
}

const LATEST: { readonly [kind in LatestKind]: (view: View) => object | undefined } = {
  quote: latestQuote,
  trade: latestTrade,
  bar: latestBar,
  orderbook: latestBook,
};

/** The day's bar and the one before it; an empty day has none. */
function dayBar(
  { context: { market }, tape, hours, feed }: View,
  daysBack: number,
): object | undefined {
  const day = newYorkDay(market.timeAt(feed.untilNs).seconds) - daysBack;
  const start = newYorkMoment(day, 0);
  const numbers = barNumbers(market, tape, hours, DAY, start);
  return numbers && restBar(market.timeAt(market.offsetOfSeconds(start)), numbers);
}

/** With real hours, the day before may have been a weekend. */
function previousDayBar(view: View): object | undefined {
  for (let daysBack = 1; daysBack < 6; daysBack++) {
    const bar = dayBar(view, daysBack);
    if (bar) return bar;
  }
  return undefined;
}

function snapshot(view: View): object {
  return {
    latestTrade: latestTrade(view),
    latestQuote: latestQuote(view),
    minuteBar: latestBar(view),
    dailyBar: dayBar(view, 0),
    prevDailyBar: previousDayBar(view),
  };
}

function viewOf(context: RestContext, symbol: string, feed: FeedChoice): View | undefined {
  const tape = listedTape(context.market, symbol);
  if (!tape) return undefined;
  const hours = context.market.hoursOf(tape, feed.stockVenue === "overnight");
  return { context, tape, feed, hours };
}

/** A map of every symbol that has one; the others are left out. */
async function forEach(
  context: RestContext,
  assetClass: AssetClass,
  read: (view: View) => object | undefined,
): Promise<Record<string, object>> {
  const feed = readLatestFeed(context, assetClass);
  const found: Record<string, object> = {};
  for (const symbol of readSymbols(context, assetClass)) {
    const view = viewOf(context, symbol, feed);
    const value = view && read(view);
    if (value) found[symbol] = value;
    await letOthersRun();
  }
  return found;
}

function forOne<T extends object>(
  context: RestContext,
  what: string,
  read: (view: View) => T | undefined,
): { readonly symbol: string; readonly value: T } {
  const [symbol = ""] = readSymbols(context, "stock");
  const view = viewOf(context, symbol, readLatestFeed(context, "stock"));
  const value = view && read(view);
  if (!value) throw new RestRefusal(404, `no ${what} found for ${symbol}`);
  return { symbol, value };
}

const STOCK_TAKES = ["symbols", "feed", "currency"];
const STOCK_KINDS = ["quote", "trade", "bar"] as const;
const CRYPTO_KINDS = ["quote", "trade", "bar", "orderbook"] as const;
const OPTION_KINDS = ["quote", "trade"] as const;

/** The latest of everything (market data reference, January 2026). @internal */
export const LATEST_ROUTES: readonly RestRoute[] = [
  ...STOCK_KINDS.flatMap((kind): RestRoute[] => [
    {
      path: `/v2/stocks/${kind}s/latest`,
      host: "data",
      takes: STOCK_TAKES,
      handle: async (context) => ({ [`${kind}s`]: await forEach(context, "stock", LATEST[kind]) }),
    },
    {
      path: `/v2/stocks/:symbol/${kind}s/latest`,
      host: "data",
      takes: STOCK_TAKES,
      handle: (context) => {
        const { symbol, value } = forOne(context, kind, LATEST[kind]);
        return { symbol, [kind]: value };
      },
    },
  ]),
  {
    path: "/v2/stocks/snapshots",
    host: "data",
    takes: STOCK_TAKES,
    // Unlike crypto's, without a wrapper.
    handle: (context) => forEach(context, "stock", snapshot),
  },
  {
    path: "/v2/stocks/:symbol/snapshot",
    host: "data",
    takes: STOCK_TAKES,
    handle: (context) => {
      const { symbol, value } = forOne(context, "snapshot", snapshot);
      return { symbol, ...value };
    },
  },
  ...CRYPTO_KINDS.map(
    (kind): RestRoute => ({
      path: `/v1beta3/crypto/:loc/latest/${kind}s`,
      host: "data",
      isPublic: true,
      takes: ["symbols"],
      handle: async (context) => ({ [`${kind}s`]: await forEach(context, "crypto", LATEST[kind]) }),
    }),
  ),
  {
    path: "/v1beta3/crypto/:loc/snapshots",
    host: "data",
    isPublic: true,
    takes: ["symbols"],
    handle: async (context) => ({ snapshots: await forEach(context, "crypto", snapshot) }),
  },
  ...OPTION_KINDS.map(
    (kind): RestRoute => ({
      path: `/v1beta1/options/${kind}s/latest`,
      host: "data",
      takes: ["symbols", "feed"],
      handle: async (context) => ({ [`${kind}s`]: await forEach(context, "option", LATEST[kind]) }),
    }),
  ),
];
