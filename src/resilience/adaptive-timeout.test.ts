import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ADAPTIVE_TIMEOUT_DEFAULTS, AdaptiveTimeout } from "./adaptive-timeout.ts";

const OWN_MS = 10_000;

function answered(timeout: AdaptiveTimeout, latenciesMs: readonly number[], operation = "quote") {
  for (const latencyMs of latenciesMs) timeout.answered(operation, latencyMs);
}

const times = (count: number, latencyMs: number) => new Array<number>(count).fill(latencyMs);

describe("an adaptive timeout", () => {
  test("leaves the request its own time until it knows a hundred answers", () => {
    const timeout = new AdaptiveTimeout();
    answered(timeout, times(99, 300));
    expect(timeout.timeoutMs("quote", OWN_MS)).toBe(OWN_MS);
    answered(timeout, [300]);
    expect(timeout.timeoutMs("quote", OWN_MS)).toBe(900);
  });

  test("knows each operation by itself", () => {
    const timeout = new AdaptiveTimeout();
    answered(timeout, times(100, 300));
    answered(timeout, times(100, 2_000), "bars");
    expect(timeout.timeoutMs("bars", OWN_MS)).toBe(6_000);
    expect(timeout.timeoutMs("trades", OWN_MS)).toBe(OWN_MS);
    expect(timeout.getHealth()).toEqual([
      { operation: "quote", samples: 100, p99Ms: 300 },
      { operation: "bars", samples: 100, p99Ms: 2_000 },
    ]);
  });

  test("stays between its floor and its ceiling, and never raises a timeout", () => {
    const timeout = new AdaptiveTimeout({ floorMs: 400, ceilingMs: 2_000 });
    answered(timeout, times(100, 1));
    expect(timeout.timeoutMs("quote", OWN_MS)).toBe(400);
    expect(timeout.timeoutMs("quote", 100)).toBe(100);
    answered(timeout, times(256, 1_500));
    expect(timeout.timeoutMs("quote", OWN_MS)).toBe(2_000);
    expect(timeout.timeoutMs("quote", 1_000)).toBe(1_000);
  });

  test("ignores the slowest in a hundred, and no more", () => {
    const timeout = new AdaptiveTimeout({ sampleCapacity: 100 });
    answered(timeout, [...times(99, 200), 5_000]);
    expect(timeout.timeoutMs("quote", OWN_MS)).toBe(600);
    const other = new AdaptiveTimeout({ sampleCapacity: 100 });
    answered(other, [...times(98, 200), 3_000, 3_000]);
    expect(other.timeoutMs("quote", OWN_MS)).toBe(9_000);
  });

  test("is off by one flag", () => {
    const timeout = new AdaptiveTimeout({ enabled: false });
    answered(timeout, times(200, 10));
    timeout.timedOut("quote", 10);
    expect(timeout.timeoutMs("quote", OWN_MS)).toBe(OWN_MS);
    expect(timeout.getHealth()).toEqual([]);
  });

  test("follows a bounded number of operations", () => {
    const timeout = new AdaptiveTimeout({ maxOperations: 2 });
    for (const operation of ["a", "b", "c"]) answered(timeout, times(100, 300), operation);
    expect(timeout.getHealth().map(({ operation }) => operation)).toEqual(["a", "b"]);
    expect(timeout.timeoutMs("c", OWN_MS)).toBe(OWN_MS);
  });

  test("gives a server that has become slow its time back, and takes it away again later", () => {
    const timeout = new AdaptiveTimeout();
    const nextCall = (takesMs: number): boolean => {
      const limitMs = timeout.timeoutMs("quote", OWN_MS);
      if (takesMs < limitMs) timeout.answered("quote", takesMs);
      else timeout.timedOut("quote", OWN_MS);
      return takesMs < limitMs;
    };
    for (let call = 0; call < 256; call++) nextCall(100);
    expect(timeout.timeoutMs("quote", OWN_MS)).toBe(500);
    const slow = Array.from({ length: 300 }, () => nextCall(4_000));
    expect(slow.filter((isAnswered) => !isAnswered).length).toBe(3);
    for (let call = 0; call < 256 + 16; call++) expect(nextCall(100)).toBe(true);
    expect(timeout.timeoutMs("quote", OWN_MS)).toBe(500);
  });

  test("whatever happened, is never above the request's own time nor below the floor", () => {
    const event = fc.record({
      isAnswer: fc.boolean(),
      latencyMs: fc.double({ min: 0, max: 100_000, noNaN: true }),
    });
    const options = fc.record({
      floorMs: fc.nat(1_000),
      ceilingMs: fc.integer({ min: 1_000, max: 50_000 }),
      factor: fc.double({ min: 1, max: 10, noNaN: true }),
      minimumSamples: fc.integer({ min: 1, max: 20 }),
      sampleCapacity: fc.integer({ min: 20, max: 64 }),
    });
    fc.assert(
      fc.property(
        options,
        fc.array(event, { maxLength: 200 }),
        fc.nat(60_000),
        (own, events, ownMs) => {
          const timeout = new AdaptiveTimeout(own);
          events.forEach(({ isAnswer, latencyMs }, index) => {
            if (isAnswer) timeout.answered("quote", latencyMs);
            else timeout.timedOut("quote", latencyMs);
            const limitMs = timeout.timeoutMs("quote", ownMs);
            expect(limitMs).toBeLessThanOrEqual(ownMs);
            expect(limitMs).toBeGreaterThanOrEqual(Math.min(ownMs, own.floorMs));
            if (index + 1 < own.minimumSamples) expect(limitMs).toBe(ownMs);
            else if (ownMs > own.ceilingMs) expect(limitMs).toBeLessThanOrEqual(own.ceilingMs);
          });
        },
      ),
    );
  });

  test("its percentile is that of the latest answers, by nearest rank, to within sixteen of them", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { minLength: 1, maxLength: 600 }), (latenciesMs) => {
        const timeout = new AdaptiveTimeout();
        const percentiles = latenciesMs.map((latencyMs, index) => {
          timeout.answered("quote", latencyMs);
          const sorted = latenciesMs
            .slice(Math.max(0, index - 255), index + 1)
            .sort((a, b) => a - b);
          const exactMs = sorted[Math.ceil(0.99 * sorted.length) - 1];
          return { exactMs, ownMs: timeout.getHealth()[0]?.p99Ms };
        });
        percentiles.forEach(({ ownMs }, index) => {
          const recent = percentiles.slice(Math.max(0, index - 15), index + 1);
          expect(recent.map(({ exactMs }) => exactMs)).toContain(ownMs);
        });
      }),
    );
  });

  test("refuses options that make no sense, all in one error", () => {
    expect(() => new AdaptiveTimeout({ factor: 0.5, floorMs: 2_000, ceilingMs: 1_000 })).toThrow(
      /ceilingMs .*factor /s,
    );
    expect(() => new AdaptiveTimeout({ minimumSamples: 300 })).toThrow(/minimumSamples/);
    expect(Object.isFrozen(ADAPTIVE_TIMEOUT_DEFAULTS)).toBe(true);
  });
});
