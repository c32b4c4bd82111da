import { describe, expect, test, vi } from "vitest";
import { ClosedError } from "../core/errors.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { LaneQueue } from "./lane-queue.ts";
import { RateBudget } from "./rate-budget.ts";

function setUp(limit = 1, windowMs = 1_000) {
  const clock = new ManualClock();
  const budgetOf = (most: number, overMs = windowMs) =>
    new RateBudget({ limit: most, windowMs: overMs, guardMs: 0, clock });
  const budget = budgetOf(limit);
  const queue = new LaneQueue({ clock });
  return { clock, budgetOf, budget, queue };
}

/** Uses all that is left. */
function exhaust(budget: RateBudget): void {
  while (budget.tryCharge());
}

const NOBODY = { cancel: 0, order: 0, query: 0, backfill: 0 };

describe("a request with room before it", () => {
  test("goes at once, without a timer", async () => {
    const { clock, budget, queue } = setUp(2);
    expect(queue.tryAcquire([budget])).toBe(true);
    expect(await queue.acquire("query", [budget])).toEqual({ kind: "granted" });
    expect(budget.available()).toBe(0);
    expect(clock.pendingTimers).toBe(0);
    expect(queue.tryAcquire([budget])).toBe(false);
  });

  test("charges all its budgets or none", () => {
    const { budgetOf, queue } = setUp();
    const [perAddress, perEndpoint] = [budgetOf(5), budgetOf(1)];
    expect(queue.tryAcquire([perAddress, perEndpoint])).toBe(true);
    expect(queue.tryAcquire([perAddress, perEndpoint])).toBe(false);
    expect(perAddress.available()).toBe(4);
  });

  test("does not overtake those who wait for the same budget", async () => {
    const { clock, budget, queue } = setUp(1);
    exhaust(budget);
    // Set first, so that it runs when there is room and the queue has not noticed yet.
    clock.setTimer(() => {
      expect(budget.available()).toBe(1);
      expect(queue.tryAcquire([budget])).toBe(false);
    }, 1_000);
    const waiting = queue.acquire("backfill", [budget]);
    await clock.advance(1_000);
    expect(await waiting).toEqual({ kind: "granted" });
  });

  test("needs no budget to go", async () => {
    const { queue } = setUp();
    expect(queue.tryAcquire([])).toBe(true);
    expect(await queue.acquire("order", [])).toEqual({ kind: "granted" });
  });
});

