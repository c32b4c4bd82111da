import { describe, expect, test } from "vitest";
import {
  EXAMPLE_MESSAGES,
  type ExampleName,
} from "../../../test/fixtures/alpaca/example-messages.ts";
import { decoded } from "../../../test/support/decoded-example.ts";
import { toModel } from "./to-model.ts";

const RECEIVED = 1_700_000_000_000;

const names = Object.keys(EXAMPLE_MESSAGES) as ExampleName[];

/** What may be missing from each message, and what stands in for it. */
const OPTIONAL: readonly (readonly [ExampleName, string, string, unknown])[] = [
  ["stockTrade", "i", "id", undefined],
  ["stockTrade", "c", "conditions", []],
  ["stockTrade", "x", "exchange", ""],
  ["stockTrade", "z", "tape", ""],
  ["cryptoTrade", "tks", "takerSide", "unknown"],
  ["stockQuote", "bs", "bidSize", 0],
  ["stockQuote", "bx", "bidExchange", ""],
  ["stockQuote", "as", "askSize", 0],
  ["stockQuote", "ax", "askExchange", ""],
  ["stockQuote", "c", "conditions", []],
  ["stockQuote", "z", "tape", ""],
  ["stockBar", "n", "tradeCount", 0],
  ["stockBar", "vw", "vwap", 0],
  ["correction", "x", "exchange", ""],
  ["correction", "z", "tape", ""],
  ["cancellation", "x", "exchange", ""],
  ["cancellation", "z", "tape", ""],
  ["cancellation", "a", "action", "unknown"],
  ["limitBand", "i", "indicator", ""],
  ["limitBand", "z", "tape", ""],
  ["tradingStatus", "sm", "statusText", ""],
  ["tradingStatus", "rc", "reasonCode", ""],
  ["tradingStatus", "rm", "reasonText", ""],
  ["tradingStatus", "z", "tape", ""],
  ["imbalance", "z", "tape", ""],
  ["bookSnapshot", "b", "bids", []],
  ["bookSnapshot", "a", "asks", []],
  ["bookSnapshot", "r", "snapshot", false],
  ["pricing", "oi", "openInterest", 0],
  ["pricing", "ft", "nextFunding", undefined],
  ...(["headline", "summary", "author", "content", "url", "source"] as const).map(
    (key) => ["news", key, key, ""] as const,
  ),
  ["news", "symbols", "symbols", []],
];

describe("fields that may be missing", () => {
  test.each(OPTIONAL)("%s without %s has %s: %j", (name, key, field, neutral) => {
    const { [key]: _left, ...rest } = decoded(name, "json");
    for (const raw of [rest, { ...rest, [key]: null }]) {
      const model = toModel(raw, RECEIVED) as unknown as Record<string, unknown>;
      expect(model[field]).toEqual(neutral);
    }
  });

  test.each(["oc", "cc"])("a correction without %s has no conditions on that side", (key) => {
    const { [key]: _left, ...rest } = decoded("correction", "json");
    const side = key === "oc" ? "original" : "corrected";
    expect(toModel(rest, RECEIVED)).toMatchObject({ [side]: { conditions: [] } });
  });
});

const REQUIRED: Readonly<Partial<Record<ExampleName, readonly string[]>>> = {
  stockTrade: ["S", "t", "p", "s"],
  stockQuote: ["S", "t", "bp", "ap"],
  stockBar: ["S", "t", "o", "h", "l", "c", "v"],
  correction: ["S", "t", "oi", "op", "os", "ci", "cp", "cs"],
  cancellation: ["S", "t", "i", "p", "s"],
  limitBand: ["S", "t", "u", "d"],
  tradingStatus: ["S", "t", "sc"],
  imbalance: ["S", "t", "p"],
  bookSnapshot: ["S", "t"],
  pricing: ["S", "t", "ip", "mp", "fr"],
  news: ["id", "created_at", "updated_at"],
};

describe("fields that must be there", () => {
  const cases = Object.entries(REQUIRED).flatMap(([name, keys]) =>
    keys.map((key) => [name as ExampleName, key] as const),
  );

  test.each(cases)("%s without %s throws a TypeError that names it", (name, key) => {
    const { [key]: _left, ...rest } = decoded(name, "json");
    const naming = new RegExp(`field ${key} `);
    for (const raw of [rest, { ...rest, [key]: null }, { ...rest, [key]: {} }]) {
      expect(() => toModel(raw, RECEIVED)).toThrow(TypeError);
      expect(() => toModel(raw, RECEIVED)).toThrow(naming);
    }
  });

  test("a level without its price or size is no level", () => {
    const raw = decoded("bookSnapshot", "json");
    expect(() => toModel({ ...raw, b: [{ p: 1 }] }, RECEIVED)).toThrow(/field s /);
    expect(() => toModel({ ...raw, a: [null] }, RECEIVED)).toThrow(TypeError);
  });
});

describe("what the venue adds without notice", () => {
  test.each(names)("unknown keys of %s are ignored", (name) => {
    const raw = decoded(name, "json");
    const more = { ...raw, zz: [1], "new key": { deep: true } };
    expect(JSON.stringify(toModel(more, RECEIVED))).toBe(JSON.stringify(toModel(raw, RECEIVED)));
  });

  test.each(["z", "T", "", "tt", "__proto__", "constructor", "toString", "hasOwnProperty"])(
    "a message of the unknown code %j has no model",
    (code) => {
      expect(toModel({ ...decoded("stockTrade", "json"), T: code }, RECEIVED)).toBeUndefined();
    },
  );

  test.each([undefined, null, 5, {}, ["t"]])("a code that is %j has no model", (code) => {
    expect(toModel({ T: code }, RECEIVED)).toBeUndefined();
  });

  test("an unknown reason for a cancellation is unknown, also when it is named like a method", () => {
    const raw = decoded("cancellation", "json");
    expect(toModel({ ...raw, a: "E" }, RECEIVED)).toMatchObject({ action: "error" });
    for (const a of ["Z", "constructor", "__proto__"]) {
      expect(toModel({ ...raw, a }, RECEIVED)).toMatchObject({ action: "unknown" });
    }
  });
});
