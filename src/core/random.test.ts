import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { freshSeed, hash32, seededRandom, systemRandom } from "./random.ts";

function sequence(seed: number, length: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length }, () => random.next());
}

describe("seededRandom", () => {
  test("one seed is one sequence", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (seed) => {
        expect(sequence(seed, 20)).toEqual(sequence(seed, 20));
      }),
    );
  });

  test("the sequence stays what it is from release to release", () => {
    const [first = 0, second = 0, third = 0] = sequence(1, 3);
    expect([first, second, third].map((value) => value.toFixed(9))).toMatchInlineSnapshot(`
      [
        "0.117443991",
        "0.820111784",
        "0.720873690",
      ]
    `);
  });

  test("neighbouring seeds, and seeds that differ in the high bits only, have other sequences", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
        expect(sequence(seed, 4)).not.toEqual(sequence(seed + 1, 4));
        expect(sequence(seed, 4)).not.toEqual(sequence(seed + 2 ** 32, 4));
      }),
    );
  });

  test("every number is in [0, 1)", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (seed) => {
        for (const value of sequence(seed, 50)) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThan(1);
        }
      }),
    );
  });

  test.each([0, 1, 42, 123_456_789])("seed %d spreads evenly", (seed) => {
    const buckets = new Map<number, number>();
    let previous = 0.5;
    let product = 0;
    for (const value of sequence(seed, 20_000)) {
      const bucket = Math.floor(value * 20);
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
      product += (value - 0.5) * (previous - 0.5);
      previous = value;
    }
    expect(buckets.size).toBe(20);
    // 1,000 expected in each; six standard deviations are 185.
    for (const count of buckets.values()) expect(Math.abs(count - 1_000)).toBeLessThan(185);
    // Neighbours are independent: the correlation's standard deviation is 0.007.
    expect(Math.abs((product / 20_000) * 12)).toBeLessThan(0.04);
  });
});

describe("hash32", () => {
  test("gives whole numbers of 32 bits", () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger()), (parts) => {
        const hash = hash32(...parts);
        expect(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32).toBe(true);
      }),
    );
  });

  test("depends on the order and on every part", () => {
    expect(hash32(1, 2)).not.toBe(hash32(2, 1));
    expect(hash32(1, 2)).not.toBe(hash32(1, 3));
    expect(hash32(1)).not.toBe(hash32(1, 0));
  });
});

describe("chance from the system", () => {
  test("differs from call to call", () => {
    expect(new Set(Array.from({ length: 50 }, () => systemRandom.next())).size).toBeGreaterThan(45);
    expect(new Set(Array.from({ length: 50 }, freshSeed)).size).toBeGreaterThan(45);
  });

  test("a fresh seed is a whole number of 32 bits", () => {
    const seed = freshSeed();
    expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true);
  });
});
