import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isRegularSession } from "./regular-session.ts";

function at(iso: string): boolean {
  return isRegularSession(Date.parse(iso));
}

describe("isRegularSession", () => {
  test.each([
    ["standard time", "2024-01-17T14:30:00Z", "2024-01-17T21:00:00Z"],
    ["daylight time", "2024-07-17T13:30:00Z", "2024-07-17T20:00:00Z"],
    ["the Friday before daylight time begins", "2024-03-08T14:30:00Z", "2024-03-08T21:00:00Z"],
    ["the Monday after daylight time began", "2024-03-11T13:30:00Z", "2024-03-11T20:00:00Z"],
    ["the Friday before daylight time ends", "2024-11-01T13:30:00Z", "2024-11-01T20:00:00Z"],
    ["the Monday after daylight time ended", "2024-11-04T14:30:00Z", "2024-11-04T21:00:00Z"],
  ])("in %s it begins at 09:30 and ends at 16:00 in New York", (_when, open, close) => {
    const openMs = Date.parse(open);
    const closeMs = Date.parse(close);
    expect(isRegularSession(openMs - 1)).toBe(false);
    expect(isRegularSession(openMs)).toBe(true);
    expect(isRegularSession((openMs + closeMs) / 2)).toBe(true);
    expect(isRegularSession(closeMs - 1)).toBe(true);
    expect(isRegularSession(closeMs)).toBe(false);
  });

  test.each(["2024-07-20T15:00:00Z", "2024-07-21T15:00:00Z", "2024-03-10T15:00:00Z"])(
    "%s is a weekend",
    (noon) => {
      expect(at(noon)).toBe(false);
    },
  );

  test("the day is New York's: Saturday in Greenwich may be Friday there, and that is night", () => {
    expect(at("2024-07-20T01:00:00Z")).toBe(false);
    expect(at("2024-07-22T04:30:00Z")).toBe(false); // Monday 00:30
  });

  test("midnight is not the 24th hour", () => {
    expect(at("2024-07-17T04:00:00Z")).toBe(false);
  });

  test("a week holds 32.5 hours of it, whatever the season", () => {
    const anyMonday = fc
      .integer({ min: 0, max: 1_500 })
      .map((week) => Date.parse("2000-01-03T12:00:00Z") + week * 7 * 86_400_000);
    fc.assert(
      fc.property(anyMonday, (startMs) => {
        let halfHours = 0;
        for (let i = 0; i < 5 * 48; i++) if (isRegularSession(startMs + i * 1_800_000)) halfHours++;
        // From Monday noon in Greenwich to Saturday noon: all five sessions, no weekend change.
        expect(halfHours).toBe(65);
      }),
      { numRuns: 40 },
    );
  });
});
