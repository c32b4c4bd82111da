import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Clock } from "../core/clock.ts";
import { RateBudget } from "./rate-budget.ts";

/** A clock whose two times are set by hand. */
class SetClock implements Clock {
  wallMs = 1_700_000_000_000;
  #monotonicMs = 12_345.678;
  nowMs(): number {
    return this.wallMs;
  }
  monotonicMs(): number {
    return this.#monotonicMs;
  }
  pass(byMs: number): void {
    this.#monotonicMs += byMs;
    this.wallMs += byMs;
  }
  setTimer(): never {
    throw new Error("a budget sets no timer");
  }
}

const WINDOW_MS = 1_000;

type Step =
  | { readonly kind: "pass"; readonly byMs: number }
  | { readonly kind: "jump"; readonly byMs: number }
  | { readonly kind: "charge"; readonly times: number }
  | { readonly kind: "wait" }
  | {
      readonly kind: "observe";
      readonly limit: number | undefined;
      readonly remaining: number | undefined;
      readonly resetAfterMs: number | undefined;
    }
  | { readonly kind: "exhausted"; readonly retryAfterMs: number | undefined };

const maybe = (max: number) => fc.option(fc.nat(max), { nil: undefined });
const quiet = fc.oneof(
  fc.record({
    kind: fc.constant("pass" as const),
    byMs: fc.double({ min: 0, max: 700, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant("jump" as const),
    byMs: fc.integer({ min: -10_000_000, max: 10_000_000 }),
  }),
  fc.record({ kind: fc.constant("charge" as const), times: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constant("wait" as const) }),
);
const corrected = fc.oneof(
  { weight: 3, arbitrary: quiet },
  fc.record({
    kind: fc.constant("observe" as const),
    limit: maybe(15),
    remaining: maybe(15),
    resetAfterMs: maybe(2_000),
  }),
  fc.record({ kind: fc.constant("exhausted" as const), retryAfterMs: maybe(2_000) }),
);

/** Runs the steps; returns when grants were made, and under which limit. */
function run(limit: number, steps: readonly Step[]) {
  const clock = new SetClock();
  const budget = new RateBudget({ limit, windowMs: WINDOW_MS, guardMs: 0, clock });
  const grants: { readonly atMs: number; readonly limit: number }[] = [];
  const charge = () => {
    const before = budget.getHealth();
    const againInMs = budget.freeAgainInMs();
    const isGranted = budget.tryCharge();
    expect(isGranted).toBe(before.freeInMs === 0);
    expect(before.available > 0).toBe(isGranted);
    if (!isGranted) return;
    grants.push({ atMs: clock.monotonicMs(), limit: before.limit });
    expect(budget.available()).toBe(before.available - 1);
    expect(budget.freeInMs()).toBeCloseTo(againInMs, 6);
  };
  for (const step of steps) {
    if (step.kind === "pass") clock.pass(step.byMs);
    if (step.kind === "jump") clock.wallMs += step.byMs;
    if (step.kind === "charge") for (let index = 0; index < step.times; index++) charge();
    if (step.kind === "observe") budget.observe(step);
    if (step.kind === "exhausted") budget.exhausted(step.retryAfterMs);
    if (step.kind === "wait") {
      const waitMs = budget.freeInMs();
      expect(waitMs).toBeLessThanOrEqual(10_000);
      // One millisecond too early there is no room; and then there is.
      if (waitMs > 1) {
        clock.pass(waitMs - 1);
        expect(budget.available()).toBe(0);
        clock.pass(1 + 1e-6);
      } else clock.pass(waitMs + 1e-6);
      expect(budget.available()).toBeGreaterThan(0);
    }
  }
  return { grants, budget, clock };
}

describe("whatever happens, a rate budget", () => {
  test("never holds more than its limit in any window, for any arrivals and wall clock", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(quiet, { maxLength: 80 }),
        (limit, steps) => {
          const { grants } = run(limit, steps);
          for (let last = limit; last < grants.length; last++) {
            const firstMs = grants[last - limit]?.atMs ?? 0;
            expect(firstMs + WINDOW_MS).toBeLessThanOrEqual(grants[last]?.atMs ?? 0);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test("never holds more than the limit in force, whatever the server says", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(corrected, { maxLength: 80 }),
        (limit, steps) => {
          const { grants } = run(limit, steps);
          grants.forEach((grant, index) => {
            const inWindow = grants.filter(
              ({ atMs }, other) => other <= index && atMs + WINDOW_MS > grant.atMs,
            );
            expect(inWindow.length).toBeLessThanOrEqual(grant.limit);
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  test("grants as much as an exact window may: the same as one that remembers everything", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.nat(400), { minLength: 1, maxLength: 120 }),
        (limit, gapsMs) => {
          const clock = new SetClock();
          const budget = new RateBudget({ limit, windowMs: WINDOW_MS, guardMs: 0, clock });
          const remembered: number[] = [];
          for (const gapMs of gapsMs) {
            clock.pass(gapMs);
            const nowMs = clock.monotonicMs();
            const used = remembered.filter((atMs) => atMs + WINDOW_MS > nowMs).length;
            expect(budget.tryCharge()).toBe(used < limit);
            if (used < limit) remembered.push(nowMs);
          }
        },
      ),
    );
  });

  test("has all its room again once everything has had its time", () => {
    fc.assert(
      fc.property(fc.array(corrected, { maxLength: 60 }), (steps) => {
        const { budget, clock } = run(7, steps);
        budget.observe({ limit: 7 });
        clock.pass(2_001);
        expect(budget.available()).toBe(7);
        expect(budget.getHealth()).toMatchObject({ used: 0, foreign: 0, blockedForMs: 0 });
      }),
    );
  });

  test("is never refused by a server that counts from reset to reset, once that has shown what others spend", () => {
    const windows = fc.array(
      fc.record({
        foreign: fc.nat(9),
        sends: fc.array(fc.nat(300), { maxLength: 15 }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(windows, (serverWindows) => {
        const limit = 10;
        const clock = new SetClock();
        const budget = new RateBudget({ limit, windowMs: WINDOW_MS, guardMs: 0, clock });
        const startMs = clock.monotonicMs();
        serverWindows.forEach(({ foreign, sends }, index) => {
          const resetMs = startMs + (index + 1) * WINDOW_MS;
          let remaining = limit - foreign;
          let isShown = false;
          for (const gapMs of sends) {
            if (clock.monotonicMs() + gapMs >= resetMs) break;
            clock.pass(gapMs);
            if (!budget.tryCharge()) continue;
            if (isShown) expect(remaining).toBeGreaterThan(0);
            remaining = Math.max(0, remaining - 1);
            const resetAfterMs = resetMs - clock.monotonicMs();
            budget.observe({ limit, remaining, resetAfterMs });
            isShown ||= budget.getHealth().foreign > 0;
          }
          clock.pass(resetMs - clock.monotonicMs());
        });
      }),
      { numRuns: 1_000 },
    );
  });
});
