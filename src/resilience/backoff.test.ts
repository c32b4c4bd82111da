import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BACKOFF_DEFAULTS, backoffDelayMs } from "./backoff.ts";

const backoff = fc.record({
  baseMs: fc.integer({ min: 1, max: 100_000 }),
  maxMs: fc.integer({ min: 1, max: 1_000_000 }),
  jitter: fc.constantFrom("full" as const, "none" as const),
});
const roll = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("backoff", () => {
  test("without jitter the waits are 1, 2, 4, 8, 16, 32, 60 and 60 seconds", () => {
    const plain = { ...BACKOFF_DEFAULTS, jitter: "none" } as const;
    const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((failures) => backoffDelayMs(failures, plain, 0.5));
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  test("a wait is never negative, never above the cap, and never above its rung", () => {
    fc.assert(
      fc.property(fc.nat(10_000), backoff, roll, (failures, options, chance) => {
        const delayMs = backoffDelayMs(failures, options, chance);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(options.maxMs);
        const rung = backoffDelayMs(failures, { ...options, jitter: "none" }, chance);
        expect(delayMs).toBeLessThanOrEqual(rung);
      }),
    );
  });

  test("rungs never shrink, and double until they meet the cap", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), backoff, (failures, options) => {
        const plain = { ...options, jitter: "none" } as const;
        const rung = backoffDelayMs(failures, plain, 0);
        expect(backoffDelayMs(failures + 1, plain, 0)).toBe(Math.min(rung * 2, options.maxMs));
      }),
    );
  });

  test("full jitter covers the whole of the rung, evenly", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), backoff, roll, (failures, options, chance) => {
        const rung = backoffDelayMs(failures, { ...options, jitter: "none" }, 0);
        const jittered = backoffDelayMs(failures, { ...options, jitter: "full" }, chance);
        expect(jittered).toBeCloseTo(rung * chance, 6);
      }),
    );
  });
});
