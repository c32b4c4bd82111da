import { describe, expect, test } from "vitest";
import { ManualClock } from "../../testing/manual-clock.ts";
import { DataWatch, type DataWatchOptions } from "./data-watch.ts";

const STALE_MS = 60_000;

/** A watch over a connection that is subscribed to trades while the market is open. */
function watching(options: Partial<DataWatchOptions> = {}) {
  const clock = new ManualClock();
  const alarms: number[] = [];
  const watch = new DataWatch({
    clock,
    staleAfterMs: STALE_MS,
    expectsData: () => true,
    isSubscribed: (channel) => channel === "trades",
    stale: (silentMs) => alarms.push(silentMs),
    ...options,
  });
  return { clock, watch, alarms };
}

describe("DataWatch", () => {
  test("finds a connection that brings nothing while data is due", async () => {
    const { clock, watch, alarms } = watching();
    watch.start();
    await clock.advance(STALE_MS - 1);
    expect(alarms).toEqual([]);
    await clock.advance(251);
    expect(alarms).toHaveLength(1);
    expect(alarms[0]).toBeGreaterThanOrEqual(STALE_MS);
    expect(clock.pendingTimers).toBe(0);
  });

  test("any data starts the count again", async () => {
    const { clock, watch, alarms } = watching();
    watch.start();
    for (let i = 0; i < 5; i++) {
      await clock.advance(STALE_MS - 500);
      watch.heard();
    }
    expect(alarms).toEqual([]);
    await clock.advance(STALE_MS + 250);
    expect(alarms).toHaveLength(1);
  });

  test("suspects nothing while the market is closed, and counts from its opening", async () => {
    let open = false;
    const { clock, watch, alarms } = watching({ expectsData: () => open });
    watch.start();
    await clock.advance(100 * STALE_MS);
    expect(alarms).toEqual([]);
    open = true;
    await clock.advance(STALE_MS - 500);
    expect(alarms).toEqual([]);
    await clock.advance(1_000);
    expect(alarms).toHaveLength(1);
  });

  test.each(["bars", "updatedBars", "dailyBars", "statuses", "lulds", "news"])(
    "suspects nothing while only %s are subscribed, which may rest for long",
    async (only) => {
      const { clock, watch, alarms } = watching({ isSubscribed: (channel) => channel === only });
      watch.start();
      await clock.advance(100 * STALE_MS);
      expect(alarms).toEqual([]);
    },
  );

  test.each(["trades", "quotes", "orderbooks"])("watches %s", async (only) => {
    const { clock, watch, alarms } = watching({ isSubscribed: (channel) => channel === only });
    watch.start();
    await clock.advance(STALE_MS + 250);
    expect(alarms).toHaveLength(1);
  });

  test("each alarm that a new connection did not cure doubles the patience, six times at most", async () => {
    const { clock, watch, alarms } = watching();
    for (let alarm = 0; alarm < 9; alarm++) {
      const patienceMs = STALE_MS * 2 ** Math.min(alarm, 6);
      watch.start();
      await clock.advance(patienceMs - 500);
      expect(alarms).toHaveLength(alarm);
      await clock.advance(1_000);
      expect(alarms).toHaveLength(alarm + 1);
    }
  });

  test("data ends the doubled patience, on this connection already", async () => {
    const { clock, watch, alarms } = watching();
    for (let alarm = 0; alarm < 3; alarm++) {
      watch.start();
      await clock.advance(STALE_MS * 2 ** alarm + 500);
    }
    expect(alarms).toHaveLength(3);
    watch.start();
    watch.heard();
    await clock.advance(STALE_MS + 500);
    expect(alarms).toHaveLength(4);
    expect(clock.pendingTimers).toBe(0);
  });

  test("a time in which our own process was blocked is not silence", async () => {
    const { clock, watch, alarms } = watching();
    watch.start();
    await clock.advance(1_000);
    await clock.block(10 * STALE_MS);
    expect(alarms).toEqual([]);
    watch.heard();
    await clock.advance(STALE_MS - 1_000);
    expect(alarms).toEqual([]);
  });

  test("a watch that was stopped suspects nothing, and data of the old connection does not wake it", async () => {
    const { clock, watch, alarms } = watching();
    watch.start();
    await clock.advance(STALE_MS + 500);
    expect(alarms).toHaveLength(1);
    watch.start();
    watch.stop();
    watch.heard();
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(10 * STALE_MS);
    expect(alarms).toHaveLength(1);
  });

  test("with an infinite patience there is no watch and no timer", async () => {
    const { clock, watch, alarms } = watching({ staleAfterMs: Number.POSITIVE_INFINITY });
    watch.start();
    watch.heard();
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(100 * STALE_MS);
    expect(alarms).toEqual([]);
    watch.stop();
  });
});
