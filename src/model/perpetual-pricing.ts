import { type Arrival, arrivalOf } from "./arrival.ts";
import { MarketEvent } from "./market-event.ts";
import { toNanoseconds, type VenueTime } from "./venue-time.ts";

/** How a perpetual future is priced and funded now. @public */
export class PerpetualPricing extends MarketEvent {
  readonly type = "pricing";
  readonly indexPrice: number;
  readonly markPrice: number;
  readonly fundingRate: number;
  readonly openInterest: number;
  /** When funding is next paid, where the venue says. */
  readonly nextFunding: VenueTime | undefined;

  constructor(
    symbol: string,
    time: VenueTime,
    received: Arrival | number,
    fields: Pick<
      PerpetualPricing,
      "indexPrice" | "markPrice" | "fundingRate" | "openInterest" | "nextFunding"
    >,
  ) {
    super(symbol, time.seconds, time.nanos, arrivalOf(received));
    this.indexPrice = fields.indexPrice;
    this.markPrice = fields.markPrice;
    this.fundingRate = fields.fundingRate;
    this.openInterest = fields.openInterest;
    this.nextFunding = fields.nextFunding;
  }

  /** When funding is next paid, in nanoseconds since the Unix epoch. */
  get nextFundingNs(): bigint | undefined {
    return this.nextFunding && toNanoseconds(this.nextFunding);
  }
}
