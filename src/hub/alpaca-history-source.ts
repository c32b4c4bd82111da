import type { Clock } from "../core/clock.ts";
import { Arrival } from "../model/arrival.ts";
import type { MarketData } from "../model/market-data.ts";
import { toMilliseconds, toRfc3339, type VenueTime } from "../model/venue-time.ts";
import type { HistoryRequest, HistorySource } from "../ports/history-source.ts";
import { type AlpacaFeed, FEEDS } from "../venues/alpaca/endpoints.ts";
import type { AlpacaRest } from "../venues/alpaca/rest.ts";
import { toBar, toQuote, toTrade } from "../venues/alpaca/to-model.ts";
import { HistoryQueries } from "./history.ts";
import { HISTORY_FEED, LATEST_FEED } from "./rest-feeds.ts";

const MINUTE_MS = 60_000;
/** As many rows as the venue gives in one page. */
const PAGE_ROWS = 10_000;
const LANE = "backfill";

/** Feeds of which REST has everything the stream brings (market data API, January 2026). */
function hasHistory(feed: AlpacaFeed): boolean {
  return feed === "crypto" || HISTORY_FEED[feed] !== undefined;
}

/**
 * What Alpaca's REST API has of what a stream missed. It is asked by the lane of least urgency, so
 * that no order waits for it.
 */
export class AlpacaHistorySource implements HistorySource {
  readonly #rest: AlpacaRest;
  readonly #history: HistoryQueries;
  readonly #clock: Clock;
  readonly #feed: AlpacaFeed;

  constructor(rest: AlpacaRest, clock: Clock, feed: AlpacaFeed) {
    this.#rest = rest;
    this.#clock = clock;
    this.#feed = feed;
    this.#history = new HistoryQueries(rest, clock, feed, { recovered: true });
  }

  coverage(channel: string): ReturnType<HistorySource["coverage"]> {
    if (!FEEDS[this.#feed].channels.some((known) => known === channel)) return "none";
    // A whole book comes first whenever it is subscribed to.
    if (channel === "orderbooks") return "snapshot";
    if (!hasHistory(this.#feed)) return "none";
    switch (channel) {
      case "trades":
      case "bars":
      case "updatedBars":
        return "history";
      case "quotes":
      case "dailyBars":
        return "latest";
      default:
        return "none";
    }
  }

  history(request: HistoryRequest): AsyncIterable<MarketData> {
    const { channel, symbols, from, to, signal } = request;
    const question = {
      symbols,
      start: toRfc3339(from),
      end: to && toRfc3339(to),
      limit: PAGE_ROWS,
      lane: LANE,
      signal,
    } as const;
    return channel === "trades"
      ? this.#history.trades(question)
      : this.#finishedBars(
          this.#history.bars(
            { ...question, timeframe: "1Min" },
            channel === "bars" ? "bar" : "updatedBar",
          ),
        );
  }

  async latest(request: Omit<HistoryRequest, "from" | "to">): Promise<readonly MarketData[]> {
    const { channel, symbols, signal } = request;
    const feed = LATEST_FEED[this.#feed];
    const call = { signal, lane: LANE, ...(feed && { feed }) } as const;
    const arrival = new Arrival(this.#clock.nowMs(), this.#clock.monotonicMs(), true);
    if (channel === "quotes") {
      const quotes = await this.#rest.latestQuotes(symbols, call);
      return Object.entries(quotes).map(([S, quote]) => toQuote({ ...quote, S }, arrival));
    }
    if (channel === "trades") {
      const trades = await this.#rest.latestTrades(symbols, call);
      return Object.entries(trades).map(([S, trade]) => toTrade({ ...trade, S }, arrival));
    }
    const snapshots = await this.#rest.snapshots(symbols, call);
    const isDaily = channel === "dailyBars";
    const bars = Object.entries(snapshots).flatMap(([S, { dailyBar, minuteBar }]) => {
      const bar = isDaily ? dailyBar : minuteBar;
      return bar ? [toBar(isDaily ? "dailyBar" : "bar", { ...bar, S }, arrival)] : [];
    });
    return isDaily ? bars : bars.filter((bar) => this.#isFinished(bar));
  }

  /** A minute that is not over will come by the stream. */
  async *#finishedBars(
    bars: AsyncIterable<MarketData>,
  ): AsyncGenerator<MarketData, void, undefined> {
    for await (const bar of bars) {
      if (this.#isFinished(bar)) yield bar;
    }
  }

  #isFinished(bar: VenueTime): boolean {
    return toMilliseconds(bar) + MINUTE_MS <= this.#clock.nowMs();
  }
}
