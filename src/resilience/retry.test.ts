import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AttemptFailure,
  decideRetry,
  type FailedAttempt,
  isPassing,
  isRepeatable,
  RETRY_DEFAULTS,
  resolveRetryOptions,
} from "./retry.ts";

const failed = (changes: Partial<FailedAttempt> = {}): FailedAttempt => ({
  method: "GET",
  attempt: 1,
  failure: { kind: "connection" },
  nowMs: 1_000,
  deadlineMs: 100_000,
  roll: 0.5,
  ...changes,
});

const method = fc.constantFrom("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE");
const failure: fc.Arbitrary<AttemptFailure> = fc.oneof(
  fc.record({
    kind: fc.constant("status" as const),
    statusCode: fc.integer({ min: 300, max: 599 }),
    retryAfterMs: fc.option(fc.nat(120_000), { nil: undefined }),
  }),
  fc.constantFrom(
    { kind: "connection" } as const,
    { kind: "timeout" } as const,
    {
      kind: "final",
    } as const,
  ),
);
const attempt = fc.record({
  method,
  attempt: fc.integer({ min: 1, max: 100 }),
  failure,
  nowMs: fc.nat(1_000_000),
  deadlineMs: fc.nat(1_200_000),
  roll: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});
const options = fc.record({
  attempts: fc.integer({ min: 1, max: 100 }),
  baseMs: fc.nat(20_000),
  maxMs: fc.nat(20_000),
});

describe("a failed attempt", () => {
  test("bounds of its waits are 1, 2, 4, 8, 10 and 10 seconds, and the wait is drawn evenly", () => {
    const many = { ...RETRY_DEFAULTS, attempts: 100 };
    const waits = [1, 2, 3, 4, 5, 6].map((attempt) =>
      decideRetry(failed({ attempt, roll: 0.5 }), many),
    );
    expect(waits).toEqual(
      [500, 1_000, 2_000, 4_000, 5_000, 5_000].map((delayMs) => ({ kind: "retry", delayMs })),
    );
  });

  test("is repeated until there were three", () => {
    expect(decideRetry(failed({ attempt: 2 })).kind).toBe("retry");
    expect(decideRetry(failed({ attempt: 3 }))).toEqual({ kind: "stop", reason: "attempts" });
  });

  test.each(["POST", "PATCH", "PUT", "DELETE", "TRACE", "CONNECT", "get"])(
    "of verb %s is never repeated",
    (verb) => {
      expect(isRepeatable(verb)).toBe(false);
      expect(decideRetry(failed({ method: verb }))).toEqual({ kind: "stop", reason: "verb" });
    },
  );

  test.each([408, 425, 429, 500, 502, 503, 504, 599])("with status %d may pass", (statusCode) => {
    expect(isPassing({ kind: "status", statusCode })).toBe(true);
  });

  test.each([301, 400, 401, 403, 404, 405, 409, 422, 451])(
    "with status %d will not pass",
    (statusCode) => {
      const answer: AttemptFailure = { kind: "status", statusCode };
      expect(isPassing(answer)).toBe(false);
      expect(decideRetry(failed({ failure: answer }))).toEqual({ kind: "stop", reason: "failure" });
    },
  );

  test("that is final is not repeated", () => {
    expect(decideRetry(failed({ failure: { kind: "final" } }))).toMatchObject({ kind: "stop" });
  });

  test("waits at least as long as the server asked", () => {
    const asked: AttemptFailure = { kind: "status", statusCode: 429, retryAfterMs: 30_000 };
    expect(decideRetry(failed({ failure: asked }))).toEqual({ kind: "retry", delayMs: 30_000 });
    const brief: AttemptFailure = { kind: "status", statusCode: 503, retryAfterMs: 10 };
    expect(decideRetry(failed({ failure: brief }))).toEqual({ kind: "retry", delayMs: 500 });
  });

  test("fails at once when the wait would end at the deadline or later, and says how long it is", () => {
    const asked: AttemptFailure = { kind: "status", statusCode: 429, retryAfterMs: 4_000 };
    const at = (deadlineMs: number) => decideRetry(failed({ failure: asked, deadlineMs }));
    expect(at(5_000)).toEqual({ kind: "stop", reason: "deadline", delayMs: 4_000 });
    expect(at(5_001)).toEqual({ kind: "retry", delayMs: 4_000 });
  });
});

describe("whatever failed", () => {
  test("only a safe verb is repeated, within its attempts, its bounds and its deadline", () => {
    fc.assert(
      fc.property(attempt, options, (was, limits) => {
        const decision = decideRetry(was, limits);
        if (decision.kind === "stop") return;
        expect(["GET", "HEAD", "OPTIONS"]).toContain(was.method);
        expect(was.attempt).toBeLessThan(limits.attempts);
        expect(was.nowMs + decision.delayMs).toBeLessThan(was.deadlineMs);
        const askedMs = was.failure.kind === "status" ? (was.failure.retryAfterMs ?? 0) : 0;
        expect(decision.delayMs).toBeGreaterThanOrEqual(askedMs);
        expect(decision.delayMs).toBeLessThanOrEqual(Math.max(limits.maxMs, askedMs));
        const rungMs = limits.baseMs * 2 ** (was.attempt - 1);
        expect(decision.delayMs).toBeLessThanOrEqual(Math.max(rungMs, askedMs));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("retry options", () => {
  test("have their defaults and are checked together", () => {
    expect(resolveRetryOptions()).toEqual({ attempts: 3, baseMs: 1_000, maxMs: 10_000 });
    expect(resolveRetryOptions({ attempts: 1 }).attempts).toBe(1);
    expect(() => resolveRetryOptions({ attempts: 0, baseMs: -1, maxMs: Number.NaN })).toThrow(
      /attempts .*baseMs .*maxMs /s,
    );
  });
});
