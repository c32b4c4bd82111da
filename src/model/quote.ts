import { type Arrival, arrivalOf } from "./arrival.ts";
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
  declare readonly bidPrice: number;
  declare readonly bidSize: number;
  declare readonly bidExchange: string;
  declare readonly askPrice: number;
  declare readonly askSize: number;
  declare readonly askExchange: string;
  declare readonly conditions: readonly string[];
  declare readonly tape: string;

  /** For decoders, which make millions: no object in between. Everyone else uses {@link Quote.from}. */
  constructor(
    symbol: string,
    seconds: number,
    nanos: number,
    arrival: Arrival,
    bidPrice: number,
    bidSize: number,
    bidExchange: string,
    askPrice: number,
    askSize: number,
    askExchange: string,
    conditions: readonly string[],
    tape: string,
  ) {
    super(symbol, seconds, nanos, arrival);
    this.bidPrice = bidPrice;
    this.bidSize = bidSize;
    this.bidExchange = bidExchange;
    this.askPrice = askPrice;
    this.askSize = askSize;
    this.askExchange = askExchange;
    this.conditions = conditions;
    this.tape = tape;
  }

  /** A quote of these fields; `received` is its arrival, or our wall clock alone. */
  static from(
    symbol: string,
    time: VenueTime,
    received: Arrival | number,
    fields: QuoteFields,
  ): Quote {
    return new Quote(
      symbol,
      time.seconds,
      time.nanos,
      arrivalOf(received),
      fields.bidPrice,
      fields.bidSize,
      fields.bidExchange,
      fields.askPrice,
      fields.askSize,
      fields.askExchange,
      fields.conditions,
      fields.tape,
    );
  }

  /** What it is, told apart from the other messages. */
  get type(): "quote" {
    return "quote";
  }

  /** Halfway between bid and ask; the side that is there when one is missing; else `undefined`. */
  get midPrice(): number | undefined {
    if (this.bidPrice > 0 && this.askPrice > 0) return (this.bidPrice + this.askPrice) / 2;
    return this.bidPrice > 0 ? this.bidPrice : this.askPrice > 0 ? this.askPrice : undefined;
  }
}
