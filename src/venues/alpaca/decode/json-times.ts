import { parseRfc3339 } from "../../../model/venue-time.ts";
import { asciiText } from "./short-text.ts";

const QUOTE = 0x22;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const UPPER_Z = 0x5a;

/** `2023-04-06T11:54`, the part that stays the same for a minute: four words. */
const MINUTE_LENGTH = 16;

/** Messages of a frame are of few minutes: quotes of now, bars of a minute ago. Their last digit tells. */
const MINUTES_KEPT = 16;

/** Longer than any RFC 3339 text with nine digits of fraction. */
const LONGEST_TIME = 64;

const NANOS_DIGITS = 9;
const SCALES: readonly number[] = Array.from(
  { length: NANOS_DIGITS + 1 },
  (_, digits) => 10 ** (NANOS_DIGITS - digits),
);

/** Reads RFC 3339 from the bytes of a JSON text; what a minute is in seconds is worked out once. */
export class JsonTimes {
  seconds = 0;
  nanos = 0;
  readonly #words = new Int32Array(4 * MINUTES_KEPT);
  readonly #minutes = new Float64Array(MINUTES_KEPT).fill(Number.NaN);

  /** Sets the time of the text whose opening quote is at `start`; gives its end, -1 where there is no time. */
  read(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    let at = start + 1 + MINUTE_LENGTH;
    if (bytes[start] !== QUOTE || bytes[at] !== COLON) return this.#readOther(bytes, start, end);
    const tens = (bytes[at + 1] as number) - ZERO;
    const ones = (bytes[at + 2] as number) - ZERO;
    if (!(tens >= 0 && tens <= 5 && ones >= 0 && ones <= 9)) return -1;
    at += 3;
    let nanos = 0;
    if (bytes[at] === DOT) {
      const first = ++at;
      let digit = (bytes[at] as number) - ZERO;
      while (digit >= 0 && digit <= 9 && at - first < NANOS_DIGITS) {
        nanos = (Math.imul(nanos, 10) + digit) | 0;
        digit = (bytes[++at] as number) - ZERO;
      }
      if (at === first) return -1;
      // Whole numbers of 32 bits, here and below, are kept in a message without a box of their own.
      nanos = Math.imul(nanos, SCALES[at - first] as number);
    }
    if (bytes[at] !== UPPER_Z || bytes[at + 1] !== QUOTE) {
      return this.#readOther(bytes, start, end);
    }
    const minute = this.#minute(bytes, view, start + 1);
    if (Number.isNaN(minute)) return -1;
    const seconds = minute + tens * 10 + ones;
    this.seconds = seconds === (seconds | 0) ? seconds | 0 : seconds;
    this.nanos = nanos;
    return at + 2;
  }

  /** `NaN` for what is no minute. */
  #minute(bytes: Uint8Array, view: DataView, start: number): number {
    const first = view.getInt32(start);
    const second = view.getInt32(start + 4);
    const third = view.getInt32(start + 8);
    const fourth = view.getInt32(start + 12);
    const slot = fourth & (MINUTES_KEPT - 1);
    const words = this.#words;
    const base = slot * 4;
    if (
      words[base] === first &&
      words[base + 1] === second &&
      words[base + 2] === third &&
      words[base + 3] === fourth
    ) {
      return this.#minutes[slot] as number;
    }
    const text = asciiText(bytes, start, start + MINUTE_LENGTH);
    const time = text === undefined ? undefined : parseRfc3339(`${text}:00Z`);
    if (time === undefined) return Number.NaN;
    words[base] = first;
    words[base + 1] = second;
    words[base + 2] = third;
    words[base + 3] = fourth;
    this.#minutes[slot] = time.seconds;
    return time.seconds;
  }

  /** Another offset, more digits, or no time at all. */
  #readOther(bytes: Uint8Array, start: number, end: number): number {
    const last = bytes.indexOf(QUOTE, start + 1);
    if (bytes[start] !== QUOTE || last < 0 || last >= end || last - start > LONGEST_TIME) return -1;
    const text = asciiText(bytes, start + 1, last);
    const time = text === undefined ? undefined : parseRfc3339(text);
    if (time === undefined) return -1;
    this.seconds = time.seconds;
    this.nanos = time.nanos;
    return last + 1;
  }
}
