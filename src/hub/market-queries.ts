import type { Clock } from "../core/clock.ts";
import { NoDataError } from "../core/errors.ts";
import { Faults } from "../core/faults.ts";
import { type HoldfastError, isHoldfastError } from "../core/holdfast-error.ts";
import type { Bar } from "../model/bar.ts";
import type { MarketClock } from "../model/market-clock.ts";
import type { Quote } from "../model/quote.ts";
import type { Sourced } from "../model/sourced.ts";
import type { AlpacaFeed } from "../venues/alpaca/endpoints.ts";
import type { AlpacaRest } from "../venues/alpaca/rest.ts";
import { toBar, toQuote } from "../venues/alpaca/to-model.ts";
import { checkSymbol, checkSymbols } from "./check-symbols.ts";
import type { QuoteCache } from "./quote-cache.ts";
import { recentBars } from "./recent-bars.ts";
import { HISTORY_FEED, LATEST_FEED } from "./rest-feeds.ts";

/** Common to every call that asks the venue. @public */
export interface CallOptions {
  /** Ends the wait; a request that was sent is not taken back by it. */
  readonly signal?: AbortSignal;
}

/** How a quote is asked for. @public */
export interface QuoteOptions extends CallOptions {
  /**
   * Take nothing older than this without asking, in milliseconds; 0 always asks, and more than
   * `quoteTtlMs` means that.
   * @defaultValue the client's `quoteTtlMs`
   */
  readonly maxAgeMs?: number;
}

/** How bars are asked for. @public */
export interface MarketDataOptions extends CallOptions {
  /**
   * The venue's notation: `1Min` to `59Min`, `1Hour` to `23Hour`, `1Day`, `1Week`, `1Month` to `12Month`.
   * @defaultValue "1Min"
   */
  readonly timeframe?: string;
}

/** What the queries work with. */
export interface MarketQueriesOptions {
  readonly rest: AlpacaRest;
  readonly quotes: QuoteCache;
  readonly feed: AlpacaFeed;
  readonly clock: Clock;
  report(error: HoldfastError): void;
}

const MOST_BARS = 10_000;

/** What is asked of the venue, with what is known already served first. */
export class MarketQueries {
  readonly #options: MarketQueriesOptions;

  constructor(options: MarketQueriesOptions) {
    this.#options = options;
  }

  async quote(symbol: string, { maxAgeMs, signal }: QuoteOptions): Promise<Sourced<Quote>> {
    const [name = ""] = checkQuoteCall([symbol], maxAgeMs);
    const known = this.#knownQuote(name, maxAgeMs);
    if (known) return known;
    const { rest, feed } = this.#options;
    return this.#asked(name, await rest.latestQuote(name, { feed: LATEST_FEED[feed], signal }));
  }

  async quotes(
    symbols: readonly string[],
    { maxAgeMs, signal }: QuoteOptions,
  ): Promise<Map<string, Sourced<Quote>>> {
    const names = checkQuoteCall(symbols, maxAgeMs);
    const found = new Map<string, Sourced<Quote>>();
    for (const name of names) {
      const known = this.#knownQuote(name, maxAgeMs);
      if (known) found.set(name, known);
    }
    const unknown = names.filter((name) => !found.has(name));
    if (unknown.length === 0) return found;
    const { rest, feed } = this.#options;
    const answers = await rest.latestQuotes(unknown, { feed: LATEST_FEED[feed], signal });
    for (const [name, answer] of Object.entries(answers))
      found.set(name, this.#asked(name, answer));
    return found;
  }

  async marketData(
    symbol: string,
    limit: number,
    options: MarketDataOptions,
  ): Promise<Sourced<readonly Bar[]>> {
    const faults = new Faults();
    faults.integer("limit", limit, { min: 1, max: MOST_BARS });
    const [name = ""] = checkSymbols([symbol], faults);
    const { clock } = this.#options;
    const bars = await recentBars(clock.nowMs(), limit, (startMs) =>
      this.#barPages(name, startMs, limit, options),
    );
    const last = bars.at(-1);
    // An empty list would look like data to whatever computes on it.
    if (!last) throw new NoDataError(`bars of ${name} in the last ten years`);
    const ageMs = Math.max(clock.nowMs() - last.timestampMs, 0);
    return { data: bars, asOf: last.timestamp, ageMs, source: "rest", stale: false };
  }

  async isShortable(symbol: string, { signal }: CallOptions): Promise<boolean> {
    const name = checkSymbol(symbol);
    try {
      const asset = await this.#options.rest.asset(name, { signal });
      return asset.isActive && asset.isTradable && asset.isShortable && asset.isEasyToBorrow;
    } catch (thrown) {
      if (isHoldfastError(thrown)) this.#options.report(thrown);
      else if (!signal?.aborted) throw thrown;
      return false;
    }
  }

  marketClock(): Promise<MarketClock> {
    return this.#options.rest.clock();
  }

  #knownQuote(symbol: string, maxAgeMs: number | undefined): Sourced<Quote> | undefined {
    return this.#options.quotes.fresh(symbol, maxAgeMs);
  }

  #asked(symbol: string, answer: object): Sourced<Quote> {
    const quote = toQuote({ ...answer, S: symbol }, this.#options.clock.nowMs());
    this.#options.quotes.put(quote, "rest");
    return this.#options.quotes.justAsked(quote);
  }

  async *#barPages(
    symbol: string,
    startMs: number,
    limit: number,
    { timeframe = "1Min", signal }: MarketDataOptions,
  ): AsyncGenerator<readonly Bar[], void, undefined> {
    const { rest, clock } = this.#options;
    const feed = HISTORY_FEED[this.#options.feed];
    const pages = rest.bars({
      symbols: symbol,
      timeframe,
      start: new Date(startMs).toISOString(),
      limit,
      sort: "desc",
      ...(feed && { feed }),
      ...(signal && { signal }),
    });
    for await (const { rows } of pages) {
      const receivedMs = clock.nowMs();
      yield (rows[symbol] ?? []).map((bar) => toBar("bar", { ...bar, S: symbol }, receivedMs));
    }
  }
}

/** The symbols in the venue's spelling. @throws ConfigError listing everything that is wrong */
function checkQuoteCall(symbols: readonly string[], maxAgeMs: number | undefined): string[] {
  const faults = new Faults();
  if (maxAgeMs !== undefined) faults.number("maxAgeMs", maxAgeMs, { unlimited: true });
  return checkSymbols(symbols, faults);
}
