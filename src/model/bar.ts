import { type Arrival, arrivalOf } from "./arrival.ts";
import { MarketEvent } from "./market-event.ts";
import type { VenueTime } from "./venue-time.ts";

/**
 * `bar`: one minute, just finished. `updatedBar`: the same minute again, changed by late trades.
 * `dailyBar`: the day so far.
 * @public
 */
export type BarType = "bar" | "updatedBar" | "dailyBar";

/** The fields of a {@link Bar} beside symbol and times. @public */
export interface BarFields {
  readonly type: BarType;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly tradeCount: number;
  readonly vwap: number;
}

/** Prices and volume over an interval; its time is the interval's start. @public */
export class Bar extends MarketEvent {
  declare readonly type: BarType;
  declare readonly open: number;
  declare readonly high: number;
  declare readonly low: number;
  declare readonly close: number;
  declare readonly volume: number;
  declare readonly tradeCount: number;
  /** Volume-weighted average price; 0 where the venue gives none. */
  declare readonly vwap: number;

  /** For decoders, which make millions: no object in between. Everyone else uses {@link Bar.from}. */
  constructor(
    symbol: string,
    seconds: number,
    nanos: number,
    arrival: Arrival,
    type: BarType,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    tradeCount: number,
    vwap: number,
  ) {
    super(symbol, seconds, nanos, arrival);
    this.type = type;
    this.open = open;
    this.high = high;
    this.low = low;
    this.close = close;
    this.volume = volume;
    this.tradeCount = tradeCount;
    this.vwap = vwap;
  }

  /** A bar of these fields; `received` is its arrival, or our wall clock alone. */
  static from(symbol: string, time: VenueTime, received: Arrival | number, fields: BarFields): Bar {
    return new Bar(
      symbol,
      time.seconds,
      time.nanos,
      arrivalOf(received),
      fields.type,
      fields.open,
      fields.high,
      fields.low,
      fields.close,
      fields.volume,
      fields.tradeCount,
      fields.vwap,
    );
  }
}
