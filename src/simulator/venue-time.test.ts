import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatTime, offsetBetween, parseTime, timeAfter, VenueTime } from "./venue-time.ts";

const moment = fc.record({
  seconds: fc.integer({ min: 0, max: 4_000_000_000 }),
  nanos: fc.integer({ min: 0, max: 999_999_999 }),
});

describe("a venue time", () => {
  test.each([
    [0, "2024-03-12T10:27:48Z"],
    [530_000_000, "2024-03-12T10:27:48.53Z"],
    [858_228_144, "2024-03-12T10:27:48.858228144Z"],
    [1, "2024-03-12T10:27:48.000000001Z"],
  ])("of %i nanoseconds is written with its fraction trimmed", (nanos, text) => {
    expect(formatTime(new VenueTime(1_710_239_268, nanos))).toBe(text);
  });

  test("is read back as it was written", () => {
    fc.assert(
      fc.property(moment, ({ seconds, nanos }) => {
        const time = new VenueTime(seconds, nanos);
        expect(parseTime(formatTime(time))).toEqual(time);
      }),
    );
  });

  test.each([
    ["2026-03-10", 1_773_100_800, 0],
    ["2026-03-10T10:15:22.123-05:00", 1_773_155_722, 123_000_000],
    ["2026-03-10t15:15:22z", 1_773_155_722, 0],
  ])("%s is read", (text, seconds, nanos) => {
    expect(parseTime(text)).toEqual(new VenueTime(seconds, nanos));
  });

  test.each([
    "",
    "now",
    "2026-02-30",
    "2026-13-01",
    "2026-03-10T25:00:00Z",
    "2026-03-10T10:00:00",
    "10:00:00Z",
  ])("%j is no time, or no date", (text) => {
    expect(parseTime(text)).toBeUndefined();
  });

  test("an offset leads there and back to the nanosecond, for a hundred days either way", () => {
    const days = 100 * 86_400 * 1e9;
    fc.assert(
      fc.property(moment, fc.integer({ min: -days, max: days }), ({ seconds, nanos }, offsetNs) => {
        const from = new VenueTime(seconds, nanos);
        const to = timeAfter(from, offsetNs);
        expect(to.nanos).toBeGreaterThanOrEqual(0);
        expect(to.nanos).toBeLessThan(1e9);
        expect(offsetBetween(from, to)).toBe(offsetNs);
      }),
    );
  });
});
