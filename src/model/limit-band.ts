import { type Arrival, arrivalOf } from "./arrival.ts";
import { MarketEvent } from "./market-event.ts";
import type { VenueTime } from "./venue-time.ts";

/** The limit-up limit-down band: prices outside it may not trade. @public */
export class LimitBand extends MarketEvent {
  readonly type = "limitBand";
  readonly limitUp: number;
  readonly limitDown: number;
  readonly indicator: string;
  readonly tape: string;

  constructor(
    symbol: string,
    time: VenueTime,
    received: Arrival | number,
    fields: Pick<LimitBand, "limitUp" | "limitDown" | "indicator" | "tape">,
  ) {
    super(symbol, time.seconds, time.nanos, arrivalOf(received));
    this.limitUp = fields.limitUp;
    this.limitDown = fields.limitDown;
    this.indicator = fields.indicator;
    this.tape = fields.tape;
  }
}
