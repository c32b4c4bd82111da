import { type Arrival, arrivalOf } from "./arrival.ts";
import { MarketEvent } from "./market-event.ts";
import type { VenueTime } from "./venue-time.ts";

/** A halt, a resumption, or another change of how a stock trades. The codes are the venue's. @public */
export class TradingStatus extends MarketEvent {
  readonly type = "tradingStatus";
  readonly statusCode: string;
  readonly statusText: string;
  readonly reasonCode: string;
  readonly reasonText: string;
  readonly tape: string;

  constructor(
    symbol: string,
    time: VenueTime,
    received: Arrival | number,
    fields: Pick<TradingStatus, "statusCode" | "statusText" | "reasonCode" | "reasonText" | "tape">,
  ) {
    super(symbol, time.seconds, time.nanos, arrivalOf(received));
    this.statusCode = fields.statusCode;
    this.statusText = fields.statusText;
    this.reasonCode = fields.reasonCode;
    this.reasonText = fields.reasonText;
    this.tape = fields.tape;
  }
}
