import { type Arrival, arrivalOf } from "./arrival.ts";
import { MarketEvent } from "./market-event.ts";
import type { VenueTime } from "./venue-time.ts";

/** One side of a correction: the trade as it was, or as it should have been. @public */
export interface CorrectedTrade {
  /** The venue's trade id, exact. */
  readonly id: string;
  readonly price: number;
  readonly size: number;
  readonly conditions: readonly string[];
}

/** A trade that was reported wrongly, and what is right. @public */
export class Correction extends MarketEvent {
  readonly type = "correction";
  readonly exchange: string;
  readonly tape: string;
  readonly original: CorrectedTrade;
  readonly corrected: CorrectedTrade;

  constructor(
    symbol: string,
    time: VenueTime,
    received: Arrival | number,
    fields: Pick<Correction, "exchange" | "tape" | "original" | "corrected">,
  ) {
    super(symbol, time.seconds, time.nanos, arrivalOf(received));
    this.exchange = fields.exchange;
    this.tape = fields.tape;
    this.original = fields.original;
    this.corrected = fields.corrected;
  }
}
