import { describe, expect, test } from "vitest";
import { ManualClock } from "../testing/index.ts";
import { RateWindows } from "./rate-window.ts";

const MINUTE = { requestsPerMinute: 2, rateWindowMs: 60_000 } as const;

describe("a fixed window", () => {
  const plan = { ...MINUTE, rateWindow: "fixed" } as const;

  test("gives a key its budget for a minute, then a new one, whatever others do", async () => {
    const clock = new ManualClock();
    const windows = new RateWindows(clock, plan);
    expect(windows.charge("A")).toEqual({
      isAllowed: true,
      limit: 2,
      remaining: 1,
      resetInMs: 60_000,
    });
    await clock.advance(59_000);
    expect(windows.charge("A")).toMatchObject({ isAllowed: true, remaining: 0, resetInMs: 1_000 });
    expect(windows.charge("A")).toMatchObject({ isAllowed: false, remaining: 0 });
    expect(windows.charge("B")).toMatchObject({ isAllowed: true, remaining: 1 });
    await clock.advance(999);
    expect(windows.charge("A")).toMatchObject({ isAllowed: false });
    await clock.advance(1);
    expect(windows.charge("A")).toMatchObject({ isAllowed: true, remaining: 1, resetInMs: 60_000 });
  });

  test("lets twice the budget through around its edge, and says that it saw as many", async () => {
    const clock = new ManualClock();
    const windows = new RateWindows(clock, plan);
    windows.charge("A");
    await clock.advance(59_999);
    const around = [windows.charge("A")];
    await clock.advance(1);
    around.push(windows.charge("A"), windows.charge("A"));
    expect(around.map(({ isAllowed }) => isAllowed)).toEqual([true, true, true]);
    expect(windows.uses).toEqual({ A: { mostInWindow: 3, refused: 0 } });
  });
});

describe("a sliding window", () => {
  const plan = { ...MINUTE, rateWindow: "sliding" } as const;

  test("frees one place when the oldest request is a whole window ago", async () => {
    const clock = new ManualClock();
    const windows = new RateWindows(clock, plan);
    expect(windows.charge("A")).toMatchObject({ remaining: 1, resetInMs: 60_000 });
    await clock.advance(40_000);
    expect(windows.charge("A")).toMatchObject({ remaining: 0, resetInMs: 20_000 });
    await clock.advance(19_999);
    expect(windows.charge("A")).toMatchObject({ isAllowed: false, remaining: 0, resetInMs: 1 });
    await clock.advance(1);
    expect(windows.charge("A")).toMatchObject({ isAllowed: true, remaining: 0, resetInMs: 40_000 });
    expect(windows.charge("A")).toMatchObject({ isAllowed: false });
    expect(windows.charge("B")).toMatchObject({ isAllowed: true });
    await clock.advance(40_000);
    expect(windows.charge("A")).toMatchObject({ isAllowed: true });
    expect(windows.uses).toEqual({
      A: { mostInWindow: 4, refused: 2 },
      B: { mostInWindow: 1, refused: 0 },
    });
  });

  test("never allows more than the budget in any window, and counts exactly what arrived", async () => {
    const clock = new ManualClock();
    const windows = new RateWindows(clock, { ...plan, requestsPerMinute: 5, rateWindowMs: 100 });
    const arrived: number[] = [];
    const allowed: number[] = [];
    for (let step = 0; step < 500; step++) {
      await clock.advance((step * 7919) % 31);
      arrived.push(clock.monotonicMs());
      if (windows.charge("A").isAllowed) allowed.push(clock.monotonicMs());
    }
    expect(mostWithin(allowed, 100)).toBe(5);
    expect(windows.uses["A"]?.mostInWindow).toBe(mostWithin(arrived, 100));
    expect(windows.uses["A"]?.refused).toBe(arrived.length - allowed.length);
  });
});

function mostWithin(moments: readonly number[], lengthMs: number): number {
  const counts = moments.map(
    (end) => moments.filter((moment) => moment > end - lengthMs && moment <= end).length,
  );
  return Math.max(...counts);
}
