import type { RawId } from "../../model/trade.ts";
import { isVenueTime, parseRfc3339, type VenueTime } from "../../model/venue-time.ts";
import type { RawMessage } from "./frame-decoder.ts";

/**
 * Readers of single fields. `required` throws a TypeError that names the field; `optional` gives
 * the neutral value. Wire numbers may come as numbers, bigints or, beyond 2^53 in JSON, as text.
 */
interface FieldReader<T> {
  required(raw: RawMessage, key: string): T;
  optional(raw: RawMessage, key: string): T;
}

function reader<T>(
  kind: string,
  parse: (value: unknown) => T | undefined,
  neutral: T,
): FieldReader<T> {
  return {
    required(raw, key) {
      const value = parse(raw[key]);
      if (value === undefined) throw new TypeError(`field ${key} is not a ${kind}`);
      return value;
    },
    optional: (raw, key) => parse(raw[key]) ?? neutral,
  };
}

export const number: FieldReader<number> = reader("number", toNumber, 0);

export const text: FieldReader<string> = reader(
  "text",
  (value) => (typeof value === "string" ? value : undefined),
  "",
);

/** A time is never optional: nothing neutral could stand for it. */
export const time: Pick<FieldReader<VenueTime>, "required"> = reader("time", toTime, {
  seconds: 0,
  nanos: 0,
});

/** How an integer beyond 2^53 comes out of JSON. */
const LONG_INTEGER = /^-?\d{16,}$/;

function toNumber(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  const isWhole =
    typeof value === "bigint" || (typeof value === "string" && LONG_INTEGER.test(value));
  return isWhole ? Number(value) : undefined;
}

function toTime(value: unknown): VenueTime | undefined {
  if (typeof value === "string") return parseRfc3339(value);
  const isTime =
    typeof value === "object" &&
    value !== null &&
    "seconds" in value &&
    "nanos" in value &&
    isVenueTime(value);
  return isTime ? (value as VenueTime) : undefined;
}

/** A trade id as it came, a number wherever that is exact; `undefined` where there is none. */
export function rawId(value: unknown): RawId {
  if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) return Number(value);
  const isId = typeof value === "number" || typeof value === "bigint" || typeof value === "string";
  return isId ? value : undefined;
}

/** An id as exact text. @throws TypeError when there is none */
export function idText(raw: RawMessage, key: string): string {
  const id = rawId(raw[key]);
  if (id === undefined) throw new TypeError(`field ${key} is not an id`);
  return String(id);
}

const NO_TEXTS: readonly string[] = Object.freeze([]);

/** A list of texts; one text, as options send it, is a list of one. */
export function list(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? (value as readonly string[]) : NO_TEXTS;
}
