import { describe, expect, test } from "vitest";
import { NO_SYMBOL_ID, SymbolTable } from "./symbol-table.ts";

describe("SymbolTable", () => {
  test("gives each symbol a number of its own, the same every time", () => {
    const symbols = new SymbolTable();
    expect(["AAPL", "MSFT", "AAPL"].map((symbol) => symbols.idOf(symbol))).toEqual([0, 1, 0]);
    expect([symbols.nameOf(1), symbols.nameOf(2), symbols.nameOf(-1)]).toEqual(["MSFT", "", ""]);
    expect(symbols.size).toBe(2);
  });

  test("looking a symbol up gives it no number", () => {
    const symbols = new SymbolTable();
    expect(symbols.find("AAPL")).toBe(NO_SYMBOL_ID);
    expect(symbols.size).toBe(0);
    symbols.idOf("AAPL");
    expect(symbols.find("AAPL")).toBe(0);
  });

  test("a full table gives no more numbers, and those given out stay", () => {
    const symbols = new SymbolTable(2);
    expect(["A", "B", "C", "B"].map((symbol) => symbols.idOf(symbol))).toEqual([
      0,
      1,
      NO_SYMBOL_ID,
      1,
    ]);
    expect(symbols.find("C")).toBe(NO_SYMBOL_ID);
    expect(symbols.size).toBe(2);
  });

  test("names that objects have of themselves are names as any other", () => {
    const symbols = new SymbolTable();
    expect(["__proto__", "constructor", ""].map((symbol) => symbols.idOf(symbol))).toEqual([
      0, 1, 2,
    ]);
  });
});
