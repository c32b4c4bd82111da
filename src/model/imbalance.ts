import { type Arrival, arrivalOf } from "./arrival.ts";
import { MarketEvent } from "./market-event.ts";
import type { VenueTime } from "./venue-time.ts";

/** An order imbalance at a price. @public */
export class Imbalance extends MarketEvent {
  readonly type = "imbalance";
  readonly price: number;
  readonly tape: string;

  constructor(
    symbol: string,
    time: VenueTime,
    received: Arrival | number,
    fields: Pick<Imbalance, "price" | "tape">,
  ) {
    super(symbol, time.seconds, time.nanos, arrivalOf(received));
    this.price = fields.price;
    this.tape = fields.tape;
  }
}
