import type { DataSession } from "./data-session.ts";
import type { DataEndpoint } from "./endpoints.ts";
import type { FaultSchedule } from "./fault-schedule.ts";
import type { Feed } from "./feed.ts";
import { LoadFeed } from "./load-feed.ts";
import { LoadMarket } from "./load-market.ts";
import type { SimulatedLoad } from "./load-state.ts";
import type { Market } from "./market.ts";
import { MarketFeed } from "./market-feed.ts";
import { NewsFeed } from "./news-feed.ts";
import type { NewsWire } from "./news-wire.ts";
import type { ResolvedOptions } from "./options.ts";
import type { OutgoingBatch } from "./outgoing-batch.ts";

/** Makes the feed of each endpoint: news, the tape or, in its place, a load. @internal */
export class FeedFactory {
  /** The index of the last event sent, by symbol. */
  readonly lastIndices = new Map<string, number>();
  readonly #options: ResolvedOptions;
  readonly #market: Market;
  readonly #news: NewsWire;
  readonly #batch: OutgoingBatch;
  readonly #faults: FaultSchedule;
  readonly #load: LoadMarket | undefined;
  readonly #loadFeeds: LoadFeed[] = [];

  constructor(
    options: ResolvedOptions,
    market: Market,
    news: NewsWire,
    batch: OutgoingBatch,
    faults: FaultSchedule,
  ) {
    const { load, seed, unknownSymbols } = options;
    this.#options = options;
    this.#market = market;
    this.#news = news;
    this.#batch = batch;
    this.#faults = faults;
    this.#load = load && new LoadMarket(load, seed, unknownSymbols);
  }

  create(endpoint: DataEndpoint, sessions: ReadonlySet<DataSession>): Feed {
    if (endpoint.carries === "news") return new NewsFeed(this.#news, this.#batch, sessions);
    if (endpoint.carries === "stock" && this.#load) {
      const { clock } = this.#options;
      const feed = new LoadFeed(endpoint, this.#load, clock, this.#faults, sessions);
      this.#loadFeeds.push(feed);
      return feed;
    }
    return new MarketFeed(endpoint, this.#market, this.#batch, sessions, this.lastIndices);
  }

  /** What the load has come to; `undefined` without one. */
  loadState(): SimulatedLoad | undefined {
    if (!this.#load) return undefined;
    const streams = this.#loadFeeds.flatMap((feed) => feed.state() ?? []);
    return { symbols: this.#load.symbols, streams };
  }
}
