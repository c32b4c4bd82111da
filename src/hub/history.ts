import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../core/clock.ts";
import { Arrival } from "../model/arrival.ts";
import type { Bar, BarType } from "../model/bar.ts";
import type { Quote } from "../model/quote.ts";
import type { Trade } from "../model/trade.ts";
import type { AlpacaFeed } from "../venues/alpaca/endpoints.ts";
import type { AlpacaRest } from "../venues/alpaca/rest.ts";
import type {
  RestBarsRequest,
  RestHistoryFeed,
  RestHistoryRequest,
} from "../venues/alpaca/rest-history.ts";
import type { RestPage } from "../venues/alpaca/rest-schemas.ts";
import { toBar, toQuote, toTrade } from "../venues/alpaca/to-model.ts";
import { HISTORY_FEED } from "./rest-feeds.ts";

/**
 * Historical market data, one event after the other, however many pages the venue makes of it. An
 * iteration ends when the venue says that there is no more, and rejects in every other case, so that
 * what was cut short cannot pass as whole. Pages are asked for as they are needed; leaving the loop
 * asks for no more.
 *
 * One symbol's events come in the order asked for, each once. Of several symbols, one comes after the other.
 * @public
 */
export interface AlpacaHistory {
  /** @throws ConfigError at once when the request is wrong. */
  bars(request: RestBarsRequest): AsyncGenerator<Bar, void, undefined>;
  /**
   * Trades that were taken back or corrected later are among them, and say so in `revision`.
   * @throws ConfigError at once when the request is wrong.
   */
  trades(request: RestHistoryRequest): AsyncGenerator<Trade, void, undefined>;
  /** @throws ConfigError at once when the request is wrong. */
  quotes(request: RestHistoryRequest): AsyncGenerator<Quote, void, undefined>;
}

/** History of one venue, made of its pages. */
export class HistoryQueries implements AlpacaHistory {
  readonly #rest: AlpacaRest;
  readonly #clock: Clock;
  readonly #feed: RestHistoryFeed | undefined;
  readonly #recovered: boolean;

  /** @param marks - `recovered`: what comes was missed by a stream, and says so */
  constructor(
    rest: AlpacaRest,
    clock: Clock,
    feed: AlpacaFeed,
    marks: { readonly recovered: boolean } = { recovered: false },
  ) {
    this.#rest = rest;
    this.#clock = clock;
    this.#feed = HISTORY_FEED[feed];
    this.#recovered = marks.recovered;
  }

  bars(request: RestBarsRequest, type: BarType = "bar"): AsyncGenerator<Bar, void, undefined> {
    const pages = this.#rest.bars({ ...request, feed: request.feed ?? this.#feed });
    return this.#events(pages, (raw, arrival) => toBar(type, raw, arrival));
  }

  trades(request: RestHistoryRequest): AsyncGenerator<Trade, void, undefined> {
    const pages = this.#rest.trades({ ...request, feed: request.feed ?? this.#feed });
    return this.#events(pages, toTrade);
  }

  quotes(request: RestHistoryRequest): AsyncGenerator<Quote, void, undefined> {
    const pages = this.#rest.quotes({ ...request, feed: request.feed ?? this.#feed });
    return this.#events(pages, toQuote);
  }

  async *#events<Row extends object, Event>(
    pages: AsyncIterable<RestPage<Row>>,
    toModel: (raw: Record<string, unknown>, arrival: Arrival) => Event,
  ): AsyncGenerator<Event, void, undefined> {
    let last: object | undefined;
    for await (const { rows } of pages) {
      const arrival = new Arrival(this.#clock.nowMs(), this.#clock.monotonicMs(), this.#recovered);
      let isFirst = true;
      for (const [S, ofSymbol] of Object.entries(rows)) {
        for (const row of ofSymbol) {
          const raw = { ...row, S };
          // A page may begin with the row that the one before ended with; ids and times tell.
          const isAgain = isFirst && isDeepStrictEqual(raw, last);
          isFirst = false;
          last = raw;
          if (!isAgain) yield toModel(raw, arrival);
        }
      }
    }
  }
}
