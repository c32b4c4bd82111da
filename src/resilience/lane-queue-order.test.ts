import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { LaneQueue } from "./lane-queue.ts";
import { LANES, type Lane } from "./lanes.ts";
import { RateBudget } from "./rate-budget.ts";
import { PASSED_OVER_AT_MOST } from "./waiting-lines.ts";

/** A queue whose grants are written down as they happen. */
function setUp() {
  const clock = new ManualClock();
  const queue = new LaneQueue({ clock });
  const went: string[] = [];
  const budgetOf = (limit: number, windowMs: number) =>
    new RateBudget({ limit, windowMs, guardMs: 0, clock });
  const ask = (name: string, lane: Lane, ...budgets: RateBudget[]) => {
    void queue.acquire(lane, budgets).then(({ kind }) => {
      if (kind === "granted") went.push(name);
    });
  };
  return { clock, queue, went, budgetOf, ask };
}

const MINUTE_MS = 60_000;

describe("lanes", () => {
  test("go in their order: cancel, order, query, back-fill, whatever came first", async () => {
    const { clock, went, budgetOf, ask } = setUp();
    const budget = budgetOf(1, 100);
    budget.tryCharge();
    for (const lane of [...LANES].reverse()) ask(lane, lane, budget);
    await clock.advance(400);
    expect(went).toEqual(LANES);
  });

  test("cancels overtake five hundred queued back-fills", async () => {
    const { clock, queue, went, budgetOf, ask } = setUp();
    const budget = budgetOf(200, MINUTE_MS);
    for (let index = 0; index < 200; index++) budget.tryCharge();
    for (let index = 0; index < 500; index++) ask(`backfill ${index}`, "backfill", budget);
    for (let index = 0; index < 15; index++) ask(`cancel ${index}`, "cancel", budget);
    expect(queue.depth).toMatchObject({ cancel: 15, backfill: 500 });
    await clock.advance(MINUTE_MS);
    expect(went.slice(0, 15)).toEqual(Array.from({ length: 15 }, (_, index) => `cancel ${index}`));
    expect(went.length).toBe(200);
    await clock.advance(2 * MINUTE_MS);
    expect(went.length).toBe(515);
    expect(clock.pendingTimers).toBe(0);
  });

  test("within a lane the first to come is the first to go", async () => {
    const { clock, went, budgetOf, ask } = setUp();
    const budget = budgetOf(3, 100);
    const names = Array.from({ length: 50 }, (_, index) => `${index}`);
    for (const name of names) ask(name, "query", budget);
    await clock.advance(2_000);
    expect(went).toEqual(names);
  });

  test("so it is among those who want different budgets beside the one they share", async () => {
    const { clock, went, budgetOf, ask } = setUp();
    const [shared, own] = [budgetOf(1, 100), budgetOf(9, 100)];
    shared.tryCharge();
    ask("first", "query", shared);
    ask("second", "query", shared, own);
    ask("third", "query", shared);
    ask("fourth", "query", own, shared);
    await clock.advance(400);
    expect(went).toEqual(["first", "second", "third", "fourth"]);
  });

  test("a lower lane keeps one grant in twenty under an endless rush of cancels", async () => {
    const { clock, went, budgetOf, ask } = setUp();
    const budget = budgetOf(10, 100);
    for (const lane of ["order", "query", "backfill"] as const) {
      for (let index = 0; index < 100; index++) ask(lane, lane, budget);
    }
    for (let round = 0; round < 100; round++) {
      for (let index = 0; index < 12; index++) ask("cancel", "cancel", budget);
      await clock.advance(100);
    }
    const since = went.slice(went.indexOf("cancel"));
    for (const lane of ["order", "query", "backfill"]) {
      const share = since.filter((name) => name === lane).length / since.length;
      expect(share).toBeGreaterThan(0.04);
      expect(share).toBeLessThan(0.06);
    }
  });

  test("what a lane was passed over before it last emptied does not count", async () => {
    const { clock, queue, went, budgetOf, ask } = setUp();
    const budget = budgetOf(1, 100);
    budget.tryCharge();
    const stop = new AbortController();
    const early = queue.acquire("backfill", [budget], { signal: stop.signal });
    for (let index = 0; index < PASSED_OVER_AT_MOST + 5; index++) ask("query", "query", budget);
    await clock.advance(100 * (PASSED_OVER_AT_MOST - 1));
    stop.abort("enough");
    await expect(early).rejects.toBe("enough");
    went.length = 0;
    ask("late", "backfill", budget);
    await clock.advance(1_000);
    expect(went).toEqual([...new Array(6).fill("query"), "late"]);
  });
});

