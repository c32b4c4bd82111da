import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  HoldingProcessor,
  message,
  type Numbered,
  numbers,
  openHandler,
  range,
} from "../../../test/support/opened-handler.ts";

const broken = new Error("the database is away");

describe("a processor that fails", () => {
  test.each([
    [
      "throws",
      () => {
        throw broken;
      },
    ],
    ["rejects", () => Promise.reject(broken)],
  ] as const)(
    "and %s is reported with the batch in reach, and the next batch comes",
    async (_, fail) => {
      const { handler, push, clock, failures, outcomes } = openHandler({ batchSize: 2 });
      handler.registerProcessor("trades", fail, { name: "store" });
      handler.start();
      push(...range(1, 4).map((n) => message(n)));
      await clock.advance(0);
      const told = failures().map((error) => {
        const { code, channel, processor, attempts, messageCount, cause, batch } = error;
        return {
          code,
          channel,
          processor,
          attempts,
          messageCount,
          cause,
          batch: numbers(batch as Numbered[]),
        };
      });
      const common = {
        code: "ERR_PROCESSOR",
        channel: "trades",
        processor: "store",
        attempts: 1,
        messageCount: 2,
        cause: broken,
      };
      expect(told).toEqual([
        { ...common, batch: [1, 2] },
        { ...common, batch: [3, 4] },
      ]);
      expect(failures()[0]?.message).toBe("processor store failed on 2 messages");
      expect(outcomes("store")).toMatchObject({ pushed: 4, failed: 4, delivered: 0 });
      expect(handler.getMetrics().byType["trades"]).toMatchObject({ errors: 2, failed: 4 });
    },
  );

  test("keeps the batch from no other", async () => {
    const { handler, push, clock } = openHandler();
    const seen: number[][] = [];
    handler.registerProcessor("trades", () => Promise.reject(broken), { priority: 1 });
    handler.registerProcessor("trades", (batch) => seen.push(numbers(batch)));
    handler.start();
    push(message(1), message(2));
    await clock.advance(100);
    expect(seen).toEqual([[1, 2]]);
  });

  test("is given the batch again where that was asked for, after waits that double, and later messages wait", async () => {
    const { handler, push, clock, errors, outcomes } = openHandler({ batchSize: 1 });
    const attempts: string[] = [];
    handler.registerProcessor(
      "trades",
      ([first], { attempt }) => {
        attempts.push(`${first?.n} at ${clock.monotonicMs()}`);
        if (attempt < 3) throw broken;
      },
      { retry: { attempts: 3, baseMs: 100, jitter: "none" } },
    );
    handler.start();
    push(message(1), message(2));
    await clock.advance(1_000);
    expect(attempts).toEqual(
      [1, 1, 1, 2, 2, 2].map((n, at) => `${n} at ${[0, 100, 300, 300, 400, 600][at]}`),
    );
    expect(errors).toEqual([]);
    expect(outcomes("trades#1")).toMatchObject({ delivered: 2, failed: 0 });
  });

  test("is reported once when every attempt failed", async () => {
    const { handler, push, clock, failures } = openHandler({ batchSize: 1 });
    handler.registerProcessor("trades", () => Promise.reject(broken), {
      retry: { attempts: 3, baseMs: 10, jitter: "none" },
    });
    handler.start();
    push(message(1));
    await clock.advance(29);
    expect(failures()).toEqual([]);
    await clock.advance(1);
    expect(failures().map(({ attempts }) => attempts)).toEqual([3]);
  });

  test("is left alone after so many batches in a row, probed with one, and given all again when that works", async () => {
    const { handler, push, clock, failures, outcomes } = openHandler({
      batchSize: 1,
      workerCount: 1,
    });
    let works = false;
    const offered: number[] = [];
    handler.registerProcessor(
      "trades",
      ([first]) => {
        offered.push(first?.n ?? 0);
        if (!works) throw broken;
      },
      { name: "store", breaker: { failuresToOpen: 3, firstPauseMs: 1_000 } },
    );
    handler.start();
    const give = async (n: number) => {
      push(message(n));
      await clock.advance(0);
    };
    for (const n of range(1, 5)) await give(n);
    expect(offered).toEqual([1, 2, 3]);
    expect(failures().map(({ attempts }) => attempts)).toEqual([1, 1, 1, 0, 0]);
    expect(failures()[4]?.message).toBe(
      "processor store keeps failing and is left alone: 1 message not processed",
    );
    expect(numbers(failures()[4]?.batch as Numbered[])).toEqual([5]);
    expect(handler.getMetrics().byProcessor["store"]?.circuit).toBe("open");
    await clock.advance(1_000);
    await give(6);
    await give(7);
    expect(offered).toEqual([1, 2, 3, 6]);
    works = true;
    await clock.advance(2_000);
    await give(8);
    await give(9);
    expect(offered).toEqual([1, 2, 3, 6, 8, 9]);
    expect(outcomes("store")).toMatchObject({ pushed: 9, delivered: 2, failed: 7 });
    expect(handler.getMetrics().byProcessor["store"]?.circuit).toBe("closed");
  });

  test("does not count against another's breaker", async () => {
    const { handler, push, clock, outcomes } = openHandler({ batchSize: 1 });
    handler.registerProcessor("trades", () => Promise.reject(broken), { name: "bad" });
    handler.registerProcessor("trades", () => {}, { name: "good" });
    handler.start();
    for (const n of range(1, 15)) {
      push(message(n));
      await clock.advance(0);
    }
    expect(outcomes("good").delivered).toBe(15);
    expect(handler.getMetrics().byProcessor).toMatchObject({
      bad: { circuit: "open", errors: 15 },
      good: { circuit: "closed", errors: 0 },
    });
  });

  test("is not told with its messages to whoever prints the error", async () => {
    const { handler, push, clock, errors } = openHandler();
    handler.registerProcessor("trades", () => Promise.reject(broken));
    handler.start();
    push(message(1, "SECRETIVE"));
    await clock.advance(100);
    expect(inspect(errors[0], { depth: 10 })).not.toContain("SECRETIVE");
    expect(JSON.stringify(errors[0])).not.toContain("SECRETIVE");
  });
});

describe("the error handler", () => {
  test("takes the place of the one before, beside other listeners", async () => {
    const { handler, push, clock, errors } = openHandler({ batchSize: 1 });
    const told: string[] = [];
    handler.setErrorHandler(() => told.push("first"));
    handler.setErrorHandler(() => told.push("second"));
    handler.registerProcessor("trades", () => Promise.reject(broken));
    handler.start();
    push(message(1));
    await clock.advance(0);
    handler.setErrorHandler(undefined);
    push(message(2));
    await clock.advance(0);
    expect(told).toEqual(["second"]);
    expect(errors).toHaveLength(2);
  });

  test("that throws is counted, and nothing else happens", async () => {
    const { handler, push, clock, errors } = openHandler({ batchSize: 1 });
    handler.setErrorHandler(() => {
      throw new Error("not that too");
    });
    const processor = new HoldingProcessor();
    handler.registerProcessor("trades", processor.process);
    handler.start();
    push(message(1), message(2));
    await clock.advance(0);
    processor.releaseAll(broken);
    await clock.advance(0);
    expect(processor.seen).toEqual([[1], [2]]);
    expect(errors).toHaveLength(1);
    expect(handler.getMetrics().totals).toMatchObject({ errors: 1, listenerErrors: 1 });
  });
});
