import { timeOfMilliseconds, type VenueTime } from "../../model/venue-time.ts";

/** What a {@link MessageHandler} looks at; every market-data message has it. @public */
export interface HandledMessage {
  readonly type: string;
  /** Empty for news, which then has one order of its own. */
  readonly symbol: string;
  /** Our own wall clock when it arrived, in milliseconds since the Unix epoch. */
  readonly receivedMs: number;
  /** The venue's time in milliseconds since the Unix epoch; without it there is no latency. */
  readonly timestampMs?: number;
  /** The venue's time to the nanosecond, where there is one: whole seconds since the Unix epoch. */
  readonly seconds?: number;
  /** The rest, in nanoseconds. */
  readonly nanos?: number;
}

/** The venue's time of a message, as exactly as it has one; else when it arrived. */
export function venueTimeOf(message: HandledMessage): VenueTime {
  const { seconds, nanos } = message;
  if (seconds !== undefined && nanos !== undefined) return { seconds, nanos };
  return timeOfMilliseconds(message.timestampMs ?? message.receivedMs);
}

/** A change to an order book, which makes no sense without what it changes. */
export function isPartial(message: object): boolean {
  return "snapshot" in message && message.snapshot === false;
}