describe("several budgets", () => {
  test("a request blocked on one does not block those of others", async () => {
    const { clock, went, budgetOf, ask } = setUp();
    const perAddress = budgetOf(100, 1_000);
    const [orders, positions] = [budgetOf(1, MINUTE_MS), budgetOf(50, 1_000)];
    orders.tryCharge();
    ask("order", "order", perAddress, orders);
    for (let index = 0; index < 10; index++) ask("position", "query", perAddress, positions);
    expect(perAddress.available()).toBe(90);
    await clock.advance(0);
    expect(went).toEqual(new Array(10).fill("position"));
    await clock.advance(MINUTE_MS);
    expect(went.at(-1)).toBe("order");
  });

  test("a request of two is not overtaken for ever by requests of one each", async () => {
    const { clock, went, budgetOf, ask } = setUp();
    // Never free at the same moment unless somebody leaves them alone.
    const [even, odd] = [budgetOf(1, 1_000), budgetOf(1, 1_000)];
    even.tryCharge();
    await clock.advance(500);
    odd.tryCharge();
    ask("both", "query", even, odd);
    for (let index = 0; index < 50; index++) {
      ask("even", "query", even);
      ask("odd", "query", odd);
    }
    await clock.advance(3_000);
    expect(went.slice(0, 3)).toContain("both");
    await clock.advance(60_000);
    expect(went.length).toBe(101);
    expect(clock.pendingTimers).toBe(0);
  });

  test("nor is one of a lower lane, by more urgent requests of one each", async () => {
    const { clock, went, budgetOf, ask } = setUp();
    const [even, odd] = [budgetOf(1, 1_000), budgetOf(1, 1_000)];
    even.tryCharge();
    await clock.advance(500);
    odd.tryCharge();
    ask("both", "backfill", even, odd);
    for (let index = 0; index < 100; index++) {
      ask("even", "cancel", even);
      ask("odd", "order", odd);
    }
    await clock.advance(30_000);
    const place = went.indexOf("both");
    expect(place).toBeGreaterThan(30);
    expect(place).toBeLessThanOrEqual(2 * (PASSED_OVER_AT_MOST + 2));
  });

  test("whoever waits lets others use room that is there again in time", async () => {
    const { clock, went, budgetOf, ask } = setUp();
    const [slow, fast] = [budgetOf(1, 10_000), budgetOf(1, 1_000)];
    slow.tryCharge();
    ask("both", "query", slow, fast);
    for (let index = 0; index < 12; index++) ask("fast", "query", fast);
    // Nine seconds of it are of no use to the first; the last second it must keep.
    await clock.advance(10_000);
    expect(went).toEqual([...new Array(10).fill("fast"), "both"]);
  });
});

const request = fc.record({
  lane: fc.constantFrom(...LANES),
  /** Which of three budgets it charges. */
  budgets: fc.subarray([0, 1, 2], { minLength: 1 }),
  afterMs: fc.nat(300),
  patienceMs: fc.option(fc.nat(3_000), { nil: undefined }),
  abortAfterMs: fc.option(fc.nat(3_000), { nil: undefined }),
});

describe("any crowd of requests", () => {
  test("everybody goes or is told why not; every charge is somebody's; nothing is left", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { maxLength: 60 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 3 }),
        async (requests, limits) => {
          const { clock, queue, budgetOf } = setUp();
          const budgets = limits.map((limit, index) => budgetOf(limit, 200 + 150 * index));
          const granted = [0, 0, 0];
          const waits: Promise<unknown>[] = [];
          const lastOrder = new Map<string, number>();
          for (const [order, wanted] of requests.entries()) {
            await clock.advance(wanted.afterMs);
            const stop = new AbortController();
            const { abortAfterMs, patienceMs } = wanted;
            if (abortAfterMs !== undefined) clock.setTimer(() => stop.abort("gone"), abortAfterMs);
            const deadlineMs =
              patienceMs === undefined ? undefined : clock.monotonicMs() + patienceMs;
            const charged = wanted.budgets.flatMap((index) => budgets[index] ?? []);
            const wait = queue
              .acquire(wanted.lane, charged, { signal: stop.signal, deadlineMs })
              .then(({ kind }) => {
                if (kind !== "granted") return;
                for (const index of wanted.budgets) granted[index] = (granted[index] ?? 0) + 1;
                expect(clock.monotonicMs()).toBeLessThanOrEqual(deadlineMs ?? 1e9);
                // First come, first served among those who want the same.
                const line = `${wanted.lane} ${wanted.budgets}`;
                expect(order).toBeGreaterThan(lastOrder.get(line) ?? -1);
                lastOrder.set(line, order);
              })
              .catch((reason) => expect(reason).toBe("gone"));
            waits.push(wait);
          }
          await clock.advance(100_000);
          await Promise.all(waits);
          expect(budgets.map((budget) => budget.getHealth().granted)).toEqual(granted);
          expect(queue.depth).toEqual({ cancel: 0, order: 0, query: 0, backfill: 0 });
          expect(clock.pendingTimers).toBe(0);
        },
      ),
    );
  }, 30_000);
});
