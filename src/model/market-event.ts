import { toMilliseconds, toNanoseconds, toRfc3339, type VenueTime } from "./venue-time.ts";

/**
 * Something the venue says happened. The venue's time is kept as two numbers and made into other
 * forms only when asked for, so that receiving costs no `Date` and no `bigint`.
 * @public
 */
export abstract class MarketEvent implements VenueTime {
  abstract readonly type: string;
  /** The instrument; empty for news, which has a list of its own. */
  readonly symbol: string;
  /** The venue's time: whole seconds since the Unix epoch. */
  readonly seconds: number;
  /** The venue's time: nanoseconds within the second. */
  readonly nanos: number;
  /** Our own wall clock when the frame arrived, in milliseconds since the Unix epoch. */
  readonly receivedMs: number;

  constructor(symbol: string, time: VenueTime, receivedMs: number) {
    this.symbol = symbol;
    this.seconds = time.seconds;
    this.nanos = time.nanos;
    this.receivedMs = receivedMs;
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
    const { type, symbol, seconds: _seconds, nanos: _nanos, receivedMs, ...fields } = this;
    return { type, symbol, timestamp: this.timestamp, receivedMs, ...fields };
  }
}
