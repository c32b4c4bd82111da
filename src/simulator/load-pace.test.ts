import fc from "fast-check";
import { expect, test } from "vitest";
import { LoadPace } from "./load-pace.ts";

const MS = 1e6;

test("a steady rate is met exactly, however the ticks fall", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.5, max: 5000, noNaN: true }),
      fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 200 }),
      (framesPerSecond, ticksMs) => {
        const pace = new LoadPace(framesPerSecond);
        let nowMs = 17;
        pace.restart(nowMs * MS);
        let taken = 0;
        for (const tickMs of ticksMs) {
          nowMs += tickMs;
          const due = pace.take(nowMs * MS);
          expect(due).toBeGreaterThanOrEqual(0);
          taken += due;
        }
        const wanted = ((nowMs - 17) * framesPerSecond) / 1000;
        expect(taken).toBeGreaterThan(wanted - 1.001);
        expect(taken).toBeLessThan(wanted + 0.001);
        expect(pace.skipped).toBe(0);
      },
    ),
  );
});

test("after being held up it makes up for a tenth of a second, and says what it left out", () => {
  const pace = new LoadPace(5000);
  pace.restart(0);
  expect(pace.take(10 * MS)).toBe(50);
  expect(pace.take(3010 * MS)).toBe(501);
  expect(pace.skipped).toBe(15_000 - 501);
  expect(pace.take(3020 * MS)).toBe(50);
});

test("a rate of less than a frame in that time still sends its frames", () => {
  const pace = new LoadPace(2);
  pace.restart(0);
  expect([499, 500, 600, 1000].map((ms) => pace.take(ms * MS))).toEqual([0, 1, 0, 1]);
  expect(pace.skipped).toBe(0);
});

test("a restart forgets what had come due", () => {
  const pace = new LoadPace(1000);
  pace.restart(0);
  pace.take(50 * MS);
  pace.restart(5000 * MS);
  expect(pace.take(5010 * MS)).toBe(10);
  expect(pace.skipped).toBe(0);
});
