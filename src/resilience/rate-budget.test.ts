import { describe, expect, test, vi } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { RateBudget } from "./rate-budget.ts";

function budgetOf(limit: number, windowMs = 60_000) {
  const clock = new ManualClock();
  const budget = new RateBudget({ limit, windowMs, guardMs: 0, clock });
  const charge = (times: number) => {
    let granted = 0;
    for (let index = 0; index < times; index++) if (budget.tryCharge()) granted++;
    return granted;
  };
  return { clock, budget, charge };
}

describe("a rate budget", () => {
  test("grants its limit at once, and each one again a window after it was used", async () => {
    const { clock, budget, charge } = budgetOf(3);
    expect(charge(2)).toBe(2);
    await clock.advance(10_000);
    expect(charge(5)).toBe(1);
    expect(budget.available()).toBe(0);
    expect(budget.freeInMs()).toBe(50_000);
    await clock.advance(49_999);
    expect(charge(1)).toBe(0);
    await clock.advance(1);
    expect(budget.available()).toBe(2);
    expect(charge(5)).toBe(2);
    expect(budget.freeInMs()).toBe(10_000);
  });

  test("has no burst at the edge of a window, where fixed windows allow twice the limit", async () => {
    const { clock, charge } = budgetOf(200);
    await clock.advance(59_000);
    expect(charge(300)).toBe(200);
    await clock.advance(2_000);
    expect(charge(300)).toBe(0);
  });

  test("keeps the guard time beyond the window", async () => {
    const clock = new ManualClock();
    const budget = new RateBudget({ limit: 1, windowMs: 1_000, guardMs: 50, clock });
    expect(budget.tryCharge()).toBe(true);
    expect(budget.freeInMs()).toBe(1_050);
    await clock.advance(1_049);
    expect(budget.tryCharge()).toBe(false);
    await clock.advance(1);
    expect(budget.tryCharge()).toBe(true);
  });

  test("does not care what happens to the wall clock", async () => {
    const { clock, budget, charge } = budgetOf(2);
    charge(2);
    clock.jumpWall(3_600_000);
    expect(budget.freeInMs()).toBe(60_000);
    clock.jumpWall(-7_200_000);
    expect(budget.freeInMs()).toBe(60_000);
    await clock.advance(60_000);
    expect(charge(3)).toBe(2);
  });

  test("tells its state as plain JSON", async () => {
    const clock = new ManualClock();
    const budget = new RateBudget({ limit: 5, windowMs: 1_000, key: "orders", guardMs: 0, clock });
    budget.tryCharge();
    await clock.advance(400);
    budget.observe({ remaining: 1, resetAfterMs: 500 });
    const health = budget.getHealth();
    expect(JSON.parse(JSON.stringify(health))).toEqual({
      key: "orders",
      limit: 5,
      windowMs: 1_000,
      used: 1,
      foreign: 3,
      available: 1,
      freeInMs: 0,
      blockedForMs: 0,
      granted: 1,
    });
  });

  test("refuses options that make no sense, all in one error", () => {
    expect(() => new RateBudget({ limit: 0, windowMs: Number.NaN, guardMs: -1 })).toThrow(
      /limit .*windowMs .*guardMs /s,
    );
    expect(() => new RateBudget({ limit: 1e9, windowMs: 1_000 })).toThrow(/limit/);
  });
});