describe("a request that waits", () => {
  test("goes as soon as there is room, charged at that moment, on one timer for all", async () => {
    const { clock, budget, queue } = setUp(2);
    exhaust(budget);
    const settled: number[] = [];
    for (let index = 0; index < 3; index++) {
      void queue.acquire("query", [budget]).then(() => settled.push(clock.monotonicMs()));
    }
    expect(queue.depth).toEqual({ ...NOBODY, query: 3 });
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(999);
    expect(settled).toEqual([]);
    await clock.advance(1);
    expect(settled).toEqual([1_000, 1_000]);
    expect(budget.available()).toBe(0);
    await clock.advance(1_000);
    expect(settled).toEqual([1_000, 1_000, 2_000]);
    expect(queue.depth).toEqual(NOBODY);
    expect(clock.pendingTimers).toBe(0);
  });

  test("ends at its deadline, and leaves no timer and no charge", async () => {
    const { clock, budget, queue } = setUp();
    exhaust(budget);
    const waiting = queue.acquire("order", [budget], { deadlineMs: 600 });
    await clock.advance(599);
    expect(queue.depth.order).toBe(1);
    await clock.advance(1);
    expect(await waiting).toEqual({ kind: "deadline" });
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(1_000);
    expect(budget.available()).toBe(1);
    expect(budget.getHealth().granted).toBe(1);
  });

  test("is not granted after its deadline, however late the timer is", async () => {
    const { clock, budget, queue } = setUp();
    exhaust(budget);
    const waiting = queue.acquire("order", [budget], { deadlineMs: 1_100 });
    await clock.block(1_200);
    expect(await waiting).toEqual({ kind: "deadline" });
    expect(budget.available()).toBe(1);
  });

  test("whose deadline has passed already is not queued", async () => {
    const { clock, budget, queue } = setUp();
    await clock.advance(10);
    expect(await queue.acquire("order", [budget], { deadlineMs: 10 })).toEqual({
      kind: "deadline",
    });
    expect(budget.available()).toBe(1);
  });

  test("rejects with its signal's reason, and leaves no timer, no listener and no charge", async () => {
    const { clock, budget, queue } = setUp();
    exhaust(budget);
    const stop = new AbortController();
    const removed = vi.spyOn(stop.signal, "removeEventListener");
    const given = queue.acquire("query", [budget], { signal: stop.signal });
    const other = queue.acquire("query", [budget], { signal: new AbortController().signal });
    stop.abort("enough");
    await expect(given).rejects.toBe("enough");
    expect(queue.depth.query).toBe(1);
    await clock.advance(1_000);
    expect(await other).toEqual({ kind: "granted" });
    expect(clock.pendingTimers).toBe(0);
    expect(budget.getHealth().granted).toBe(2);
    expect(removed).not.toHaveBeenCalled(); // the listener was there once, for one abort
    await expect(queue.acquire("query", [budget], { signal: stop.signal })).rejects.toBe("enough");
  });

  test("takes its listener off the signal when it goes", async () => {
    const { clock, budget, queue } = setUp();
    exhaust(budget);
    const { signal } = new AbortController();
    const removed = vi.spyOn(signal, "removeEventListener");
    const waiting = queue.acquire("query", [budget], { signal });
    await clock.advance(1_000);
    await waiting;
    expect(removed).toHaveBeenCalledOnce();
  });

  test("shares its signal with hundreds: one listener, and nothing granted after an abort", async () => {
    const { clock, budgetOf, queue } = setUp();
    const [first, second] = [budgetOf(1), budgetOf(1, 1_500)];
    exhaust(first);
    exhaust(second);
    const stop = new AbortController();
    const added = vi.spyOn(stop.signal, "addEventListener");
    const { signal } = stop;
    const waits = Array.from({ length: 300 }, () =>
      queue.acquire("query", [first, second], { signal }),
    );
    // It lets the others before it have the room; the last of their aborts leaves it alone with it.
    waits.push(queue.acquire("backfill", [first], { signal, deadlineMs: 5_000 }));
    await clock.advance(1_000);
    stop.abort("enough");
    const outcomes = await Promise.allSettled(waits);
    expect(outcomes).toEqual(new Array(301).fill({ status: "rejected", reason: "enough" }));
    expect(first.available()).toBe(1);
    expect(added).toHaveBeenCalledOnce();
    expect(clock.pendingTimers).toBe(0);
  });

  test("is refused when its lane is full, and other lanes are not", async () => {
    const clock = new ManualClock();
    const budget = new RateBudget({ limit: 1, windowMs: 1_000, guardMs: 0, clock });
    const queue = new LaneQueue({ clock, maxWaitingPerLane: 2 });
    exhaust(budget);
    const first = [queue.acquire("backfill", [budget]), queue.acquire("backfill", [budget])];
    expect(await queue.acquire("backfill", [budget])).toEqual({ kind: "full", waiting: 2 });
    const cancel = queue.acquire("cancel", [budget]);
    expect(queue.depth).toEqual({ ...NOBODY, cancel: 1, backfill: 2 });
    await clock.advance(3_000);
    expect(await Promise.all([cancel, ...first])).toEqual(new Array(3).fill({ kind: "granted" }));
  });

  test("lasts no longer than the queue", async () => {
    const { clock, budget, queue } = setUp();
    exhaust(budget);
    const waits = [queue.acquire("order", [budget]), queue.acquire("query", [budget])];
    queue.close();
    queue.close();
    for (const wait of waits) await expect(wait).rejects.toBeInstanceOf(ClosedError);
    expect(clock.pendingTimers).toBe(0);
    expect(queue.depth).toEqual(NOBODY);
    await clock.advance(1_000);
    expect(queue.tryAcquire([budget])).toBe(false);
    await expect(queue.acquire("order", [budget])).rejects.toBeInstanceOf(ClosedError);
    expect(budget.getHealth().granted).toBe(1);
  });
});

describe("when the server refuses everything for a while", () => {
  test("a request that cannot wait so long hears so at once, and for how long", async () => {
    const { budget, queue } = setUp(10);
    budget.exhausted(30_000);
    expect(await queue.acquire("query", [budget], { deadlineMs: 5_000 })).toEqual({
      kind: "rateLimited",
      retryAfterMs: 30_000,
    });
  });

  test("so do those who wait already, and the others go when it is over", async () => {
    const { clock, budget, queue } = setUp();
    exhaust(budget);
    const impatient = queue.acquire("cancel", [budget], { deadlineMs: 5_000 });
    const patient = queue.acquire("query", [budget], { deadlineMs: 40_000 });
    await clock.advance(100);
    budget.exhausted(30_000);
    expect(await impatient).toEqual({ kind: "rateLimited", retryAfterMs: 30_000 });
    await clock.advance(29_999);
    expect(queue.depth).toEqual({ ...NOBODY, query: 1 });
    await clock.advance(1);
    expect(await patient).toEqual({ kind: "granted" });
    expect(clock.pendingTimers).toBe(0);
  });

  test("a higher limit lets those go who wait for it", async () => {
    const { clock, budget, queue } = setUp(3, 60_000);
    budget.observe({ limit: 1 });
    exhaust(budget);
    const waiting = queue.acquire("query", [budget]);
    budget.observe({ limit: 3 });
    expect(await waiting).toEqual({ kind: "granted" });
    expect(clock.pendingTimers).toBe(0);
  });

  test("a budget that others have used up meanwhile is waited for again", async () => {
    const { clock, budget, queue } = setUp();
    exhaust(budget);
    clock.setTimer(() => exhaust(budget), 1_000);
    const waiting = queue.acquire("query", [budget]);
    await clock.advance(1_999);
    expect(queue.depth.query).toBe(1);
    await clock.advance(1);
    expect(await waiting).toEqual({ kind: "granted" });
    expect(budget.getHealth().granted).toBe(3);
  });
});
