import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Faults } from "../../core/faults.ts";
import { planSymbols, type SymbolWant } from "./plan-symbols.ts";
import { resolveSymbolLimits, type SymbolLimits } from "./symbol-limits.ts";

function plan(wants: readonly SymbolWant[], limits: SymbolLimits): ReturnType<typeof planSymbols> {
  const faults = new Faults();
  const resolved = resolveSymbolLimits(limits, faults);
  faults.throwIfAny();
  return planSymbols(wants, resolved);
}

const want = (key: string, order: number, priority = 0): SymbolWant => ({ key, order, priority });

const FREE_PLAN = [{ channels: ["trades", "quotes"], symbols: 2 }] as const;

describe("planSymbols", () => {
  test("without limits admits everything, the most important first", () => {
    const wants = [want("trades A", 1), want("trades B", 0), want("trades *", 2, 5)];
    expect(plan(wants, Number.POSITIVE_INFINITY)).toEqual({
      admitted: ["trades *", "trades B", "trades A"],
      waiting: [],
    });
  });

  test("gives room to the higher priority, and among equals to who came first", () => {
    const wants = [want("trades A", 0), want("trades B", 1), want("trades C", 2, 1)];
    expect(plan(wants, 2)).toEqual({ admitted: ["trades C", "trades A"], waiting: ["trades B"] });
  });

  test("counts the channels of a limit together, and leaves the others without one", () => {
    const wants = ["trades A", "quotes A", "quotes B", "bars A", "bars B", "bars *"].map(
      (key, at) => want(key, at),
    );
    expect(plan(wants, FREE_PLAN)).toEqual({
      admitted: ["trades A", "quotes A", "bars A", "bars B", "bars *"],
      waiting: ["quotes B"],
    });
  });

  test("counts each channel by itself when the limits are by channel", () => {
    const wants = ["trades A", "quotes A", "trades B", "quotes B"].map((key, at) => want(key, at));
    expect(plan(wants, { trades: 1, quotes: 2 }).waiting).toEqual(["trades B"]);
  });

  test("never admits every symbol of a channel with a limit", () => {
    expect(plan([want("trades *", 0, 9), want("trades A", 1)], 30)).toEqual({
      admitted: ["trades A"],
      waiting: ["trades *"],
    });
  });
});

const channels = ["trades", "quotes", "bars"] as const;
const limit = fc.oneof(fc.nat(6), fc.constant(Number.POSITIVE_INFINITY));
const limits: fc.Arbitrary<SymbolLimits> = fc.oneof(
  limit,
  fc.dictionary(fc.constantFrom(...channels), limit),
  fc.array(fc.record({ channels: fc.subarray([...channels], { minLength: 1 }), symbols: limit }), {
    maxLength: 3,
  }),
);
const wants = fc
  .uniqueArray(
    fc.tuple(fc.constantFrom(...channels), fc.constantFrom("A", "B", "C", "D", "E", "*")),
    { selector: (pair) => pair.join(" "), maxLength: 18 },
  )
  .chain((pairs) =>
    fc
      .tuple(...pairs.map(() => fc.integer({ min: -1, max: 2 })))
      .map((priorities) =>
        pairs.map(([channel, symbol], at) => want(`${channel} ${symbol}`, at, priorities[at])),
      ),
  );

/** Each limit as a list of channels and a number, read anew. */
function listed(given: SymbolLimits): { channels: readonly string[]; symbols: number }[] {
  if (typeof given === "number") return [{ channels, symbols: given }];
  if (Array.isArray(given)) return given as { channels: string[]; symbols: number }[];
  return Object.entries(given).map(([channel, symbols]) => ({ channels: [channel], symbols }));
}

describe("planSymbols, whatever is wanted", () => {
  test("keeps every limit, loses nothing, and leaves nobody out who could be in", () => {
    fc.assert(
      fc.property(wants, limits, (given, allowed) => {
        const { admitted, waiting } = plan(given, allowed);
        expect([...admitted, ...waiting].sort()).toEqual(given.map(({ key }) => key).sort());
        const taken = (keys: readonly string[], of: readonly string[]): number =>
          keys.filter((key) => of.includes(key.split(" ")[0] ?? "")).length;
        const finite = listed(allowed).filter(({ symbols }) => Number.isFinite(symbols));
        for (const one of finite) {
          expect(taken(admitted, one.channels)).toBeLessThanOrEqual(one.symbols);
        }
        const rank = new Map(
          [...given]
            .sort((a, b) => b.priority - a.priority || a.order - b.order)
            .map(({ key }, at) => [key, at]),
        );
        for (const key of waiting) {
          const [channel = "", symbol] = key.split(" ");
          const mine = finite.filter((one) => one.channels.includes(channel));
          const before = admitted.filter((other) => (rank.get(other) ?? 0) < (rank.get(key) ?? 0));
          const isFull = mine.some((one) => taken(before, one.channels) >= one.symbols);
          expect(isFull || (symbol === "*" && mine.length > 0)).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("one who leaves never costs another one's place", () => {
    fc.assert(
      fc.property(wants, limit, fc.nat(), (given, allowed, at) => {
        const { admitted } = plan(given, allowed);
        const leaver = given[at % Math.max(1, given.length)];
        const after = new Set(
          plan(
            given.filter((one) => one !== leaver),
            allowed,
          ).admitted,
        );
        for (const key of admitted) expect(key === leaver?.key || after.has(key)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("resolveSymbolLimits", () => {
  test.each([
    ["many", "symbolLimits must be"],
    [-1, "symbolLimits must be"],
    [1.5, "symbolLimits must be whole"],
    [{ candles: 3 }, '"candles"'],
    [{ trades: "3" }, "symbolLimits.trades"],
    [[{ channels: ["trades", "tape"], symbols: 3 }], '"tape"'],
    [[{ channels: "trades", symbols: 3 }], "symbolLimits.0"],
    [[7], "symbolLimits.0"],
    [[{}], "symbolLimits.0"],
  ])("refuses %j", (limits, fault) => {
    expect(() => plan([], limits as never)).toThrow(fault);
  });
});
