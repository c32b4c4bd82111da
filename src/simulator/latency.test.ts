import { describe, expect, test } from "vitest";
import { latencyOf, latencyProblems } from "./latency.ts";

describe("a latency", () => {
  test("that is a number is always that", () => {
    expect([0, 1, 2].map((index) => latencyOf(25, 7, index))).toEqual([25, 25, 25]);
  });

  test("of two percentiles goes through both, and is the same for the same seed", () => {
    const latency = { p50: 20, p99: 200 };
    const draw = (seed: number): number[] =>
      Array.from({ length: 20_000 }, (_, index) => latencyOf(latency, seed, index));
    const sorted = draw(7).sort((a, b) => a - b);
    expect(sorted[10_000]).toBeGreaterThan(19);
    expect(sorted[10_000]).toBeLessThan(21);
    expect(sorted[19_800]).toBeGreaterThan(180);
    expect(sorted[19_800]).toBeLessThan(220);
    expect(draw(7)).toEqual(draw(7));
    expect(draw(8)).not.toEqual(draw(7));
  });

  test("that cannot be is told with everything that is wrong", () => {
    expect(latencyProblems({ p50: 10, p99: 10 })).toEqual([]);
    expect(latencyProblems(-1)).toEqual(["latencyMs must be a number of at least 0, not -1"]);
    expect(latencyProblems({ p50: 10, p99: 5, p90: 3 } as never)).toEqual([
      "latencyMs.p99 must be a number of at least 10, not 5",
      "latencyMs.p90 is not known",
    ]);
    expect(latencyProblems("slow" as never)).toHaveLength(1);
  });
});
