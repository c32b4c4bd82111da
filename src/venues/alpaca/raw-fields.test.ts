import { describe, expect, test } from "vitest";
import { idText, list, number, rawId, text, time } from "./raw-fields.ts";

describe("numbers", () => {
  test.each<[string, unknown, number]>([
    ["a fraction", 1.5, 1.5],
    ["zero", 0, 0],
    ["a negative number", -37.5, -37.5],
    ["a bigint", 12n, 12],
    ["a bigint beyond 2^53", 2n ** 60n, 2 ** 60],
    ["an integer beyond 2^53 as its digits", "1152921504606846976", 2 ** 60],
    ["a negative one", "-1152921504606846976", -(2 ** 60)],
  ])("%s is one", (_name, value, expected) => {
    expect(number.required({ n: value }, "n")).toBe(expected);
    expect(number.optional({ n: value }, "n")).toBe(expected);
  });

  test.each<[string, unknown]>([
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["text", "1.5"],
    ["short digits", "15"],
    ["long text", "1152921504606846976x"],
    ["a list", [1]],
    ["true", true],
    ["nothing", undefined],
    ["null", null],
  ])("%s is none", (_name, value) => {
    expect(() => number.required({ n: value }, "n")).toThrow("field n is not a number");
    expect(number.optional({ n: value }, "n")).toBe(0);
  });
});

describe("texts", () => {
  test("a text is one, also an empty one", () => {
    expect(text.required({ s: "AAPL" }, "s")).toBe("AAPL");
    expect(text.required({ s: "" }, "s")).toBe("");
  });

  test.each([5, null, undefined, {}, ["AAPL"]])("%j is none", (value) => {
    expect(() => text.required({ s: value }, "s")).toThrow("field s is not a text");
    expect(text.optional({ s: value }, "s")).toBe("");
  });
});

describe("times", () => {
  test("RFC 3339 text and decoded timestamps are times", () => {
    const moment = { seconds: 1_680_782_066, nanos: 838_232_225 };
    expect(time.required({ t: "2023-04-06T11:54:26.838232225Z" }, "t")).toEqual(moment);
    expect(time.required({ t: moment }, "t")).toEqual(moment);
  });

  test.each<[string, unknown]>([
    ["text of another kind", "yesterday"],
    ["a number", 1_680_782_066],
    ["an empty object", {}],
    ["half a time", { seconds: 1 }],
    ["words for numbers", { seconds: "1", nanos: "2" }],
    ["a fraction of a second", { seconds: 1.5, nanos: 0 }],
    ["too many nanoseconds", { seconds: 1, nanos: 1_000_000_000 }],
    ["negative nanoseconds", { seconds: 1, nanos: -1 }],
    ["a year beyond 9999", { seconds: 253_402_300_800, nanos: 0 }],
    ["a year before 0", { seconds: -62_167_219_201, nanos: 0 }],
    ["the end of 64 bits", { seconds: 2 ** 63, nanos: 0 }],
    ["nothing", undefined],
    ["null", null],
  ])("%s is none", (_name, value) => {
    expect(() => time.required({ t: value }, "t")).toThrow("field t is not a time");
  });
});

describe("ids", () => {
  test.each<[unknown, string]>([
    [628, "628"],
    [0, "0"],
    [3_447_222_699_101_865_076n, "3447222699101865076"],
    ["3447222699101865076", "3447222699101865076"],
  ])("%s is exact as text", (value, expected) => {
    expect(idText({ i: value }, "i")).toBe(expected);
    expect(rawId(value)).toBe(value);
  });

  test.each([undefined, null, {}, [1], true])("%j is none", (value) => {
    expect(() => idText({ i: value }, "i")).toThrow("field i is not an id");
    expect(rawId(value)).toBeUndefined();
  });
});

describe("lists", () => {
  test("one text is a list of one, and nothing is an empty list", () => {
    expect(list(["@", "F"])).toEqual(["@", "F"]);
    expect(list("S")).toEqual(["S"]);
    for (const value of [undefined, null, 5, {}]) expect(list(value)).toEqual([]);
  });
});
