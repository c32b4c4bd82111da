import { z } from "zod";
import { parseRfc3339 } from "../../model/venue-time.ts";

/** A moment as the venue writes it, with all its digits. */
export const time: z.ZodType<string> = z
  .string()
  .refine((text) => parseRfc3339(text) !== undefined, "no RFC 3339 time");

const DECIMAL = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** An amount or a quantity: text on the wire and here, so that no digit is lost. */
export const decimal: z.ZodType<string> = z.string().regex(DECIMAL, "no decimal number");

/** What may be null or not there at all, which mean the same. */
export function maybe<Value>(value: z.ZodType<Value>): z.ZodType<Value | undefined> {
  return value.nullish().transform((found) => found ?? undefined);
}
