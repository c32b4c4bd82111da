import { describe, expect, test } from "vitest";
import { SymbolSets } from "./symbol-sets.ts";

function setsOf(selection: Record<string, readonly string[]>): SymbolSets {
  const sets = new SymbolSets();
  sets.add(selection);
  return sets;
}

describe("SymbolSets", () => {
  test("holds each symbol of a channel once, in the order of coming", () => {
    const sets = setsOf({ trades: ["B", "A", "B"], quotes: ["A"] });
    sets.add({ trades: ["C", "A"] });
    expect(sets.toSelection()).toEqual({ trades: ["B", "A", "C"], quotes: ["A"] });
    expect(sets.has("trades", "C")).toBe(true);
    expect(sets.has("quotes", "C")).toBe(false);
    expect(sets.has("bars", "A")).toBe(false);
  });

  test("channels without symbols do not appear", () => {
    const sets = setsOf({ trades: [], quotes: ["A"] });
    sets.remove({ quotes: ["A", "B"], bars: ["A"] });
    expect(sets.toSelection()).toEqual({});
  });

  test("intersection and missingFrom part a selection, each symbol once", () => {
    const sets = setsOf({ trades: ["A", "B"], quotes: ["A"] });
    const selection = { trades: ["B", "C", "B", "C"], quotes: ["A"], bars: ["A"] };
    expect(sets.intersection(selection)).toEqual({ trades: ["B"], quotes: ["A"] });
    expect(sets.missingFrom(selection)).toEqual({ trades: ["C"], bars: ["A"] });
  });

  test("what it gave away does not change with it", () => {
    const sets = setsOf({ trades: ["A"] });
    const before = sets.toSelection();
    sets.add({ trades: ["B"] });
    sets.clear();
    expect(before).toEqual({ trades: ["A"] });
    expect(sets.toSelection()).toEqual({});
  });

  test("the names of an object's own workings are names like any other", () => {
    const sets = setsOf({ trades: ["__proto__", "constructor"], constructor: ["A"] });
    expect(sets.has("trades", "constructor")).toBe(true);
    expect(sets.has("toString", "A")).toBe(false);
    expect(sets.toSelection()).toEqual({
      trades: ["__proto__", "constructor"],
      constructor: ["A"],
    });
  });
});
