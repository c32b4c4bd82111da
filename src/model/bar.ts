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
  readonly type: BarType;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly tradeCount: number;
  /** Volume-weighted average price; 0 where the venue gives none. */
  readonly vwap: number;

  constructor(symbol: string, time: VenueTime, receivedMs: number, fields: BarFields) {
    super(symbol, time, receivedMs);
    this.type = fields.type;
    this.open = fields.open;
    this.high = fields.high;
    this.low = fields.low;
    this.close = fields.close;
    this.volume = fields.volume;
    this.tradeCount = fields.tradeCount;
    this.vwap = fields.vwap;
  }
}
