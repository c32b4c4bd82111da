import { z } from "zod";
import { count, delayMs, httpStatus, path } from "./fault-fields.ts";

const onRequest = {
  afterMs: delayMs.optional(),
  count,
  path,
  method: z.literal(["GET", "POST", "PATCH", "PUT", "DELETE"]).optional(),
  ratio: z.number().gt(0).max(1).optional(),
};
const how = z.literal(["end", "reset"]).optional();
const wholeSeconds = z.int().min(0).optional();

/** The HTTP faults' part of the schema of all faults. @internal */
export const httpFaultSchemas: readonly z.ZodObject[] = [
  z.strictObject({
    kind: z.literal("http-error"),
    status: httpStatus,
    html: z.boolean().optional(),
    retryAfterSeconds: wholeSeconds,
    resetInSeconds: wholeSeconds,
    ...onRequest,
  }),
  z.strictObject({
    kind: z.literal("http-reset"),
    at: z.literal(["before-headers", "after-headers", "mid-body"]).optional(),
    how,
    ...onRequest,
  }),
  z.strictObject({
    kind: z.literal("http-stall"),
    ms: z.union([delayMs, z.literal(Number.POSITIVE_INFINITY)]),
    at: z.literal(["before-headers", "mid-body"]).optional(),
    ...onRequest,
  }),
  z.strictObject({
    kind: z.literal("http-body"),
    body: z.literal(["empty", "truncated", "html"]),
    ...onRequest,
  }),
  z.strictObject({
    kind: z.literal("http-page"),
    page: z.literal(["empty", "repeated-token", "duplicate-row"]),
    ...onRequest,
  }),
  z.strictObject({ kind: z.literal("http-keep-alive-close"), how, ...onRequest }),
  z.strictObject({
    kind: z.literal("http-idle-drop"),
    meanMs: z.number().gt(0),
    how,
    afterMs: delayMs.optional(),
    count,
  }),
];
