import { describe, expect, test } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { ListeningTimer } from "./listening-timer.ts";

function started(
  limitMs: number,
  counts?: () => boolean,
): { clock: ManualClock; verdicts: number[] } & {
  timer: ListeningTimer;
} {
  const clock = new ManualClock();
  const verdicts: number[] = [];
  const timer = new ListeningTimer(
    clock,
    limitMs,
    () => verdicts.push(clock.monotonicMs()),
    counts,
  );
  timer.start();
  return { clock, verdicts, timer };
}

describe("a listening timer", () => {
  test("fires once, when its limit has passed", async () => {
    const { clock, verdicts } = started(5_000);
    await clock.advance(4_999);
    expect(verdicts).toEqual([]);
    await clock.advance(10_000);
    expect(verdicts).toEqual([5_000]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("does not count time in which the event loop was blocked", async () => {
    const { clock, verdicts } = started(5_000);
    await clock.block(8_000);
    await clock.advance(4_000);
    expect(verdicts).toEqual([]);
    await clock.advance(1_000);
    expect(verdicts).toHaveLength(1);
  });

  test("never fires on the late tick itself, so that what waits in the kernel is read first", async () => {
    const { clock, verdicts, timer } = started(5_000);
    await clock.advance(4_999);
    await clock.block(60_000);
    expect(verdicts).toEqual([]);
    timer.heard();
    await clock.advance(4_000);
    expect(verdicts).toEqual([]);
  });

  test("starts from zero again at every sign of life", async () => {
    const { clock, verdicts, timer } = started(1_000);
    for (let i = 0; i < 10; i++) {
      await clock.advance(900);
      timer.heard();
    }
    expect(verdicts).toEqual([]);
    await clock.advance(1_100);
    expect(verdicts).toHaveLength(1);
  });

  test("counts only while it is told to", async () => {
    let due = false;
    const { clock, verdicts } = started(1_000, () => due);
    await clock.advance(60_000);
    expect(verdicts).toEqual([]);
    due = true;
    await clock.advance(1_200);
    expect(verdicts).toHaveLength(1);
  });

  test("leaves no timer once stopped", async () => {
    const { clock, verdicts, timer } = started(1_000);
    timer.stop();
    await clock.advance(5_000);
    expect(verdicts).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});
