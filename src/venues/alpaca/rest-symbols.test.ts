import fc from "fast-check";
import { expect, test } from "vitest";
import { chunkByUrlLength, normalizeSymbol, splitFamilies } from "./rest-symbols.ts";

test("symbols are trimmed and put in capitals", () => {
  expect(normalizeSymbol(" brk.b\n")).toBe("BRK.B");
  expect(() => normalizeSymbol("")).toThrow(/blank/);
  expect(() => normalizeSymbol(undefined as unknown as string)).toThrow(/blank/);
});

test("only pairs have a slash", () => {
  expect(splitFamilies(["AAPL", "BTC/USD", "BRK.B"])).toEqual({
    stocks: ["AAPL", "BRK.B"],
    pairs: ["BTC/USD"],
  });
});

test("parts keep every symbol, in order, and none is longer than allowed in an address", () => {
  const symbol = fc.stringMatching(/^[A-Z]{1,6}(\/[A-Z]{3})?$/);
  fc.assert(
    fc.property(fc.array(symbol), fc.integer({ min: 20, max: 200 }), (symbols, maxLength) => {
      const parts = chunkByUrlLength(symbols, maxLength);

      expect(parts.flatMap((part) => part.split(","))).toEqual(symbols);
      for (const part of parts) {
        expect(part.replaceAll("/", "%2F").length).toBeLessThanOrEqual(maxLength);
      }
    }),
  );
});
