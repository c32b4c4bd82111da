import { describe, expect, test } from "vitest";
import {
  HoldingProcessor,
  message,
  numbers,
  openHandler,
  range,
} from "../../../test/support/opened-handler.ts";
import { sleep } from "../../core/clock.ts";

describe("stopping", () => {
  test("waits for everything that was pushed, also what fills no batch, and then has no timer left", async () => {
    const { handler, push, clock, outcomes } = openHandler({ batchSize: 4, workerCount: 2 });
    const seen: number[] = [];
    handler.registerProcessor("trades", async (batch) => {
      await sleep(clock, 200);
      seen.push(...numbers(batch));
    });
    handler.start();
    push(...range(1, 10).map((n) => message(n, `S${n % 3}`)));
    const stopped = handler.stop();
    await clock.advance(1_000);
    expect(await stopped).toEqual({ complete: true, dropped: 0, inFlight: 0 });
    expect(seen.sort((a, b) => a - b)).toEqual(range(1, 10));
    expect(outcomes("trades#1")).toMatchObject({ pushed: 10, delivered: 10 });
    expect(clock.pendingTimers).toBe(0);
    expect(handler.getMetrics().state).toBe("stopped");
  });

  test("gives up at its deadline, says what was not processed, and tells it as a gap", async () => {
    const { handler, push, clock, gaps, outcomes } = openHandler({ batchSize: 2, workerCount: 1 });
    const processor = new HoldingProcessor();
    handler.registerProcessor("trades", processor.process, { name: "store" });
    handler.start();
    push(...range(1, 5).map((n) => message(n)));
    const stopped = handler.stop({ deadlineMs: 300 });
    await clock.advance(299);
    expect(handler.getMetrics().state).toBe("stopping");
    const [held] = processor.held;
    expect(held?.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(await stopped).toEqual({ complete: false, dropped: 3, inFlight: 2 });
    expect(held?.signal.aborted).toBe(true);
    expect(gaps).toMatchObject([{ reason: "stopped", consumer: "store", dropped: 3 }]);
    expect(outcomes("store")).toMatchObject({ pushed: 5, inFlight: 2, dropped: 3 });
    processor.releaseAll();
    await clock.advance(0);
    expect(outcomes("store")).toMatchObject({ pushed: 5, delivered: 2, dropped: 3, inFlight: 0 });
    expect(processor.seen).toEqual([[1, 2]]);
  });

  test("gives up after five seconds, and at once when its signal aborts", async () => {
    for (const [afterMs, abort] of [
      [5_000, false],
      [10, true],
    ] as const) {
      const { handler, push, clock } = openHandler({ batchSize: 1 });
      handler.registerProcessor("trades", () => new Promise(() => {}));
      handler.start();
      push(message(1));
      const controller = new AbortController();
      let isStopped = false;
      const stopped = handler.stop({ signal: controller.signal }).then((report) => {
        isStopped = true;
        return report;
      });
      await clock.advance(afterMs - 1);
      expect(isStopped).toBe(false);
      if (abort) controller.abort();
      await clock.advance(1);
      expect(await stopped).toEqual({ complete: false, dropped: 0, inFlight: 1 });
    }
  });

  test("ends the wait for another attempt; the batch is reported", async () => {
    const { handler, push, clock, failures } = openHandler({ batchSize: 1 });
    handler.registerProcessor("trades", () => Promise.reject(new Error("away")), {
      retry: { attempts: 5, baseMs: 60_000, jitter: "none" },
    });
    handler.start();
    push(message(1));
    await clock.advance(0);
    const stopped = handler.stop({ deadlineMs: 100 });
    await clock.advance(100);
    await stopped;
    expect(failures().map(({ attempts }) => attempts)).toEqual([1]);
  });

  test("with a deadline that is none is refused, and nothing is stopped", async () => {
    const { handler } = openHandler();
    for (const deadlineMs of [-1, Number.NaN, "soon" as unknown as number]) {
      await expect(handler.stop({ deadlineMs })).rejects.toMatchObject({ code: "ERR_CONFIG" });
    }
    expect(handler.push(message(1))).toBe(true);
  });

  test("twice is stopping once", async () => {
    const { handler, clock } = openHandler();
    handler.start();
    const [first, second] = [handler.stop(), handler.stop({ deadlineMs: 1 })];
    expect(second).toBe(first);
    await clock.advance(0);
    await first;
    await handler[Symbol.asyncDispose]();
  });

  test("refuses messages, processors and another start from then on, and counts the messages", async () => {
    const { handler, clock } = openHandler();
    handler.registerProcessor("trades", () => {});
    handler.start();
    const stopped = handler.stop();
    expect(handler.push(message(1))).toBe(false);
    await clock.advance(0);
    await stopped;
    expect(handler.push(message(2))).toBe(false);
    expect(handler.getMetrics().totals).toMatchObject({ refused: 2, received: 0, pushed: 0 });
    expect(() => handler.start()).toThrow(expect.objectContaining({ code: "ERR_CLOSED" }));
    expect(() => handler.registerProcessor("quotes", () => {})).toThrow(
      expect.objectContaining({ code: "ERR_CLOSED" }),
    );
  });

  test("a handler that never started drops what waits, and says so", async () => {
    const { handler, push, gaps } = openHandler();
    handler.registerProcessor("trades", () => {});
    push(message(1), message(2));
    expect(await handler.stop()).toEqual({ complete: false, dropped: 2, inFlight: 0 });
    expect(gaps).toMatchObject([{ reason: "stopped", dropped: 2 }]);
  });

  test("lets lower processors have what the higher ones are done with", async () => {
    const { handler, push, clock } = openHandler();
    const low: number[][] = [];
    handler.registerProcessor("trades", (batch) => low.push(numbers(batch)));
    handler.registerProcessor("trades", () => sleep(clock, 50), { priority: 1 });
    handler.start();
    push(message(1), message(2));
    const stopped = handler.stop();
    await clock.advance(50);
    expect((await stopped).complete).toBe(true);
    expect(low).toEqual([[1, 2]]);
  });
});
