import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BATCH_DEFAULTS, type BatchOptions, BoundedBatches } from "./bounded-batches.ts";
import { SlowConsumerError } from "./errors.ts";

function opened(options: BatchOptions = {}): {
  batches: BoundedBatches<number>;
  dropped: number[];
  freed: () => number;
} {
  let freed = 0;
  const dropped: number[] = [];
  const batches = new BoundedBatches<number>(
    { ...BATCH_DEFAULTS, ...options },
    () => {
      freed++;
    },
    (value) => dropped.push(value),
  );
  return { batches, dropped, freed: () => freed };
}

async function read(batches: BoundedBatches<number>): Promise<number[][]> {
  const read: number[][] = [];
  for await (const batch of batches) read.push(batch);
  return read;
}

describe("BoundedBatches", () => {
  test("one turn gets everything that came in the same turn of the source", async () => {
    const { batches } = opened();
    const reading = read(batches);
    await Promise.resolve();
    for (const value of [1, 2, 3]) batches.push(value);
    await new Promise((resolve) => setImmediate(resolve));
    for (const value of [4, 5]) batches.push(value);
    batches.end();
    expect(await reading).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  test("what waited comes at once, in batches no larger than asked for", async () => {
    const { batches } = opened({ maxBatch: 2 });
    for (const value of [1, 2, 3, 4, 5]) batches.push(value);
    batches.end();
    expect(await read(batches)).toEqual([[1, 2], [3, 4], [5]]);
  });

  test("overflow drops by the policy, and every value that is dropped is told", async () => {
    const oldest = opened({ capacity: 2, overflow: "dropOldest" });
    const newest = opened({ capacity: 2, overflow: "dropNewest" });
    for (const { batches } of [oldest, newest]) {
      for (const value of [1, 2, 3, 4]) batches.push(value);
      batches.end();
    }
    expect(await read(oldest.batches)).toEqual([[3, 4]]);
    expect(oldest.dropped).toEqual([1, 2]);
    expect(await read(newest.batches)).toEqual([[1, 2]]);
    expect(newest.dropped).toEqual([3, 4]);
  });

  test("the policy close ends the loop by an error, after what was taken in", async () => {
    const { batches, freed } = opened({ capacity: 2, overflow: "close" });
    for (const value of [1, 2, 3, 4]) batches.push(value);
    expect(await batches.next()).toEqual({ done: false, value: [1, 2] });
    await expect(batches.next()).rejects.toBeInstanceOf(SlowConsumerError);
    expect(await batches.next()).toEqual({ done: true, value: undefined });
    expect(freed()).toBe(1);
  });

  test("leaving the loop frees the source once and forgets the rest", async () => {
    const { batches, freed } = opened();
    batches.push(1);
    for await (const _ of batches) break;
    batches.push(2);
    batches.end(new Error("late"));
    expect(freed()).toBe(1);
    expect(await batches.next()).toEqual({ done: true, value: undefined });
  });

  test("whatever the rhythm, the consumer gets every value that was not dropped, in order", async () => {
    const rhythm = fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(rhythm, fc.integer({ min: 1, max: 9 }), async (bursts, capacity) => {
        const { batches, dropped } = opened({ capacity, maxBatch: 3 });
        const reading = read(batches);
        let next = 0;
        for (const burst of bursts) {
          for (let i = 0; i < burst; i++) batches.push(next++);
          if (burst % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        batches.end();
        const got = (await reading).flat();
        expect([...got].sort((a, b) => a - b)).toEqual(got);
        expect([...got, ...dropped].sort((a, b) => a - b)).toEqual([...Array(next).keys()]);
      }),
    );
  });
});
