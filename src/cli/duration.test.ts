import { describe, expect, test } from "vitest";
import { Faults } from "../core/faults.ts";
import { describeDuration, durationFlag, parseDuration } from "./duration.ts";

describe("a duration on the command line", () => {
  test.each([
    ["500ms", 500],
    ["8s", 8_000],
    ["1.5m", 90_000],
    ["1h", 3_600_000],
    [" 2s ", 2_000],
  ])("%j is %d ms", (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs);
  });

  test.each(["", "8", "s", "-1s", "+1s", "1e3s", "1d", "NaN", "Infinity", "1 s", "8s8s", "０s"])(
    "%j is none",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  test("must be above zero and within reach of a timer", () => {
    for (const text of ["0s", "0.0h", "600h", "x"]) {
      const faults = new Faults();
      expect(durationFlag("--duration", text, faults)).toBeUndefined();
      expect(() => faults.throwIfAny()).toThrow(/^--duration must be /);
    }
    expect(durationFlag("--duration", undefined, new Faults())).toBeUndefined();
  });
});

test.each([
  [0, "0 ms"],
  [412.4, "412 ms"],
  [999.6, "1.0 s"],
  [59_949, "59.9 s"],
  [59_960, "1 min 0 s"],
  [200_000, "3 min 20 s"],
  [3_599_600, "1 h 0 min"],
  [7_500_000, "2 h 5 min"],
])("%d ms read as %j", (durationMs, text) => {
  expect(describeDuration(durationMs)).toBe(text);
});
