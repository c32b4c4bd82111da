import { getEventListeners } from "node:events";
import { describe, expect, test, vi } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { sleep, systemClock } from "./clock.ts";

describe("sleep", () => {
  test("resolves after the delay and not before", async () => {
    const clock = new ManualClock();
    const woken = vi.fn();
    void sleep(clock, 100).then(woken);
    await clock.advance(99);
    expect(woken).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(woken).toHaveBeenCalledOnce();
    expect(clock.pendingTimers).toBe(0);
  });

  test.each([new Error("enough"), "a text", undefined])(
    "an abort rejects with the reason itself (%s) and leaves no timer",
    async (reason) => {
      const clock = new ManualClock();
      const stop = new AbortController();
      const outcome = sleep(clock, 1_000, stop.signal).catch((thrown: unknown) => ({ thrown }));
      stop.abort(reason);
      expect(await outcome).toEqual({ thrown: stop.signal.reason });
      if (reason !== undefined) expect(stop.signal.reason).toBe(reason);
      expect(clock.pendingTimers).toBe(0);
    },
  );

  test("a signal that was aborted before sets no timer", async () => {
    const clock = new ManualClock();
    const reason = new Error("before");
    await expect(sleep(clock, 1_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(clock.pendingTimers).toBe(0);
  });

  test("a sleep that ended leaves no listener on the signal", async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const slept = sleep(clock, 10, stop.signal);
    expect(getEventListeners(stop.signal, "abort")).toHaveLength(1);
    await clock.advance(10);
    await slept;
    expect(getEventListeners(stop.signal, "abort")).toHaveLength(0);
  });
});

describe("systemClock", () => {
  function timeouts(): number {
    return process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  }

  test("tells wall time and a monotonic time that never goes back", () => {
    expect(Math.abs(systemClock.nowMs() - Date.now())).toBeLessThan(1_000);
    const first = systemClock.monotonicMs();
    expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(first);
  });

  test("a cancelled timer is gone, and cancelling twice is harmless", () => {
    const before = timeouts();
    const cancel = systemClock.setTimer(() => {}, 60_000);
    expect(timeouts()).toBe(before + 1);
    cancel();
    cancel();
    expect(timeouts()).toBe(before);
  });

  test("a timer that only watches does not keep the process alive", () => {
    const before = timeouts();
    const cancel = systemClock.setTimer(() => {}, 60_000, { keepsProcessAlive: false });
    expect(timeouts()).toBe(before);
    cancel();
  });

  test("a wait longer than Node's timers can hold does not fire at once", async () => {
    const fired = vi.fn();
    const cancel = systemClock.setTimer(fired, Number.POSITIVE_INFINITY);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 5)); // a timer beyond the limit fires after 1 ms
    expect(fired).not.toHaveBeenCalled();
    cancel();
  });
});
