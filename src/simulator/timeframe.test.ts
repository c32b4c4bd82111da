import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { barEnd, barStart, parseTimeframe } from "./timeframe.ts";

const at = (text: string): number => Date.parse(text) / 1000;
const text = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 16);

describe("a timeframe", () => {
  test.each(["1Min", "59T", "1Hour", "23H", "1Day", "1D", "1Week", "1W", "1M", "12Month", "6M"])(
    "%s exists",
    (name) => {
      expect(parseTimeframe(name)).toBeDefined();
    },
  );

  test.each([
    "",
    "Min",
    "0Min",
    "60Min",
    "24Hour",
    "2Day",
    "2W",
    "5M",
    "7Month",
    "1min",
    "1.5H",
    "1Sec",
  ])("%j does not", (name) => {
    expect(parseTimeframe(name)).toBeUndefined();
  });

  test.each([
    ["5Min", "2026-03-10T14:33:20Z", "2026-03-10T14:30", "2026-03-10T14:35"],
    ["1Hour", "2026-03-10T14:33:20Z", "2026-03-10T14:00", "2026-03-10T15:00"],
    ["4Hour", "2026-03-10T14:33:20Z", "2026-03-10T12:00", "2026-03-10T16:00"],
    ["1Day", "2026-03-10T03:59:59Z", "2026-03-09T04:00", "2026-03-10T04:00"],
    ["1Day", "2026-03-08T12:00:00Z", "2026-03-08T05:00", "2026-03-09T04:00"],
    ["1Week", "2026-03-12T12:00:00Z", "2026-03-09T04:00", "2026-03-16T04:00"],
    ["1Month", "2026-03-31T12:00:00Z", "2026-03-01T05:00", "2026-04-01T04:00"],
    ["3Month", "2026-03-31T12:00:00Z", "2026-01-01T05:00", "2026-04-01T04:00"],
    ["12Month", "2026-12-31T12:00:00Z", "2026-01-01T05:00", "2027-01-01T05:00"],
    ["23Hour", "2026-03-11T03:30:00Z", "2026-03-11T03:00", "2026-03-11T04:00"],
  ])("%s around %s begins and ends in New York's time", (name, moment, start, end) => {
    const timeframe = parseTimeframe(name) ?? { amount: 1, unit: "minute" };
    expect(text(barStart(timeframe, at(moment)))).toBe(start);
    expect(text(barEnd(timeframe, at(`${start}:00Z`)))).toBe(end);
  });

  test("bars follow one another without gap or overlap", () => {
    const names = fc.constantFrom(
      "1Min",
      "7Min",
      "1Hour",
      "5Hour",
      "23Hour",
      "1Day",
      "1Week",
      "1Month",
      "6Month",
    );
    fc.assert(
      fc.property(
        names,
        fc.integer({ min: at("2024-01-01"), max: at("2027-12-31") }),
        (name, moment) => {
          const timeframe = parseTimeframe(name) ?? { amount: 1, unit: "minute" };
          const start = barStart(timeframe, moment);
          const end = barEnd(timeframe, start);
          expect(start).toBeLessThanOrEqual(moment);
          expect(end).toBeGreaterThan(moment);
          expect(barStart(timeframe, end)).toBe(end);
          expect(barStart(timeframe, end - 1)).toBe(start);
        },
      ),
    );
  });
});
