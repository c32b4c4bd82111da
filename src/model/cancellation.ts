import { type Arrival, arrivalOf } from "./arrival.ts";
import { MarketEvent } from "./market-event.ts";
import type { VenueTime } from "./venue-time.ts";

/** A trade that is taken back: it was cancelled, or reported in error. @public */
export class Cancellation extends MarketEvent {
  readonly type = "cancellation";
  /** The venue's trade id, exact. */
  readonly id: string;
  readonly price: number;
  readonly size: number;
  readonly exchange: string;
  readonly tape: string;
  readonly action: "cancel" | "error" | "unknown";

  constructor(
    symbol: string,
    time: VenueTime,
    received: Arrival | number,
    fields: Pick<Cancellation, "id" | "price" | "size" | "exchange" | "tape" | "action">,
  ) {
    super(symbol, time.seconds, time.nanos, arrivalOf(received));
    this.id = fields.id;
    this.price = fields.price;
    this.size = fields.size;
    this.exchange = fields.exchange;
    this.tape = fields.tape;
    this.action = fields.action;
  }
}
