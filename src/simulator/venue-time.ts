/**
 * A moment to the nanosecond, as two exact numbers: `Date` and a single `number` both lose the last
 * digits. A class, so that the encoders can tell it from any other object.
 * @internal
 */
export class VenueTime {
  /** Whole seconds since the Unix epoch. */
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanos: number;

  constructor(seconds: number, nanos: number) {
    this.seconds = seconds;
    this.nanos = nanos;
  }

  static fromMs(milliseconds: number): VenueTime {
    const seconds = Math.floor(milliseconds / 1000);
    return new VenueTime(seconds, Math.round((milliseconds - seconds * 1000) * 1e6));
  }
}

/** `2024-03-12T10:27:48` of a whole second. */
function secondText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}

// Neighbouring messages share their second, so the last one's text is kept.
let lastSecond = Number.NaN;
let lastText = "";

/**
 * RFC 3339 in UTC with the fraction's trailing zeros trimmed, as Alpaca writes it (market data
 * pages, January 2026): `…57.53Z`, and `…57Z` for a whole second.
 * @internal
 */
export function formatTime(time: VenueTime): string {
  if (time.seconds !== lastSecond) {
    lastText = secondText(time.seconds);
    lastSecond = time.seconds;
  }
  if (time.nanos === 0) return `${lastText}Z`;
  const digits = String(time.nanos + 1e9);
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === 48) end--;
  return `${lastText}.${digits.slice(1, end)}Z`;
}

const RFC3339 =
  /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2}))?$/;

/**
 * Reads RFC 3339 with up to nine fractional digits, or a bare `YYYY-MM-DD` (midnight UTC).
 * `undefined` when it is neither.
 * @internal
 */
export function parseTime(text: string): VenueTime | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [, date = "", clock = "00:00:00", fraction = "", zone = "Z"] = match;
  const milliseconds = Date.parse(`${date}T${clock}${zone.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) return undefined;
  // Date.parse rolls 30 February over to March; a date that does not come back is no date.
  if (new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10) !== date) return undefined;
  return new VenueTime(milliseconds / 1000, Number(fraction.padEnd(9, "0")));
}

const NANOS_PER_SECOND = 1e9;

/** One nanosecond count from the seconds and nanoseconds of an offset, exact below 2^53 (104 days). */
export function offsetBetween(from: VenueTime, to: VenueTime): number {
  return (to.seconds - from.seconds) * NANOS_PER_SECOND + (to.nanos - from.nanos);
}

/** The moment `offsetNs` after `from`. @internal */
export function timeAfter(from: VenueTime, offsetNs: number): VenueTime {
  const total = from.nanos + offsetNs;
  // The remainder is exact where a division would round up just below a whole second.
  const remainder = total % NANOS_PER_SECOND;
  const nanos = remainder < 0 ? remainder + NANOS_PER_SECOND : remainder;
  return new VenueTime(from.seconds + (total - nanos) / NANOS_PER_SECOND, nanos);
}
