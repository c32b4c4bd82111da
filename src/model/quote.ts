import { MarketEvent } from "./market-event.ts";
import type { VenueTime } from "./venue-time.ts";

/** The fields of a {@link Quote} beside symbol and times. @public */
export interface QuoteFields {
  readonly bidPrice: number;
  readonly bidSize: number;
  readonly bidExchange: string;
  readonly askPrice: number;
  readonly askSize: number;
  readonly askExchange: string;
  readonly conditions: readonly string[];
  readonly tape: string;
}

/** The best bid and offer. A missing side has price 0 and size 0. @public */
export class Quote extends MarketEvent {
  readonly type = "quote";
  readonly bidPrice: number;
  readonly bidSize: number;
  readonly bidExchange: string;
  readonly askPrice: number;
  readonly askSize: number;
  readonly askExchange: string;
  readonly conditions: readonly string[];
  readonly tape: string;

  constructor(symbol: string, time: VenueTime, receivedMs: number, fields: QuoteFields) {
    super(symbol, time, receivedMs);
    this.bidPrice = fields.bidPrice;
    this.bidSize = fields.bidSize;
    this.bidExchange = fields.bidExchange;
    this.askPrice = fields.askPrice;
    this.askSize = fields.askSize;
    this.askExchange = fields.askExchange;
    this.conditions = fields.conditions;
    this.tape = fields.tape;
  }

  /** Halfway between bid and ask; the side that is there when one is missing; else `undefined`. */
  get midPrice(): number | undefined {
    if (this.bidPrice > 0 && this.askPrice > 0) return (this.bidPrice + this.askPrice) / 2;
    return this.bidPrice > 0 ? this.bidPrice : this.askPrice > 0 ? this.askPrice : undefined;
  }
}
