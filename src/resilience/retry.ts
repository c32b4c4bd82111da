import { Faults } from "../core/faults.ts";
import { type BackoffOptions, backoffDelayMs } from "./backoff.ts";

/** When a failed request is sent again. @public */
export interface RetryOptions {
  /**
   * How often a request is sent at most, the first time included; 1 never repeats.
   * @defaultValue 3
   */
  readonly attempts?: number;
  /**
   * The bound of the wait after the first failure, doubled with each further one, in milliseconds.
   * Each wait is drawn evenly from zero to its bound.
   * @defaultValue 1000
   */
  readonly baseMs?: number;
  /**
   * No such bound is higher, in milliseconds. A wait that the server asked for may be longer.
   * @defaultValue 10000
   */
  readonly maxMs?: number;
}

/** @public */
export const RETRY_DEFAULTS: Required<RetryOptions> = Object.freeze({
  attempts: 3,
  baseMs: 1_000,
  maxMs: 10_000,
});

/**
 * Fills in the defaults.
 * @throws ConfigError naming everything that is wrong.
 */
export function resolveRetryOptions(options: RetryOptions = {}): Required<RetryOptions> {
  const resolved = { ...RETRY_DEFAULTS, ...options };
  const faults = new Faults();
  faults.integer("attempts", resolved.attempts, { min: 1 });
  faults.number("baseMs", resolved.baseMs);
  faults.number("maxMs", resolved.maxMs);
  faults.throwIfAny();
  return resolved;
}

/**
 * How an attempt failed.
 *
 * - `status`: an answer that is not a success; `retryAfterMs` is how long the server asked to wait.
 * - `connection`: refused, reset or cut, or closed by the server while it was idle.
 * - `timeout`: nothing in time.
 * - `final`: asking again would not help (an abort, a wrong request, an undecodable answer).
 */
export type AttemptFailure =
  | {
      readonly kind: "status";
      readonly statusCode: number;
      readonly retryAfterMs?: number | undefined;
    }
  | { readonly kind: "connection" }
  | { readonly kind: "timeout" }
  | { readonly kind: "final" };

/** A failed attempt, and what is left to its request. */
export interface FailedAttempt {
  /** The HTTP verb, in capitals. */
  readonly method: string;
  /** Which attempt failed, from 1. */
  readonly attempt: number;
  readonly failure: AttemptFailure;
  /** On the monotonic clock. */
  readonly nowMs: number;
  /** When the caller stops waiting, on the same clock. */
  readonly deadlineMs: number;
  /** A random number in [0, 1). */
  readonly roll: number;
}

/**
 * What to do after a failed attempt: send again after `delayMs`, or stop, and why.
 *
 * - `verb`: the verb may change something at the venue.
 * - `failure`: another attempt would fail in the same way.
 * - `attempts`: all have been used.
 * - `deadline`: the wait, of `delayMs`, would end beyond the deadline.
 */
export type RetryDecision =
  | { readonly kind: "retry"; readonly delayMs: number }
  | { readonly kind: "stop"; readonly reason: "verb" | "failure" | "attempts" }
  | { readonly kind: "stop"; readonly reason: "deadline"; readonly delayMs: number };

/** Verbs that only ask (RFC 9110, section 9.2.1). */
const REPEATABLE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Request Timeout, Too Early, Too Many Requests; every server error besides. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Whether the transport may ever send a request of this verb twice. A POST, PATCH, PUT or DELETE is
 * never repeated, even when it seems not to have been sent: only whoever knows what it does can tell.
 */
export function isRepeatable(method: string): boolean {
  return REPEATABLE.has(method);
}

/** Whether the failure may pass by itself. */
export function isPassing(failure: AttemptFailure): boolean {
  if (failure.kind === "status")
    return failure.statusCode >= 500 || PASSING.has(failure.statusCode);
  return failure.kind !== "final";
}

/** Whether and when to send a failed request again. */
export function decideRetry(
  failed: FailedAttempt,
  options: Required<RetryOptions> = RETRY_DEFAULTS,
): RetryDecision {
  const { method, attempt, failure, nowMs, deadlineMs, roll } = failed;
  if (!isRepeatable(method)) return { kind: "stop", reason: "verb" };
  if (!isPassing(failure)) return { kind: "stop", reason: "failure" };
  if (attempt >= options.attempts) return { kind: "stop", reason: "attempts" };
  const backoff: Required<BackoffOptions> = { ...options, jitter: "full" };
  const askedMs = failure.kind === "status" ? (failure.retryAfterMs ?? 0) : 0;
  const delayMs = Math.max(backoffDelayMs(attempt, backoff, roll), askedMs);
  if (nowMs + delayMs >= deadlineMs) return { kind: "stop", reason: "deadline", delayMs };
  return { kind: "retry", delayMs };
}
