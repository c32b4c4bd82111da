import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRfc3339, toMilliseconds, toNanoseconds, toRfc3339 } from "./venue-time.ts";

const FIRST_SECOND = Date.parse("0000-01-01T00:00:00Z") / 1_000;
const LAST_SECOND = Date.parse("9999-12-31T23:59:59Z") / 1_000;

const moment = fc.record({
  seconds: fc.integer({ min: FIRST_SECOND, max: LAST_SECOND }),
  nanos: fc.oneof(
    fc.integer({ min: 0, max: 999_999_999 }),
    fc.integer({ min: 0, max: 999 }).map((millis) => millis * 1_000_000),
  ),
});

/** Days to stay within four-digit years whatever the offset. */
const DAY = 86_400;
const innerMoment = moment.filter(
  ({ seconds }) => seconds > FIRST_SECOND + DAY && seconds < LAST_SECOND - DAY,
);

describe("venue time as text", () => {
  test("text and back is the same nanosecond, for every year from 0 to 9999", () => {
    fc.assert(
      fc.property(moment, (time) => {
        expect(parseRfc3339(toRfc3339(time))).toEqual(time);
      }),
    );
  });

  test("text has no more digits than are needed", () => {
    fc.assert(
      fc.property(moment, (time) => {
        const text = toRfc3339(time);
        expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?Z$/);
      }),
    );
  });

  test("texts of one zone sort as their times do within a second", () => {
    fc.assert(
      fc.property(fc.nat(999_999_999), fc.nat(999_999_999), (a, b) => {
        const pad = (nanos: number) => toNanoseconds({ seconds: 5, nanos });
        expect(pad(a) < pad(b)).toBe(a < b);
      }),
    );
  });

  test("the offset only says where the same moment is", () => {
    fc.assert(
      fc.property(innerMoment, fc.integer({ min: -1_439, max: 1_439 }), (time, offsetMinutes) => {
        const local = toRfc3339({ ...time, seconds: time.seconds + offsetMinutes * 60 });
        const size = Math.abs(offsetMinutes);
        const hours = String(Math.floor(size / 60)).padStart(2, "0");
        const minutes = String(size % 60).padStart(2, "0");
        const text = local.replace("Z", `${offsetMinutes < 0 ? "-" : "+"}${hours}:${minutes}`);
        expect(parseRfc3339(text)).toEqual(time);
      }),
    );
  });

  test.each([
    ["2023-04-06T11:54:26.838232225Z", 838_232_225],
    ["2023-04-06T13:15:42.83540958Z", 835_409_580],
    ["2023-04-06T13:15:42.5Z", 500_000_000],
    ["2023-04-06T13:15:42.000000001Z", 1],
    ["2023-04-06T13:15:42Z", 0],
    ["2023-04-06T13:15:42.000Z", 0],
    ["2023-04-06T13:15:42.1234567899Z", 123_456_789],
  ])("%s has %d nanoseconds", (text, nanos) => {
    expect(parseRfc3339(text)?.nanos).toBe(nanos);
  });

  test.each([
    "2022-04-19T13:45:04.980944666-04:00",
    "2022-04-19T17:45:04.980944666Z",
    "2022-04-19t17:45:04.980944666z",
    "2022-04-19 17:45:04.980944666Z",
    "2022-04-19T23:15:04.980944666+05:30",
  ])("%s is one and the same moment", (text) => {
    expect(parseRfc3339(text)).toEqual({ seconds: 1_650_390_304, nanos: 980_944_666 });
  });

  test.each([
    "",
    "now",
    "1700000000",
    "2023-04-06",
    "2023-04-06T11:54:26",
    "2023-04-06T11:54Z",
    "2023-04-06T11:54:26.Z",
    "2023-04-06T11:54:26,5Z",
    "2023-04-06T11:54:26+0530",
    "2023-04-06T11:54:26+25:00",
    "2023-04-06T11:54:26+05:60",
    "2023-13-06T11:54:26Z",
    "2023-00-06T11:54:26Z",
    "2023-02-29T11:54:26Z",
    "2023-02-30T11:54:26Z",
    "2023-04-31T11:54:26+02:00",
    "2023-04-00T11:54:26Z",
    "2023-04-06T24:00:00Z",
    "2023-04-06T25:00:00Z",
    "2023-04-06T11:60:26Z",
    "2023-04-06T11:54:61Z",
    "+012023-04-06T11:54:26Z",
    " 2023-04-06T11:54:26Z",
    "2023-04-06T11:54:26Z\n",
    "0000-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
  ])("%j is no time", (text) => {
    expect(parseRfc3339(text)).toBeUndefined();
  });

  test("29 February is a day in leap years only", () => {
    expect(parseRfc3339("2024-02-29T00:00:00Z")?.seconds).toBe(1_709_164_800);
    expect(parseRfc3339("2000-02-29T00:00:00Z")).toBeDefined();
    expect(parseRfc3339("1900-02-29T00:00:00Z")).toBeUndefined();
  });

  test("whatever the text, the answer is a time or undefined", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const time = parseRfc3339(text);
        if (time) expect(Number.isInteger(time.seconds) && Number.isInteger(time.nanos)).toBe(true);
      }),
    );
  });
});

describe("venue time as numbers", () => {
  test("nanoseconds are exact, also before 1970", () => {
    fc.assert(
      fc.property(moment, ({ seconds, nanos }) => {
        const ns = toNanoseconds({ seconds, nanos });
        expect(ns).toBe(BigInt(seconds) * 10n ** 9n + BigInt(nanos));
        expect(toMilliseconds({ seconds, nanos })).toBe(
          Number((ns - (((ns % 10n ** 6n) + 10n ** 6n) % 10n ** 6n)) / 10n ** 6n),
        );
      }),
    );
  });

  test("milliseconds cut off what is finer", () => {
    expect(toMilliseconds({ seconds: 5, nanos: 999_999_999 })).toBe(5_999);
    expect(toMilliseconds({ seconds: -1, nanos: 500_000_000 })).toBe(-500);
  });
});
