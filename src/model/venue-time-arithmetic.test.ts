import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compareTimes,
  shiftTime,
  timeOfMilliseconds,
  toMilliseconds,
  toNanoseconds,
} from "./venue-time.ts";

const moment = fc.record({
  seconds: fc.integer({ min: -4_000_000_000, max: 4_000_000_000 }),
  nanos: fc.integer({ min: 0, max: 999_999_999 }),
});

describe("moments", () => {
  test("compare as their nanoseconds do, also before 1970", () => {
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        const [x, y] = [toNanoseconds(a), toNanoseconds(b)];
        expect(Math.sign(compareTimes(a, b))).toBe(x < y ? -1 : x > y ? 1 : 0);
      }),
    );
  });

  test("shifted by whole milliseconds stay exact and well formed, in both directions", () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: -1e12, max: 1e12 }), (time, ms) => {
        const shifted = shiftTime(time, ms);
        expect(toNanoseconds(shifted)).toBe(toNanoseconds(time) + BigInt(ms) * 1_000_000n);
        expect(shifted.nanos).toBeGreaterThanOrEqual(0);
        expect(shifted.nanos).toBeLessThan(1e9);
        expect(Number.isInteger(shifted.nanos) && Number.isInteger(shifted.seconds)).toBe(true);
        expect(shiftTime(shifted, -ms)).toEqual(time);
      }),
    );
  });

  test.each([
    [{ seconds: 5, nanos: 0 }, -1e-6, { seconds: 4, nanos: 999_999_999 }],
    [{ seconds: 5, nanos: 999_999_999 }, 1e-6, { seconds: 6, nanos: 0 }],
    [{ seconds: 0, nanos: 0 }, -1.5, { seconds: -1, nanos: 998_500_000 }],
    [{ seconds: -1, nanos: 500_000_000 }, 500, { seconds: 0, nanos: 0 }],
    [{ seconds: 0, nanos: 1 }, -2_000, { seconds: -2, nanos: 1 }],
  ])("%j shifted by %d ms", (time, ms, shifted) => {
    expect(shiftTime(time, ms)).toEqual(shifted);
  });

  test("a wall clock's milliseconds and back are the same, also before 1970", () => {
    fc.assert(
      fc.property(fc.integer({ min: -6e13, max: 2e14 }), (ms) => {
        expect(toMilliseconds(timeOfMilliseconds(ms))).toBe(ms);
      }),
    );
  });
});
