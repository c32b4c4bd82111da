import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stretchAt } from "./market-hours.ts";
import { dayOf, newYorkMoment, newYorkText } from "./new-york.ts";
import { tradingDay } from "./trading-calendar.ts";

const at = (text: string): number => Date.parse(text) / 1000;

describe("the trading calendar", () => {
  // NYSE's published holidays and early closes, but for 9 January 2025, which followed no rule.
  test.each([
    [
      2022,
      ["01-17", "02-21", "04-15", "05-30", "06-20", "07-04", "09-05", "11-24", "12-26"],
      ["11-25"],
    ],
    [
      2024,
      ["01-01", "01-15", "02-19", "03-29", "05-27", "06-19", "07-04", "09-02", "11-28", "12-25"],
      ["07-03", "11-29", "12-24"],
    ],
    [
      2025,
      ["01-01", "01-20", "02-17", "04-18", "05-26", "06-19", "07-04", "09-01", "11-27", "12-25"],
      ["07-03", "11-28", "12-24"],
    ],
    [
      2026,
      ["01-01", "01-19", "02-16", "04-03", "05-25", "06-19", "07-03", "09-07", "11-26", "12-25"],
      ["11-27", "12-24"],
    ],
  ])("of %i has the exchange's holidays and early closes", (year, holidays, earlyCloses) => {
    const closed: string[] = [];
    const early: string[] = [];
    for (let day = dayOf(`${year}-01-01`); day < dayOf(`${year + 1}-01-01`); day++) {
      const date = new Date(day * 86_400_000);
      const isWeekday = date.getUTCDay() % 6 !== 0;
      const found = tradingDay(day);
      if (!isWeekday) expect(found).toBeUndefined();
      else if (!found) closed.push(date.toISOString().slice(5, 10));
      else if (found.closeMinute !== 960) early.push(date.toISOString().slice(5, 10));
    }
    expect(closed).toEqual(holidays);
    expect(early).toEqual(earlyCloses);
  });

  test("New York's clock follows its daylight saving time", () => {
    expect(newYorkText(at("2026-03-08T06:59:59Z"))).toBe("2026-03-08T01:59:59-05:00");
    expect(newYorkText(at("2026-03-08T07:00:00Z"))).toBe("2026-03-08T03:00:00-04:00");
    expect(newYorkText(at("2026-11-01T06:30:00.250Z"))).toBe("2026-11-01T01:30:00.250-05:00");
    expect(newYorkMoment(dayOf("2026-03-08"), 0)).toBe(at("2026-03-08T05:00:00Z"));
    expect(newYorkMoment(dayOf("2026-03-08"), 570)).toBe(at("2026-03-08T13:30:00Z"));
    expect(newYorkMoment(dayOf("2026-11-01"), 1200)).toBe(at("2026-11-02T01:00:00Z"));
  });
});

describe("the hours of a market", () => {
  test.each([
    ["extended", "2026-03-10T08:00:00Z", "2026-03-11T00:00:00Z"],
    ["regular", "2026-03-10T13:30:00Z", "2026-03-10T20:00:00Z"],
    ["overnight", "2026-03-10T00:00:00Z", "2026-03-10T08:00:00Z"],
    ["overnight", "2026-03-09T00:00:00Z", "2026-03-09T08:00:00Z"],
  ] as const)("%s are open from %s to %s", (kind, from, to) => {
    const open = { fromSeconds: at(from), toSeconds: at(to), isOpen: true };
    expect(stretchAt(kind, at(from))).toEqual(open);
    expect(stretchAt(kind, at(to) - 1)).toEqual(open);
    expect(stretchAt(kind, at(from) - 1).isOpen).toBe(false);
    expect(stretchAt(kind, at(to)).isOpen).toBe(false);
  });

  test("open and closed stretches follow one another without gap or overlap", () => {
    const kinds = fc.constantFrom("extended", "regular", "overnight");
    fc.assert(
      fc.property(
        kinds,
        fc.integer({ min: at("2025-01-01"), max: at("2027-12-31") }),
        (kind, moment) => {
          const stretch = stretchAt(kind, moment);
          expect(stretch.fromSeconds).toBeLessThanOrEqual(moment);
          expect(stretch.toSeconds).toBeGreaterThan(moment);
          const next = stretchAt(kind, stretch.toSeconds);
          expect(next.fromSeconds).toBe(stretch.toSeconds);
          expect(next.isOpen).toBe(!stretch.isOpen);
        },
      ),
    );
  });
});
