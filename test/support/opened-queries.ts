import { type Mock, vi } from "vitest";
import type { HoldfastError } from "../../src/core/holdfast-error.ts";
import { HttpStatusError } from "../../src/core/request-errors.ts";
import { MarketQueries } from "../../src/hub/market-queries.ts";
import { QuoteCache } from "../../src/hub/quote-cache.ts";
import type { Asset } from "../../src/model/asset.ts";
import type { MarketClock } from "../../src/model/market-clock.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import type { AlpacaFeed } from "../../src/venues/alpaca/endpoints.ts";
import type { AlpacaRest } from "../../src/venues/alpaca/rest.ts";
import type { RestBarsRequest } from "../../src/venues/alpaca/rest-history.ts";
import type { RestBar, RestPage, RestQuote } from "../../src/venues/alpaca/rest-schemas.ts";

export const TTL_MS = 60_000;

export const ASSET: Asset = {
  id: "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415",
  symbol: "AAPL",
  name: "Apple Inc. Common Stock",
  assetClass: "us_equity",
  exchange: "NASDAQ",
  isActive: true,
  isTradable: true,
  isMarginable: true,
  isShortable: true,
  isEasyToBorrow: true,
  isFractionable: true,
  attributes: [],
  minOrderSize: undefined,
  minTradeIncrement: undefined,
  priceIncrement: undefined,
};

export function failure(statusCode: number): HttpStatusError {
  const facts = { operation: "asset", method: "GET", sent: true, attempts: 1, elapsedMs: 5 };
  return new HttpStatusError({ statusCode, message: "no" }, facts);
}

/** What the queries need of the venue, to be answered by the test. */
export interface RestDouble {
  readonly latestQuote: Mock<(symbol: string, options: object) => Promise<RestQuote>>;
  readonly latestQuotes: Mock<
    (symbols: readonly string[], options: object) => Promise<Record<string, RestQuote>>
  >;
  readonly asset: Mock<(symbol: string, options: object) => Promise<Asset>>;
  readonly clock: Mock<() => Promise<MarketClock>>;
  readonly bars: Mock<(request: RestBarsRequest) => AsyncGenerator<RestPage<RestBar>>>;
}

/** Queries to a venue that answers with what a test puts there. */
export interface OpenedQueries {
  readonly clock: ManualClock;
  readonly quotes: QuoteCache;
  readonly queries: MarketQueries;
  readonly rest: RestDouble;
  readonly reported: HoldfastError[];
  readonly restQuote: (agoMs?: number) => RestQuote;
}

export function opened(feed: AlpacaFeed = "iex"): OpenedQueries {
  const clock = new ManualClock();
  const quotes = new QuoteCache(clock, TTL_MS);
  const reported: HoldfastError[] = [];
  const text = (ms: number): string => new Date(ms).toISOString();
  const restQuote = (agoMs = 0): RestQuote => {
    return { t: text(clock.nowMs() - agoMs), bp: 100, bs: 1, ap: 101, as: 2, bx: "V", c: ["R"] };
  };
  const restBar = (agoMs: number): RestBar => {
    return { t: text(clock.nowMs() - agoMs), o: 1, h: 2, l: 0.5, c: 1.5, v: 10 };
  };
  const rest: RestDouble = {
    latestQuote: vi.fn(async (_symbol: string, _options: object) => restQuote()),
    latestQuotes: vi.fn(
      async (symbols: readonly string[], _options: object): Promise<Record<string, RestQuote>> =>
        Object.fromEntries(symbols.map((symbol) => [symbol, restQuote()])),
    ),
    asset: vi.fn(async (_symbol: string, _options: object) => ASSET),
    clock: vi.fn(async () => ({
      timestamp: "2026-01-26T10:15:22.123-05:00",
      isOpen: true,
      nextOpen: "2026-01-27T09:30:00-05:00",
      nextClose: "2026-01-26T16:00:00-05:00",
    })),
    bars: vi.fn(async function* (_request: RestBarsRequest): AsyncGenerator<RestPage<RestBar>> {
      yield {
        rows: { AAPL: [restBar(60_000), restBar(120_000), restBar(180_000)] },
        nextPageToken: null,
      };
    }),
  };
  const queries = new MarketQueries({
    rest: rest as unknown as AlpacaRest,
    quotes,
    feed,
    clock,
    report: (error) => reported.push(error),
  });
  return { clock, quotes, queries, rest, reported, restQuote };
}
