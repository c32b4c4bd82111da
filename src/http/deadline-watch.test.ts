import { expect, test } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { DeadlineWatch, type Limited } from "./deadline-watch.ts";

/** Notes when it expired, and is out of the watch from then on. */
class Limit implements Limited {
  deadlineMs: number;
  expiredAtMs: number | undefined;
  readonly #clock: ManualClock;
  readonly #watch: DeadlineWatch;

  constructor(watch: DeadlineWatch, clock: ManualClock, deadlineMs: number) {
    this.#watch = watch;
    this.#clock = clock;
    this.deadlineMs = deadlineMs;
    watch.add(this);
  }

  expire(): void {
    this.expiredAtMs = this.#clock.monotonicMs();
    this.#watch.remove(this);
  }
}

test("each limit expires at its own moment, whatever the order they came in", async () => {
  const clock = new ManualClock();
  const watch = new DeadlineWatch(clock);
  const limits = [500, 100, 300, 100].map((deadlineMs) => new Limit(watch, clock, deadlineMs));

  await clock.advance(1_000);

  expect(limits.map(({ expiredAtMs }) => expiredAtMs)).toEqual([500, 100, 300, 100]);
});

test("a limit that moves away expires at its last place, one that comes nearer at once", async () => {
  const clock = new ManualClock();
  const watch = new DeadlineWatch(clock);
  const away = new Limit(watch, clock, 100);
  const nearer = new Limit(watch, clock, 1_000);
  away.deadlineMs = 400;
  nearer.deadlineMs = 200;
  watch.sooner(nearer.deadlineMs);

  await clock.advance(1_000);

  expect(away.expiredAtMs).toBe(400);
  expect(nearer.expiredAtMs).toBe(200);
});

test("a thousand limits share one timer", async () => {
  const clock = new ManualClock();
  const watch = new DeadlineWatch(clock);
  const limits = Array.from(
    { length: 1_000 },
    (_, index) => new Limit(watch, clock, 1_000 + index),
  );

  expect(clock.pendingTimers).toBe(1);
  for (const limit of limits) watch.remove(limit);
  await clock.advance(10_000);

  expect(limits.every(({ expiredAtMs }) => expiredAtMs === undefined)).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});

test("after a stall of the event loop, what has arrived is read before limits are judged", async () => {
  const clock = new ManualClock();
  const watch = new DeadlineWatch(clock);
  const limit = new Limit(watch, clock, 100);

  await clock.block(8_000);
  expect(limit.expiredAtMs).toBeUndefined();
  await clock.advance(1);

  expect(limit.expiredAtMs).toBe(8_001);
});

test("closing stops the timer", () => {
  const clock = new ManualClock();
  const watch = new DeadlineWatch(clock);
  new Limit(watch, clock, 100);

  watch.close();

  expect(clock.pendingTimers).toBe(0);
});
