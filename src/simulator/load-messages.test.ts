import { describe, expect, test } from "vitest";
import { BAR_KIND, QUOTE_KIND, TRADE_KIND } from "./load-channels.ts";
import { loadScript } from "./load-messages.ts";
import { loadSymbols } from "./load-symbols.ts";
import { assetClassOf } from "./symbols.ts";

const SYMBOLS = 8000;

describe("the script of a load", () => {
  const script = loadScript(1, SYMBOLS, 200);

  test("has 85 quotes, 14 trades and a bar in every hundred messages", () => {
    const mixtures = new Set<string>();
    for (let from = 0; from < script.kinds.length; from += 100) {
      const hundred = script.kinds.slice(from, from + 100);
      const count = (kind: number): number => hundred.filter((one) => one === kind).length;
      mixtures.add([QUOTE_KIND, TRADE_KIND, BAR_KIND].map(count).join());
    }
    expect([...mixtures]).toEqual(["85,14,1"]);
  });

  test("gives every symbol its part by Zipf's law, the rarest included", () => {
    const counts = new Array<number>(SYMBOLS).fill(0);
    for (const symbol of script.symbols) counts[symbol] = (counts[symbol] ?? 0) + 1;
    const first = counts[0] ?? 0;
    for (const rank of [2, 3, 10, 100, 1000]) {
      const expected = first / rank;
      expect(Math.abs((counts[rank - 1] ?? 0) - expected)).toBeLessThanOrEqual(1);
    }
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  test("makes whole frames, whatever their size", () => {
    for (const framesOf of [1, 7, 200, 333, 1000]) {
      expect(loadScript(1, 10, framesOf).kinds.length % (framesOf * 100)).toBe(0);
    }
  });

  test("is the same for the same seed, and another for another", () => {
    const textOf = (seed: number): string => {
      const { kinds, symbols } = loadScript(seed, 10, 10);
      return `${kinds.join()} ${symbols.join()}`;
    };
    expect(textOf(1)).toBe(textOf(1));
    expect(textOf(1)).not.toBe(textOf(2));
  });
});

test("a load has as many well-formed symbols as asked for, none twice, none that the venue must not know", () => {
  for (const count of [1, 11, 12, 20_000]) {
    const symbols = loadSymbols(count, new Set(["AAPL", "ZZZZ"]));
    expect(new Set(symbols).size).toBe(count);
    expect(symbols.every((symbol) => assetClassOf(symbol) === "stock")).toBe(true);
    expect(symbols).not.toContain("AAPL");
    expect(symbols).not.toContain("ZZZZ");
  }
});
