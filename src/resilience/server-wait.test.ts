import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resetAfterMs, retryAfterMs, serverWaitMs } from "./server-wait.ts";

const WALL_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const DATE = "Fri, 02 Jan 2026 03:04:05 GMT";

describe("Retry-After", () => {
  test.each([
    ["0", 0],
    ["7", 7_000],
    [" 120 ", 120_000],
    ["1.5", 1_500],
    ["Fri, 02 Jan 2026 03:04:15 GMT", 10_000],
    ["Friday, 02-Jan-26 03:04:15 GMT", 10_000],
    ["Fri Jan  2 03:04:15 2026 GMT", 10_000],
    ["Fri, 02 Jan 2026 03:00:00 GMT", 0],
  ])("%j is a wait of %d ms", (retryAfter, waitMs) => {
    expect(retryAfterMs({ retryAfter }, WALL_MS)).toBe(waitMs);
  });

  test.each([
    undefined,
    "",
    " ",
    "-5",
    "soon",
    "1e9",
    "0x10",
    "NaN",
    "Infinity",
    "2026-01-02",
    "9".repeat(400),
  ])("%j says nothing", (retryAfter) => {
    expect(retryAfterMs({ retryAfter }, WALL_MS)).toBeUndefined();
  });

  test("a date is read against the server's own clock, when it gave one", () => {
    const retryAfter = "Fri, 02 Jan 2026 03:04:15 GMT";
    const wrongMs = WALL_MS - 3_600_000;
    expect(retryAfterMs({ retryAfter, date: DATE }, wrongMs)).toBe(10_000);
    expect(retryAfterMs({ retryAfter, date: "rubbish" }, WALL_MS)).toBe(10_000);
  });
});

describe("a rate reset", () => {
  test.each([
    [String(WALL_MS / 1_000 + 30), 30_000],
    [String(WALL_MS + 250), 250],
    [String(WALL_MS / 1_000 - 30), 0],
    ["45", 45_000],
    ["0", 0],
  ])("%j is a wait of %d ms", (reset, waitMs) => {
    expect(resetAfterMs({ reset }, WALL_MS)).toBe(waitMs);
  });

  test.each([undefined, "", "soon", "-1", "NaN", "9".repeat(400)])("%j says nothing", (reset) => {
    expect(resetAfterMs({ reset }, WALL_MS)).toBeUndefined();
  });

  test("does not depend on our clock when the server gave its own", () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(100_000), (skewMs, inSeconds) => {
        const reset = String(WALL_MS / 1_000 + inSeconds);
        expect(resetAfterMs({ reset, date: DATE }, WALL_MS + skewMs)).toBe(inSeconds * 1_000);
      }),
    );
  });
});

describe("after a refusal", () => {
  const reset = String(WALL_MS / 1_000 + 30);

  test("Retry-After comes before the reset, which counts only for too many requests", () => {
    expect(serverWaitMs(429, { retryAfter: "5", reset }, WALL_MS)).toBe(5_000);
    expect(serverWaitMs(429, { reset }, WALL_MS)).toBe(30_000);
    expect(serverWaitMs(503, { retryAfter: "5", reset }, WALL_MS)).toBe(5_000);
    expect(serverWaitMs(500, { reset }, WALL_MS)).toBeUndefined();
    expect(serverWaitMs(429, {}, WALL_MS)).toBeUndefined();
  });

  test("whatever the headers hold, a wait is a finite time, or nothing", () => {
    const text = fc.option(fc.oneof(fc.string(), fc.date().map(String), fc.double().map(String)), {
      nil: undefined,
    });
    const advice = fc.record({ retryAfter: text, reset: text, date: text });
    fc.assert(
      fc.property(advice, (said) => {
        const waitMs = serverWaitMs(429, said, WALL_MS) ?? 0;
        expect(Number.isFinite(waitMs) && waitMs >= 0).toBe(true);
      }),
    );
  });
});
