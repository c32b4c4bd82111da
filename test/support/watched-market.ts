import { Arrival } from "../../src/model/arrival.ts";
import { Bar } from "../../src/model/bar.ts";
import type { MarketData } from "../../src/model/market-data.ts";
import { OrderBook } from "../../src/model/order-book.ts";
import { Quote } from "../../src/model/quote.ts";
import type { Stale } from "../../src/model/stream-event.ts";
import { Trade } from "../../src/model/trade.ts";
import { TradingStatus } from "../../src/model/trading-status.ts";
import { timeOfMilliseconds, type VenueTime } from "../../src/model/venue-time.ts";
import { SymbolTable } from "../../src/streaming/symbol-table.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { DataWatch, type DataWatchOptions } from "../../src/venues/alpaca/data-watch.ts";
import type { Witness } from "../../src/venues/alpaca/witness.ts";

export const STALE_MS = 60_000;
/** What a slice of listening may add to a patience. */
export const SLICE_MS = 250;
/** The venue's clock is not ours. */
const VENUE_AHEAD_MS = 123_456_789;

/** A venue that can be asked: by symbol, the time of the latest message in milliseconds of the venue. */
export interface AskedVenue {
  readonly latestMs: Map<string, number>;
  readonly asked: { readonly channel: string; readonly symbols: readonly string[] }[];
  readonly signals: AbortSignal[];
  /** How it answers; with `latestMs`, at once, unless set. */
  answer: (() => Promise<ReadonlyMap<string, VenueTime>>) | undefined;
  canAsk: boolean;
}

/** A watch, the venue it may ask, and what it told. */
export interface Watching {
  readonly clock: ManualClock;
  readonly watch: DataWatch;
  readonly venue: AskedVenue;
  readonly told: Stale[];
  /** For how long each connection that was given up was silent, and why the venue could not be asked. */
  readonly replaced: number[];
  readonly causes: unknown[];
  /** By channel, the newest message that the stream has brought. */
  readonly newest: Map<string, VenueTime>;
  readonly venueMs: () => number;
  /** A new connection on which these are granted. */
  readonly connect: (state?: Readonly<Record<string, readonly string[]>>) => void;
  /** A message comes now. */
  readonly hear: (message: MarketData) => void;
  /** Makes a message of this moment, or of one so many milliseconds ago. */
  readonly make: (type: MarketData["type"], symbol?: string, agoMs?: number) => MarketData;
  readonly makeStatus: (statusCode: string, symbol?: string) => TradingStatus;
}

/** A watch that is not connected yet; its market is open. */
export function watching(options: Partial<DataWatchOptions> = {}, canAsk = false): Watching {
  const clock = new ManualClock();
  const symbols = new SymbolTable();
  const told: Stale[] = [];
  const replaced: number[] = [];
  const causes: unknown[] = [];
  const newest = new Map<string, VenueTime>();
  const venue: AskedVenue = {
    latestMs: new Map(),
    asked: [],
    signals: [],
    answer: undefined,
    canAsk,
  };
  const witness: Witness = {
    sample: (_channel, granted) => granted,
    newest: (channel) => newest.get(channel),
    canAsk: () => venue.canAsk,
    ask: (channel, names, signal) => {
      venue.asked.push({ channel, symbols: names });
      venue.signals.push(signal);
      const times = [...venue.latestMs].map(
        ([name, ms]) => [name, timeOfMilliseconds(ms)] as const,
      );
      return venue.answer?.() ?? Promise.resolve(new Map(times));
    },
  };
  const watch = new DataWatch({
    clock,
    symbols,
    staleAfterMs: STALE_MS,
    witness,
    expectsData: () => true,
    stale: (stale) => told.push(stale),
    // As the connection does: it is gone at once.
    replace: (silentMs, cause) => {
      replaced.push(silentMs);
      causes.push(cause);
      watch.stop();
    },
    ...options,
  });
  const venueMs = (): number => clock.nowMs() + VENUE_AHEAD_MS;
  const arrivalNow = (): Arrival => new Arrival(clock.nowMs(), clock.monotonicMs());
  return {
    clock,
    watch,
    venue,
    told,
    replaced,
    causes,
    newest,
    venueMs,
    connect: (state = { trades: ["AAPL"] }) => {
      watch.start();
      watch.granted(state);
    },
    hear: (message) => watch.heard(message, symbols.idOf(message.symbol)),
    make: (type, symbol = "AAPL", agoMs = 0) =>
      messageOf(type, symbol, timeOfMilliseconds(venueMs() - agoMs), arrivalNow()),
    makeStatus: (statusCode, symbol = "AAPL") =>
      new TradingStatus(symbol, timeOfMilliseconds(venueMs()), arrivalNow(), {
        statusCode,
        statusText: "",
        reasonCode: "",
        reasonText: "",
        tape: "C",
      }),
  };
}

function messageOf(
  type: MarketData["type"],
  symbol: string,
  at: VenueTime,
  arrival: Arrival,
): MarketData {
  const tape = "C";
  const price = 100;
  switch (type) {
    case "trade":
      return Trade.from(symbol, at, arrival, {
        rawId: 1,
        price,
        size: 1,
        conditions: [],
        exchange: "V",
        tape,
        takerSide: "unknown",
      });
    case "quote":
      return Quote.from(symbol, at, arrival, {
        bidPrice: price,
        bidSize: 1,
        bidExchange: "V",
        askPrice: price,
        askSize: 1,
        askExchange: "V",
        conditions: [],
        tape,
      });
    case "bar":
    case "dailyBar":
      return Bar.from(symbol, at, arrival, {
        type,
        open: price,
        high: price,
        low: price,
        close: price,
        volume: 1,
        tradeCount: 1,
        vwap: price,
      });
    case "orderBook":
      return new OrderBook(symbol, at, arrival, { bids: [], asks: [], snapshot: false });
    default:
      throw new TypeError(`${type} is not made here`);
  }
}
