import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { OverflowPolicy } from "./bounded-queue.ts";
import { BoundedStream } from "./bounded-stream.ts";
import { SlowConsumerError } from "./errors.ts";

function opened(
  capacity: number,
  overflow: OverflowPolicy = "dropOldest",
): { stream: BoundedStream<number>; freed: () => number } {
  let freed = 0;
  const stream = new BoundedStream<number>({ capacity, overflow }, () => {
    freed++;
  });
  return { stream, freed: () => freed };
}

async function read(stream: BoundedStream<number>, most = Number.POSITIVE_INFINITY) {
  const values: number[] = [];
  for await (const value of stream) {
    values.push(value);
    if (values.length >= most) break;
  }
  return values;
}

describe("BoundedStream", () => {
  test("delivers what waited and what comes while the consumer waits, in order", async () => {
    const { stream } = opened(10);
    stream.push(1);
    stream.push(2);
    const reading = read(stream);
    await Promise.resolve();
    stream.push(3);
    stream.end();
    expect(await reading).toEqual([1, 2, 3]);
  });

  test("dropOldest gives the consumer the latest values", async () => {
    const { stream } = opened(2, "dropOldest");
    for (const value of [1, 2, 3, 4]) stream.push(value);
    stream.end();
    expect(await read(stream)).toEqual([3, 4]);
    expect(stream.dropped).toBe(2);
  });

  test("dropNewest gives the consumer the earliest values", async () => {
    const { stream } = opened(2, "dropNewest");
    for (const value of [1, 2, 3, 4]) stream.push(value);
    stream.end();
    expect(await read(stream)).toEqual([1, 2]);
    expect(stream.dropped).toBe(2);
  });

  test("close delivers what is buffered and then fails with SlowConsumerError", async () => {
    const { stream, freed } = opened(2, "close");
    for (const value of [1, 2, 3, 4]) stream.push(value);
    expect(freed()).toBe(1);
    const values: number[] = [];
    const reading = (async () => {
      for await (const value of stream) values.push(value);
    })();
    await expect(reading).rejects.toBeInstanceOf(SlowConsumerError);
    expect(values).toEqual([1, 2]);
    expect(stream.dropped).toBe(1);
  });

  test("leaving the loop frees the source once and forgets what is buffered", async () => {
    const { stream, freed } = opened(10);
    for (const value of [1, 2, 3]) stream.push(value);
    expect(await read(stream, 1)).toEqual([1]);
    expect(freed()).toBe(1);
    stream.push(4);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    stream.end();
    expect(freed()).toBe(1);
  });

  test("a failure ends the loop after what is buffered, and is thrown once", async () => {
    const { stream, freed } = opened(10);
    const failure = new Error("source broke");
    stream.push(1);
    stream.end(failure);
    expect(freed()).toBe(1);
    expect(await stream.next()).toEqual({ done: false, value: 1 });
    await expect(stream.next()).rejects.toBe(failure);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test("a failure reaches a consumer that is already waiting", async () => {
    const { stream } = opened(10);
    const failure = new Error("source broke");
    const waiting = stream.next();
    stream.end(failure);
    await expect(waiting).rejects.toBe(failure);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test("nothing more is thrown at a consumer that left before it came to the failure", async () => {
    const { stream } = opened(10);
    stream.push(1);
    stream.push(2);
    stream.end(new Error("source broke"));
    expect(await read(stream, 1)).toEqual([1]);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test("several waiting reads are served in turn, and all end with the source", async () => {
    const { stream } = opened(10);
    const reads = [stream.next(), stream.next(), stream.next()];
    stream.push(1);
    stream.push(2);
    stream.end();
    expect(await Promise.all(reads)).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
      { done: true, value: undefined },
    ]);
  });

  test("of several waiting reads exactly one is told of a failure", async () => {
    const { stream } = opened(10);
    const reads = [stream.next(), stream.next()];
    stream.end(new Error("source broke"));
    const outcomes = await Promise.allSettled(reads);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  });

  test("whatever the policy: delivered + dropped = pushed, in order", async () => {
    const step = fc.constantFrom("push" as const, "read" as const);
    const policy = fc.constantFrom<OverflowPolicy>("dropOldest", "dropNewest", "close");
    await fc.assert(
      fc.asyncProperty(
        policy,
        fc.integer({ min: 1, max: 5 }),
        fc.array(step, { maxLength: 40 }),
        async (overflow, capacity, steps) => {
          const { stream, freed } = opened(capacity, overflow);
          const reads: Promise<IteratorResult<number>>[] = [];
          let pushed = 0;
          for (const one of steps) {
            if (one === "read") reads.push(stream.next());
            else if (freed() === 0) stream.push(++pushed);
          }
          stream.end();
          const outcomes = await Promise.allSettled(reads);
          const delivered = outcomes.flatMap((outcome) =>
            outcome.status === "fulfilled" && !outcome.value.done ? [outcome.value.value] : [],
          );
          const rest = await Promise.allSettled([read(stream)]);
          if (rest[0]?.status === "fulfilled") delivered.push(...rest[0].value);
          const overflowed = outcomes.concat(rest as never).some((o) => o.status === "rejected");
          expect(overflowed).toBe(overflow === "close" && stream.dropped > 0);
          if (overflowed) return;
          expect(delivered.length + stream.dropped).toBe(pushed);
          expect(delivered).toEqual([...delivered].sort((a, b) => a - b));
          expect(freed()).toBe(1);
        },
      ),
    );
  });
});
