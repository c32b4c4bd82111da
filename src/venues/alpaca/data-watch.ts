import type { Clock } from "../../core/clock.ts";
import type { ChannelSymbols } from "../../core/errors.ts";
import type { MarketData } from "../../model/market-data.ts";
import type { Stale } from "../../model/stream-event.ts";
import type { SymbolTable } from "../../streaming/symbol-table.ts";
import { ChannelWatch, type ChannelWatchOptions } from "./channel-watch.ts";
import { Halts } from "./halts.ts";
import { BUSY_CHANNELS, doublingsAfter } from "./silence.ts";
import type { Witness } from "./witness.ts";

/** What the watch asks before it suspects anything, and whom it tells. */
export interface DataWatchOptions {
  readonly clock: Clock;
  readonly symbols: SymbolTable;
  readonly staleAfterMs: number;
  readonly witness: Witness;
  /** Whether data is due at all: the market is open. */
  expectsData(): boolean;
  stale(stale: Stale): void;
  /** The connection is of no use; `cause` is why the venue could not be asked. */
  replace(silentMs: number, cause: unknown): void;
}

/**
 * Finds a mute connection: open, answering pings, and without data where data is due. Nothing is due
 * of a market that is closed or of symbols that are all halted, and what is silent may be quiet: so
 * each busy channel is watched for itself, and the venue is asked before a connection is given up.
 */
export class DataWatch {
  readonly #options: DataWatchOptions;
  readonly #halts: Halts;
  readonly #trades: ChannelWatch;
  readonly #quotes: ChannelWatch;
  readonly #orderBooks: ChannelWatch;
  readonly #bars: ChannelWatch;
  /** Whatever else comes. */
  #lastOfRest: MarketData | undefined;
  /** Connections in a row that were replaced, as far as it counts. */
  #replacements = 0;
  #isLive = false;

  constructor(options: DataWatchOptions) {
    this.#options = options;
    this.#halts = new Halts(options.symbols);
    const ofChannel: ChannelWatchOptions = {
      clock: options.clock,
      staleAfterMs: options.staleAfterMs,
      witness: options.witness,
      leastDoublings: () => this.#replacements,
      isDue: (channel, symbols) => !this.#halts.holdAll(channel, symbols) && options.expectsData(),
      flowsBeside: (silentMs) => this.#heardSince(options.clock.monotonicMs() - silentMs),
      flowed: () => {
        this.#replacements = 0;
      },
      stale: options.stale,
      replace: (silentMs, cause) => {
        this.#replacements = doublingsAfter(this.#replacements, "mute");
        options.replace(silentMs, cause);
      },
    };
    this.#trades = new ChannelWatch(BUSY_CHANNELS.trades, ofChannel);
    this.#quotes = new ChannelWatch(BUSY_CHANNELS.quotes, ofChannel);
    this.#orderBooks = new ChannelWatch(BUSY_CHANNELS.orderbooks, ofChannel);
    this.#bars = new ChannelWatch(BUSY_CHANNELS.bars, ofChannel);
  }

  /** A new connection can be subscribed on. */
  start(): void {
    this.#isLive = this.#options.staleAfterMs !== Number.POSITIVE_INFINITY;
  }

  /** The venue says what is subscribed now. */
  granted(state: ChannelSymbols): void {
    if (!this.#isLive) return;
    this.#halts.keepOnly(state["statuses"] ?? []);
    const { trades = [], quotes = [], orderbooks = [], bars = [] } = state;
    this.#trades.granted(trades);
    this.#quotes.granted(quotes);
    this.#orderBooks.granted(orderbooks);
    const areBarsAlone = trades.length + quotes.length + orderbooks.length === 0;
    this.#bars.granted(areBarsAlone ? bars : []);
  }

  /** Called for every message, so it does next to nothing: time is looked at by the watches. */
  heard(message: MarketData, symbolId: number): void {
    switch (message.type) {
      case "quote":
        this.#quotes.last = message;
        return;
      case "trade":
        this.#trades.last = message;
        this.#halts.traded(message, symbolId);
        return;
      case "orderBook":
        this.#orderBooks.last = message;
        return;
      case "bar":
        this.#bars.last = message;
        return;
      default:
        this.#lastOfRest = message;
        if (message.type === "tradingStatus") this.#halts.changed(message, symbolId);
    }
  }

  /** The connection is gone. */
  stop(): void {
    this.#isLive = false;
    this.#trades.stop();
    this.#quotes.stop();
    this.#orderBooks.stop();
    this.#bars.stop();
    this.#lastOfRest = undefined;
    this.#halts.clear();
  }

  #heardSince(monotonicMs: number): boolean {
    const { last: trade } = this.#trades;
    const { last: quote } = this.#quotes;
    const { last: book } = this.#orderBooks;
    const { last: bar } = this.#bars;
    return [trade, quote, book, bar, this.#lastOfRest].some(
      (last) => last !== undefined && last.arrival.monotonicMs >= monotonicMs,
    );
  }
}
