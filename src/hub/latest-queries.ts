import type { Clock } from "../core/clock.ts";
import type { MarketEvent } from "../model/market-event.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Sourced } from "../model/sourced.ts";
import type { Trade } from "../model/trade.ts";
import type { AlpacaFeed } from "../venues/alpaca/endpoints.ts";
import type { AlpacaRest } from "../venues/alpaca/rest.ts";
import type { RestCallOptions } from "../venues/alpaca/rest-call.ts";
import type { RestSnapshot } from "../venues/alpaca/rest-schemas.ts";
import { toBar, toQuote, toTrade } from "../venues/alpaca/to-model.ts";
import { checkSymbol } from "./check-symbols.ts";
import { LATEST_FEED } from "./rest-feeds.ts";

/** What the queries work with. */
export interface LatestQueriesOptions {
  readonly rest: AlpacaRest;
  readonly feed: AlpacaFeed;
  readonly clock: Clock;
  /** What is older than this is stale, in milliseconds. */
  readonly ttlMs: number;
}

/** Latest trades and snapshots, asked of the venue each time. */
export class LatestQueries {
  readonly #options: LatestQueriesOptions;

  constructor(options: LatestQueriesOptions) {
    this.#options = options;
  }

  async trade(symbol: string, call: RestCallOptions): Promise<Sourced<Trade>> {
    const name = checkSymbol(symbol);
    const answer = await this.#options.rest.latestTrade(name, this.#latest(call));
    return this.#asTrade(name, answer);
  }

  async trades(
    symbols: readonly string[],
    call: RestCallOptions,
  ): Promise<Map<string, Sourced<Trade>>> {
    const answers = await this.#options.rest.latestTrades(symbols, this.#latest(call));
    const trades = Object.entries(answers).map(
      ([symbol, answer]) => [symbol, this.#asTrade(symbol, answer)] as const,
    );
    return new Map(trades);
  }

  async snapshots(
    symbols: readonly string[],
    call: RestCallOptions,
  ): Promise<Map<string, Sourced<Snapshot>>> {
    const answers = await this.#options.rest.snapshots(symbols, this.#latest(call));
    const found = new Map<string, Sourced<Snapshot>>();
    for (const [symbol, answer] of Object.entries(answers)) {
      const snapshot = toSnapshot(symbol, answer, this.#options.clock.nowMs());
      const newest = newestOf(snapshot);
      // With nothing in it there is nothing to say, and no time to say it of.
      if (newest) found.set(symbol, this.#sourced(snapshot, newest));
    }
    return found;
  }

  #latest(call: RestCallOptions): RestCallOptions & { feed: (typeof LATEST_FEED)[AlpacaFeed] } {
    return { ...call, feed: LATEST_FEED[this.#options.feed] };
  }

  #asTrade(symbol: string, answer: object): Sourced<Trade> {
    const trade = toTrade({ ...answer, S: symbol }, this.#options.clock.nowMs());
    return this.#sourced(trade, trade);
  }

  #sourced<T>(data: T, event: MarketEvent): Sourced<T> {
    const { clock, ttlMs } = this.#options;
    const ageMs = Math.max(clock.nowMs() - event.timestampMs, 0);
    return { data, asOf: event.timestamp, ageMs, source: "rest", stale: ageMs > ttlMs };
  }
}

function toSnapshot(symbol: string, answer: RestSnapshot, receivedMs: number): Snapshot {
  const { latestTrade, latestQuote, minuteBar, dailyBar, prevDailyBar } = answer;
  const S = symbol;
  return {
    symbol,
    latestTrade: latestTrade && toTrade({ ...latestTrade, S }, receivedMs),
    latestQuote: latestQuote && toQuote({ ...latestQuote, S }, receivedMs),
    minuteBar: minuteBar && toBar("bar", { ...minuteBar, S }, receivedMs),
    dailyBar: dailyBar && toBar("dailyBar", { ...dailyBar, S }, receivedMs),
    previousDailyBar: prevDailyBar && toBar("dailyBar", { ...prevDailyBar, S }, receivedMs),
  };
}

/** Of what a snapshot consists of, the latest; a bar is as old as its start. */
function newestOf(snapshot: Snapshot): MarketEvent | undefined {
  const { latestTrade, latestQuote, minuteBar, dailyBar, previousDailyBar } = snapshot;
  let newest: MarketEvent | undefined;
  for (const event of [latestTrade, latestQuote, minuteBar, dailyBar, previousDailyBar]) {
    if (event && (!newest || event.timestampNs > newest.timestampNs)) newest = event;
  }
  return newest;
}
