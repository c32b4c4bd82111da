/** A moment of the venue, exact to the nanosecond: whole seconds since the Unix epoch, and the rest. @public */
export interface VenueTime {
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanos: number;
}

/** Nanoseconds since the Unix epoch. @public */
export function toNanoseconds(time: VenueTime): bigint {
  return BigInt(time.seconds) * 1_000_000_000n + BigInt(time.nanos);
}

/** Whole milliseconds since the Unix epoch; what is finer is cut off. @public */
export function toMilliseconds(time: VenueTime): number {
  return time.seconds * 1_000 + Math.floor(time.nanos / 1_000_000);
}

/** Below 0 when `a` is earlier than `b`, 0 for the same moment, above 0 when it is later. @public */
export function compareTimes(a: VenueTime, b: VenueTime): number {
  return a.seconds - b.seconds || a.nanos - b.nanos;
}

/** A moment that many milliseconds later, or earlier when negative. @internal */
export function shiftTime(time: VenueTime, milliseconds: number): VenueTime {
  const nanos = time.nanos + Math.round((milliseconds % 1_000) * 1e6);
  const carry = Math.floor(nanos / 1e9);
  const seconds = time.seconds + Math.trunc(milliseconds / 1_000) + carry;
  return { seconds, nanos: nanos - carry * 1e9 };
}

/** The moment of a wall clock's reading in milliseconds since the Unix epoch. @internal */
export function timeOfMilliseconds(milliseconds: number): VenueTime {
  return shiftTime({ seconds: 0, nanos: 0 }, milliseconds);
}

/** RFC 3339 in UTC, with as many of nine fractional digits as are needed. @public */
export function toRfc3339(time: VenueTime): string {
  const second = new Date(time.seconds * 1_000).toISOString().slice(0, 19);
  if (time.nanos === 0) return `${second}Z`;
  const fraction = String(time.nanos).padStart(9, "0").replace(/0+$/, "");
  return `${second}.${fraction}Z`;
}

/** RFC 3339 has the years 0 to 9999. */
const FIRST_SECOND = -62_167_219_200;
const LAST_SECOND = 253_402_300_799;

/** Whether there is an RFC 3339 text for this, so that nothing made of it later can fail. @internal */
export function isVenueTime(time: { readonly seconds: unknown; readonly nanos: unknown }): boolean {
  return (
    isWholeWithin(time.seconds, FIRST_SECOND, LAST_SECOND) &&
    isWholeWithin(time.nanos, 0, 999_999_999)
  );
}

function isWholeWithin(value: unknown, first: number, last: number): boolean {
  return Number.isInteger(value) && (value as number) >= first && (value as number) <= last;
}

const RFC_3339 =
  /^(\d{4}-\d\d-(\d\d)[Tt ](?:[01]\d|2[0-3]):\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)$/;

/** Reads RFC 3339 with any offset and up to nine fractional digits; `undefined` for anything else. @public */
export function parseRfc3339(text: string): VenueTime | undefined {
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [, second = "", day, fraction = "", offset] = match;
  if (Number(day) > 28 && !isDayOfItsMonth(second)) return undefined;
  const milliseconds = Date.parse(`${second}${offset === "z" ? "Z" : offset}`);
  const time = { seconds: milliseconds / 1_000, nanos: Number(fraction.padEnd(9, "0")) };
  return isVenueTime(time) ? time : undefined;
}

/** `Date.parse` takes 30 February for 2 March. */
function isDayOfItsMonth(second: string): boolean {
  return new Date(`${second}Z`).getUTCDate() === Number(second.slice(8, 10));
}
