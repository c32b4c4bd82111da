import { type Arrival, arrivalOf } from "./arrival.ts";
import { MarketEvent } from "./market-event.ts";
import type { VenueTime } from "./venue-time.ts";

/** A price and what rests there; size 0 in a delta takes the level away. @public */
export interface BookLevel {
  readonly price: number;
  readonly size: number;
}

/** An order book: the whole of it (`snapshot`), or the levels that changed. Levels are unsorted. @public */
export class OrderBook extends MarketEvent {
  readonly type = "orderBook";
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
  readonly snapshot: boolean;

  constructor(
    symbol: string,
    time: VenueTime,
    received: Arrival | number,
    fields: Pick<OrderBook, "bids" | "asks" | "snapshot">,
  ) {
    super(symbol, time.seconds, time.nanos, arrivalOf(received));
    this.bids = fields.bids;
    this.asks = fields.asks;
    this.snapshot = fields.snapshot;
  }
}
