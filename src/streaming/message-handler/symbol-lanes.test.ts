import { expect, test } from "vitest";
import { SHARED_SYMBOL, SymbolLanes } from "./symbol-lanes.ts";

test("a symbol has one number, with or without a caller's own, also a wrong or a strange one", () => {
  const lanes = new SymbolLanes(100);
  const a = lanes.numberOf("A", 5_000);
  const b = lanes.numberOf("B", 0);
  expect(a).not.toBe(b);
  for (const hint of [5_000, 0, 1, -1, 2 ** 40, Number.NaN, 1.5]) {
    expect([lanes.numberOf("A", hint), lanes.numberOf("B", hint)]).toEqual([a, b]);
  }
  expect([lanes.nameOf(a), lanes.nameOf(b)]).toEqual(["A", "B"]);
});

test("symbols beyond the bound share a number", () => {
  const lanes = new SymbolLanes(2);
  const numbers = ["A", "B", "C", "D", "A"].map((symbol, hint) => lanes.numberOf(symbol, hint));
  expect(numbers).toEqual([1, 2, SHARED_SYMBOL, SHARED_SYMBOL, 1]);
  expect(lanes.nameOf(SHARED_SYMBOL)).toBe("*");
});
