import fc from "fast-check";
import { expect, test } from "vitest";
import { OriginLoad } from "./pool-pressure.ts";

test("utilisation is the average over a window, however the load comes and goes within it", () => {
  const load = new OriginLoad(10, 0);

  load.change(10, 0);
  load.change(-10, 250);
  load.change(4, 500);

  expect(load.change(0, 1_000)).toBe(false);
  expect(load.utilisation).toBeCloseTo((10 * 250 + 4 * 500) / (10 * 1_000));
});

test("a load that swings between the two thresholds changes the level once", () => {
  const load = new OriginLoad(10, 0);
  const changes: string[] = [];
  const hold = (active: number, second: number): void => {
    if (load.change(active - load.active, second * 1_000)) changes.push(load.level);
  };

  for (let second = 0; second < 20; second++) hold(second % 2 ? 7 : 10, second);

  expect(changes).toEqual(["high"]);
});

test("the level follows the utilisation of each window, with its two thresholds", () => {
  const change = fc.record({
    by: fc.integer({ min: -10, max: 10 }),
    afterMs: fc.integer({ min: 0, max: 3_000 }),
  });
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const load = new OriginLoad(10, 0);
      let nowMs = 0;
      for (const { by, afterMs } of changes) {
        nowMs += afterMs;
        const before = load.level;
        const bounded = Math.max(-load.active, Math.min(10 - load.active, by));
        const hasChanged = load.change(bounded, nowMs);

        expect(load.utilisation).toBeGreaterThanOrEqual(0);
        expect(load.utilisation).toBeLessThanOrEqual(1);
        expect(hasChanged).toBe(load.level !== before);
        if (load.utilisation > 0.8) expect(load.level).toBe("high");
        if (load.utilisation <= 0.6) expect(load.level).toBe("normal");
      }
    }),
  );
});
