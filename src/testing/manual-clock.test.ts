import { describe, expect, test } from "vitest";
import { ManualClock } from "./manual-clock.ts";

describe("ManualClock", () => {
  test("stands still until it is told to move", async () => {
    const clock = new ManualClock(1_000);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1_000, 0]);
    await clock.advance(250);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1_250, 250]);
  });

  test("setting the computer's clock moves wall time alone", () => {
    const clock = new ManualClock(1_000);
    clock.jumpWall(-400);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([600, 0]);
  });

  test("timers fire at their own moment, in the order of time and then of setting", async () => {
    const clock = new ManualClock();
    const fired: string[] = [];
    const timer = (name: string, delayMs: number) =>
      clock.setTimer(() => fired.push(`${name}@${clock.monotonicMs()}`), delayMs);
    timer("b", 20);
    timer("a", 10);
    timer("c", 20);
    timer("late", 31);
    await clock.advance(30);
    expect(fired).toEqual(["a@10", "b@20", "c@20"]);
    expect(clock.pendingTimers).toBe(1);
  });

  test("a timer set by a timer fires within the same step when it is due", async () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    const tick = (): void => {
      fired.push(clock.monotonicMs());
      if (fired.length < 3) clock.setTimer(tick, 10);
    };
    clock.setTimer(tick, 10);
    await clock.advance(100);
    expect(fired).toEqual([10, 20, 30]);
    expect(clock.monotonicMs()).toBe(100);
  });

  test("promises settle between one timer and the next", async () => {
    const clock = new ManualClock();
    const events: string[] = [];
    clock.setTimer(() => void Promise.resolve().then(() => events.push("promise")), 10);
    clock.setTimer(() => events.push("timer"), 10);
    await clock.advance(10);
    expect(events).toEqual(["promise", "timer"]);
  });

  test("a cancelled timer never fires; cancelling late or twice is harmless", async () => {
    const clock = new ManualClock();
    const fired: string[] = [];
    const cancel = clock.setTimer(() => fired.push("cancelled"), 10);
    const cancelLate = clock.setTimer(() => fired.push("fired"), 10);
    cancel();
    cancel();
    await clock.advance(10);
    cancelLate();
    expect(fired).toEqual(["fired"]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("a negative delay fires at once", async () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    clock.setTimer(() => fired.push(clock.monotonicMs()), -5);
    await clock.advance(0);
    expect(fired).toEqual([0]);
  });

  test("a blocked event loop fires nothing on the way and everything late", async () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    clock.setTimer(() => fired.push(clock.monotonicMs()), 10);
    clock.setTimer(() => fired.push(clock.monotonicMs()), 20);
    await clock.block(500);
    expect(fired).toEqual([500, 500]);
  });
});