describe("what the server says", () => {
  test("less left than we count: the difference is taken off until its reset", async () => {
    const { clock, budget, charge } = budgetOf(100);
    charge(10);
    budget.observe({ limit: 100, remaining: 30, resetAfterMs: 20_000 });
    expect(budget.available()).toBe(30);
    expect(charge(100)).toBe(30);
    expect(budget.freeInMs()).toBe(20_000);
    await clock.advance(20_000);
    expect(budget.available()).toBe(60);
  });

  test("until its reset a server gives nothing back, not even what leaves our own window", async () => {
    const { clock, budget, charge } = budgetOf(200);
    charge(100); // these count in the server's last window
    await clock.advance(10_000);
    charge(1);
    budget.observe({ limit: 200, remaining: 49, resetAfterMs: 55_000 });
    await clock.advance(54_999);
    expect(budget.available()).toBe(49);
    expect(charge(200)).toBe(49);
    expect(budget.freeInMs()).toBe(1);
    await clock.advance(1);
    expect(budget.available()).toBe(150);
  });

  test("our own requests that it has not counted yet are no sign of somebody else", () => {
    const { budget, charge } = budgetOf(100);
    charge(50);
    budget.observe({ limit: 100, remaining: 99 });
    budget.observe({ limit: 100, remaining: 80 });
    budget.observe({ limit: 100, remaining: 50 });
    expect(budget.available()).toBe(50);
    expect(budget.getHealth().foreign).toBe(0);
  });

  test("an answer that looks better does not undo one that proved somebody else's requests", async () => {
    const { clock, budget, charge } = budgetOf(100);
    charge(1);
    budget.observe({ remaining: 59, resetAfterMs: 30_000 });
    charge(9);
    budget.observe({ remaining: 58, resetAfterMs: 30_000 });
    expect(budget.getHealth().foreign).toBe(40);
    await clock.advance(30_000);
    expect(budget.getHealth().foreign).toBe(0);
  });

  test("a weaker proof that lasts longer counts when the stronger one has ended", async () => {
    const { clock, budget } = budgetOf(100);
    budget.observe({ remaining: 20, resetAfterMs: 10_000 });
    budget.observe({ remaining: 70, resetAfterMs: 30_000 });
    expect(budget.available()).toBe(20);
    await clock.advance(10_000);
    expect(budget.available()).toBe(70);
    await clock.advance(20_000);
    expect(budget.available()).toBe(100);
  });

  test("without a reset, somebody else's requests count for a whole window", () => {
    const { budget } = budgetOf(10);
    budget.observe({ remaining: 0 });
    expect(budget.freeInMs()).toBe(60_000);
  });

  test("a reset further away than a window is not believed", () => {
    const { budget } = budgetOf(10);
    budget.observe({ remaining: 0, resetAfterMs: 86_400_000 });
    expect(budget.freeInMs()).toBe(60_000);
  });

  test("a lower limit is adopted, and a higher one not beyond what was configured", () => {
    const { budget, charge } = budgetOf(100);
    charge(40);
    budget.observe({ limit: 50 });
    expect(budget.available()).toBe(10);
    budget.observe({ limit: 30 });
    expect(budget.available()).toBe(0);
    budget.observe({ limit: 1_000 });
    expect(budget.available()).toBe(60);
  });

  test("after a refusal nothing goes before the time that it named", async () => {
    const { clock, budget, charge } = budgetOf(100);
    budget.exhausted(5_000);
    expect([budget.available(), budget.freeInMs(), budget.blockedForMs()]).toEqual([
      0, 5_000, 5_000,
    ]);
    budget.exhausted(1_000);
    expect(budget.blockedForMs()).toBe(5_000);
    await clock.advance(4_999);
    expect(charge(1)).toBe(0);
    await clock.advance(1);
    expect(charge(1)).toBe(1);
  });

  test("a refusal that names no time stands for a whole window", () => {
    const { budget } = budgetOf(100);
    budget.exhausted();
    expect(budget.freeInMs()).toBe(60_000);
  });

  test("numbers that make no sense are ignored", () => {
    const { budget } = budgetOf(10);
    budget.observe({ limit: Number.NaN, remaining: Number.NaN });
    budget.observe({ limit: 0, remaining: -5, resetAfterMs: 1_000 });
    expect(budget.available()).toBe(10);
    budget.exhausted(Number.NaN);
    expect(budget.blockedForMs()).toBe(60_000);
  });

  test("watchers hear of refusals and of other limits, until they stop", () => {
    const { budget } = budgetOf(10);
    const watcher = vi.fn();
    const stop = budget.watch(watcher);
    budget.exhausted(10);
    budget.observe({ limit: 5 });
    expect(watcher).toHaveBeenCalledTimes(2);
    budget.observe({ limit: 5, remaining: 1 });
    expect(watcher).toHaveBeenCalledTimes(2);
    stop();
    budget.exhausted(1_000);
    expect(watcher).toHaveBeenCalledTimes(2);
  });
});
