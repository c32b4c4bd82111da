import { z } from "zod";

/** Milliseconds from now. @internal */
export const delayMs: z.ZodNumber = z.number().min(0);

/** How often a fault strikes. @internal */
export const count: z.ZodOptional<z.ZodUnion<readonly [z.ZodInt, z.ZodLiteral<number>]>> = z
  .union([z.int().min(1), z.literal(Number.POSITIVE_INFINITY)])
  .optional();

/** The path a fault is meant for. @internal */
export const path: z.ZodOptional<z.ZodString> = z.string().startsWith("/").optional();

/** A status that refuses. @internal */
export const httpStatus: z.ZodInt = z.int().min(400).max(599);
