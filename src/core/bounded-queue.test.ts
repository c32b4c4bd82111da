import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BoundedQueue, type OverflowPolicy } from "./bounded-queue.ts";

const policy = fc.constantFrom<OverflowPolicy>("dropOldest", "dropNewest", "close");

/** `push` of the next number, or `shift`. */
const history = fc.array(fc.constantFrom("push" as const, "shift" as const), { maxLength: 60 });

function filled(capacity: number, overflow: OverflowPolicy, values: number): BoundedQueue<number> {
  const queue = new BoundedQueue<number>(capacity, overflow);
  for (let value = 1; value <= values; value++) queue.push(value);
  return queue;
}

function drained<T>(queue: BoundedQueue<T>): T[] {
  const values: T[] = [];
  for (let value = queue.shift(); value !== undefined; value = queue.shift()) values.push(value);
  return values;
}

describe("BoundedQueue", () => {
  test("dropOldest keeps the latest values and counts the others", () => {
    const queue = filled(3, "dropOldest", 5);
    expect(queue.dropped).toBe(2);
    expect(drained(queue)).toEqual([3, 4, 5]);
  });

  test("dropNewest keeps the earliest values and counts the others", () => {
    const queue = filled(3, "dropNewest", 5);
    expect(queue.dropped).toBe(2);
    expect(drained(queue)).toEqual([1, 2, 3]);
  });

  test("close keeps the earliest values, counts the one that overflowed and takes no more", () => {
    const queue = filled(3, "close", 5);
    expect(queue.closed).toBe(true);
    expect(queue.dropped).toBe(1);
    expect(drained(queue)).toEqual([1, 2, 3]);
    expect(queue.push(6)).toBe(false);
    expect(queue.size).toBe(0);
  });

  test("closing refuses what comes later and leaves what is inside", () => {
    const queue = filled(3, "dropOldest", 2);
    queue.close();
    expect(queue.push(3)).toBe(false);
    expect(queue.dropped).toBe(0);
    expect(drained(queue)).toEqual([1, 2]);
  });

  test("push says whether the value is in", () => {
    expect(filled(1, "dropOldest", 1).push(2)).toBe(true);
    expect(filled(1, "dropNewest", 1).push(2)).toBe(false);
    expect(filled(1, "close", 1).push(2)).toBe(false);
  });

  test("values taken out are let go of by the ring", () => {
    const queue = new BoundedQueue<{ readonly name: string }>(2, "dropOldest");
    queue.push({ name: "a" });
    queue.shift();
    expect(queue.shift()).toBeUndefined();
    expect(queue.size).toBe(0);
  });

  test("whatever the policy and history: delivered + dropped + waiting = pushed, in order", () => {
    fc.assert(
      fc.property(policy, fc.integer({ min: 1, max: 8 }), history, (overflow, capacity, steps) => {
        const queue = new BoundedQueue<number>(capacity, overflow);
        const delivered: number[] = [];
        let pushed = 0;
        for (const step of steps) {
          if (step === "shift") {
            const value = queue.shift();
            if (value !== undefined) delivered.push(value);
          } else if (!queue.closed) {
            queue.push(++pushed);
          }
          expect(queue.size).toBeLessThanOrEqual(capacity);
        }
        delivered.push(...drained(queue));
        expect(delivered.length + queue.dropped).toBe(pushed);
        expect(delivered).toEqual([...delivered].sort((a, b) => a - b));
      }),
    );
  });
});
