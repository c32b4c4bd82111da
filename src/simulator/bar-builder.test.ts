import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BarBuilder } from "./bar-builder.ts";
import { barEffect } from "./bar-conditions.ts";

describe("which fields of a bar a trade moves", () => {
  test.each([
    [["@"], "C", "minute", "yes", true, true],
    [[" ", "F"], "A", "minute", "yes", true, true],
    [["@", "I"], "C", "minute", "no", false, true],
    [["@", "T"], "C", "minute", "yes", true, true],
    [["@", "T"], "C", "daily", "no", false, true],
    [["B"], "C", "minute", "yes", true, true],
    [["B"], "A", "minute", "no", false, true],
    [["4"], "C", "minute", "no", false, true],
    [["4"], "C", "daily", "first", true, true],
    [["M"], "A", "minute", "no", false, false],
    [["9"], "A", "minute", "no", false, false],
    [["9"], "A", "daily", "yes", true, false],
    [["9", "I"], "A", "daily", "no", false, false],
    [[], "C", "minute", "yes", true, true],
  ] as const)("%j on tape %s for a %s bar", (conditions, tape, bar, openClose, highLow, volume) => {
    expect(barEffect(conditions, tape, bar)).toEqual({ openClose, highLow, volume });
  });
});

const regular = barEffect(["@"], "C", "minute");
const oddLot = barEffect(["@", "I"], "C", "minute");
const derivative = barEffect(["4"], "C", "daily");

describe("a bar", () => {
  test("counts odd lots in volume and number, and nowhere else", () => {
    const bar = new BarBuilder();
    bar.addTrade(99, 10, oddLot);
    bar.addTrade(100, 200, regular);
    bar.addTrade(103, 100, regular);
    bar.addTrade(500, 1, oddLot);
    expect(bar.result(true)).toEqual({ o: 100, h: 103, l: 100, c: 103, v: 311, n: 4, vw: 101 });
  });

  test("does not exist without a price", () => {
    const bar = new BarBuilder();
    expect(bar.result(true)).toBeUndefined();
    bar.addTrade(99, 10, oddLot);
    expect(bar.result(true)).toBeUndefined();
  });

  test("opens with a derivatively priced trade only when that is the first", () => {
    const first = new BarBuilder();
    first.addTrade(50, 100, derivative);
    first.addTrade(60, 100, regular);
    expect(first.result(true)).toMatchObject({ o: 50, c: 60 });
    const later = new BarBuilder();
    later.addTrade(60, 100, regular);
    later.addTrade(50, 100, derivative);
    expect(later.result(true)).toMatchObject({ o: 60, l: 50, c: 60 });
  });

  test("of quotes alone has prices and no volume", () => {
    const bar = new BarBuilder();
    bar.addMidpoint(10);
    bar.addMidpoint(12);
    expect(bar.result(false)).toEqual({ o: 10, h: 12, l: 10, c: 12, v: 0, n: 0, vw: 0 });
    expect(bar.result(true)).toBeUndefined();
  });

  test("joined from parts is the bar of all their trades", () => {
    const trade = fc.tuple(
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 900 }),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.array(fc.array(trade, { maxLength: 6 }), { maxLength: 6 }), (minutes) => {
        const joined = new BarBuilder();
        const whole = new BarBuilder();
        for (const trades of minutes) {
          const minute = new BarBuilder();
          for (const [price, size, isOdd] of trades) {
            minute.addTrade(price, size, isOdd ? oddLot : regular);
            whole.addTrade(price, size, isOdd ? oddLot : regular);
          }
          joined.append(minute);
        }
        expect(joined.result(true)).toEqual(whole.result(true));
      }),
    );
  });
});
