import type { Arrival } from "./arrival.ts";
import { toMilliseconds, toNanoseconds, toRfc3339, type VenueTime } from "./venue-time.ts";

/**
 * Something the venue says happened. The venue's time is kept as two numbers and made into other
 * forms only when asked for, so that receiving costs no `Date` and no `bigint`.
 * @public
 */
export abstract class MarketEvent implements VenueTime {
  abstract readonly type: string;
  // Here and in the models made by the million, fields are only declared: a field that is defined
  // would be stored twice, first as `undefined`.
  /** The instrument; empty for news, which has a list of its own. */
  declare readonly symbol: string;
  /** The venue's time: whole seconds since the Unix epoch. */
  declare readonly seconds: number;
  /** The venue's time: nanoseconds within the second. */
  declare readonly nanos: number;
  /** When the frame with it reached us; shared with the frame's other messages. */
  declare readonly arrival: Arrival;

  constructor(symbol: string, seconds: number, nanos: number, arrival: Arrival) {
    this.symbol = symbol;
    this.seconds = seconds;
    this.nanos = nanos;
    this.arrival = arrival;
  }

  /** Our own wall clock when the frame arrived, in milliseconds since the Unix epoch. */
  get receivedMs(): number {
    return this.arrival.receivedMs;
  }

  /** Whether it was found in history after the stream had missed it. */
  get isRecovered(): boolean {
    return this.arrival.recovered;
  }

  /** The venue's time in nanoseconds since the Unix epoch. */
  get timestampNs(): bigint {
    return toNanoseconds(this);
  }

  /** The venue's time in whole milliseconds since the Unix epoch. */
  get timestampMs(): number {
    return toMilliseconds(this);
  }

  /** The venue's time as RFC 3339 text in UTC, exact to the nanosecond. */
  get timestamp(): string {
    return toRfc3339(this);
  }

  /** The event with its time as text; every value in it survives JSON exactly. */
  toJSON(): Record<string, unknown> {
    const { type, symbol, seconds: _s, nanos: _n, arrival, ...fields } = this;
    return { type, symbol, timestamp: this.timestamp, receivedMs: arrival.receivedMs, ...fields };
  }
}

/** What `console.log` shows: the same as JSON, behind the class's name. */
Object.defineProperty(MarketEvent.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(
    this: MarketEvent,
    _depth: number,
    options: object,
    inspect: (value: unknown, options: object) => string,
  ): string {
    return `${this.constructor.name} ${inspect(this.toJSON(), options)}`;
  },
});
