import { z } from "zod";
import { ConfigError } from "../core/errors.ts";
import type { Fault } from "./fault.ts";
import { count, delayMs, httpStatus, path } from "./fault-fields.ts";
import { httpFaultSchemas } from "./http-fault-schema.ts";

const target = { path, keyId: z.string().min(1).optional() };
const onSession = {
  ...target,
  afterMs: delayMs.optional(),
  afterMessages: z.int().min(0).optional(),
  count,
};
const onOccasion = { ...target, afterMs: delayMs.optional(), count };

const faultSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("close"),
    // The codes that may stand in a close frame (RFC 6455, section 7.4).
    code: z
      .union([
        z.int().min(1000).max(1003),
        z.int().min(1007).max(1014),
        z.int().min(3000).max(4999),
      ])
      .optional(),
    reason: z.string().max(123).optional(),
    ...onSession,
  }),
  z.strictObject({ kind: z.literal("cut"), ...onSession }),
  z.strictObject({ kind: z.literal("ghost"), ghostMs: delayMs.optional(), ...onSession }),
  z.strictObject({ kind: z.literal("mute"), durationMs: delayMs.optional(), ...onSession }),
  z.strictObject({ kind: z.literal("half-open"), ...onSession }),
  z.strictObject({ kind: z.literal("truncated-frame"), ...onSession }),
  z.strictObject({
    kind: z.literal("garbage-frame"),
    bytes: z.int().min(1).max(1_048_576).optional(),
    ...onSession,
  }),
  z.strictObject({
    kind: z.literal("slow-drip"),
    chunkBytes: z.int().min(1).optional(),
    delayMs: delayMs.optional(),
    ...onSession,
  }),
  z.strictObject({ kind: z.literal("slow-client"), ...onSession }),
  z.strictObject({
    kind: z.literal("reject-auth"),
    code: z.literal([402, 404, 406, 409, 411]),
    ...onOccasion,
  }),
  z.strictObject({ kind: z.literal("handshake-status"), status: httpStatus, ...onOccasion }),
  z.strictObject({ kind: z.literal("stall-handshake"), ...onOccasion }),
  z.strictObject({ kind: z.literal("no-welcome"), ...onOccasion }),
  z.strictObject({ kind: z.literal("no-auth-reply"), ...onOccasion }),
  z.strictObject({
    kind: z.literal("reject-subscribe"),
    code: z.literal([400, 405, 410]),
    ...onOccasion,
  }),
  z.strictObject({ kind: z.literal("late-ack"), delayMs, ...onOccasion }),
  z.strictObject({ kind: z.literal("no-ack"), ...onOccasion }),
  z.strictObject({ kind: z.literal("partial-ack"), ...onOccasion }),
  z.strictObject({
    kind: z.literal("keyless-ack"),
    keys: z.array(z.string()).min(1),
    ...onOccasion,
  }),
  ...httpFaultSchemas,
]);

/** What is wrong with something that should be a fault; nothing when it is one. @internal */
export function faultProblems(value: unknown, name = "fault"): readonly string[] {
  const result = faultSchema.safeParse(value);
  if (result.success) return [];
  return result.error.issues.map((issue) => `${[name, ...issue.path].join(".")}: ${issue.message}`);
}

/**
 * Reads faults that come from outside.
 * @throws ConfigError listing everything that is wrong with any of them.
 * @internal
 */
export function readFaults(values: readonly unknown[]): readonly Fault[] {
  const problems = values.flatMap((value, at) =>
    faultProblems(value, values.length === 1 ? "fault" : `faults.${at}`),
  );
  if (problems.length > 0) throw new ConfigError(problems);
  // Checked above; the schema's inferred type differs only in spelling absent members as undefined.
  return values as readonly Fault[];
}
