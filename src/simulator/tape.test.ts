import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Tape } from "./tape.ts";
import { quoteMessage, tradeMessage } from "./tape-messages.ts";
import { VenueTime } from "./venue-time.ts";

const symbols = fc.constantFrom("AAPL", "XYZ", "BTC/USD", "SHIB/USD", "AAPL271217C00230000");
const seeds = fc.integer({ min: 0, max: 2 ** 32 });
const rates = fc.constantFrom(0.01, 1, 5, 333, 100_000);
/** The history of thirty days, and as much as a fast tape makes in an hour. */
const indices = fc.integer({ min: -30 * 86_400, max: 3_600 * 100_000 });
const t = new VenueTime(0, 0);

describe("a tape", () => {
  test("runs strictly forward, across its start too, and index 0 is the first event from there", () => {
    fc.assert(
      fc.property(seeds, symbols, rates, indices, (seed, symbol, rate, index) => {
        const tape = new Tape(symbol, seed, rate);
        expect(tape.timeOf(index + 1)).toBeGreaterThan(tape.timeOf(index));
        expect(tape.timeOf(0)).toBeGreaterThanOrEqual(0);
        expect(tape.timeOf(-1)).toBeLessThan(0);
      }),
    );
  });

  test("finds the first event from any moment", () => {
    fc.assert(
      fc.property(
        seeds,
        symbols,
        rates,
        indices,
        fc.integer({ min: -1, max: 1 }),
        (seed, symbol, rate, index, by) => {
          const tape = new Tape(symbol, seed, rate);
          const moment = tape.timeOf(index) + by;
          const found = tape.firstIndexFrom(moment);
          expect(tape.timeOf(found)).toBeGreaterThanOrEqual(moment);
          expect(tape.timeOf(found - 1)).toBeLessThan(moment);
          const trade = tape.tradeIndex(tape.firstTradeFrom(found));
          expect(trade).toBeGreaterThanOrEqual(found);
          for (let between = found; between < trade; between++)
            expect(tape.isTrade(between)).toBe(false);
        },
      ),
    );
  });

  test("has one trade among every seven events, at no fixed place", () => {
    const tape = new Tape("AAPL", 1, 5);
    const places = new Set<number>();
    for (let group = -50; group < 50; group++) {
      const trades = Array.from({ length: 7 }, (_, at) => group * 7 + at).filter((index) =>
        tape.isTrade(index),
      );
      expect(trades).toHaveLength(1);
      places.add((trades[0] ?? 0) - group * 7);
    }
    expect(places.size).toBe(7);
  });

  test("says the same of an index whatever was asked before", () => {
    fc.assert(
      fc.property(
        seeds,
        symbols,
        fc.array(indices, { minLength: 2, maxLength: 30 }),
        (seed, symbol, asked) => {
          const tape = new Tape(symbol, seed, 5);
          for (const index of asked) {
            const fresh = new Tape(symbol, seed, 5);
            expect(tradeMessage(tape, index, t, "iex")).toEqual(
              tradeMessage(fresh, index, t, "iex"),
            );
            expect(quoteMessage(tape, index, t, "iex")).toEqual(
              quoteMessage(fresh, index, t, "iex"),
            );
          }
        },
      ),
    );
  });

  test("keeps bid below ask, and every number as a venue would write it", () => {
    fc.assert(
      fc.property(seeds, symbols, indices, (seed, symbol, index) => {
        const tape = new Tape(symbol, seed, 5);
        const { bp, ap, bs, as } = quoteMessage(tape, index, t, "consolidated");
        const { p, s } = tradeMessage(tape, index, t, "consolidated");
        expect(bp).toBeGreaterThan(0);
        expect(ap).toBeGreaterThan(bp);
        for (const price of [bp, ap, p]) {
          expect(
            Math.abs(price * tape.ticksPerUnit - Math.round(price * tape.ticksPerUnit)),
          ).toBeLessThan(1e-3);
        }
        for (const size of [bs, as, s]) {
          expect(size).toBeGreaterThan(0);
          if (tape.assetClass !== "crypto") expect(Number.isInteger(size)).toBe(true);
        }
      }),
    );
  });

  test("moves little from one event to the next, and far enough in a day to be seen", () => {
    const tape = new Tape("AAPL", 3, 5);
    let largest = 0;
    const seen = new Set<number>();
    for (let index = 0; index < 20_000; index++) {
      const step = Math.abs(tape.middleTicks(index + 1) - tape.middleTicks(index));
      largest = Math.max(largest, step / tape.middleTicks(index));
      seen.add(tape.middleTicks(index));
    }
    expect(largest).toBeLessThan(0.001);
    expect(seen.size).toBeGreaterThan(50);
  });

  test("differs between seeds and between symbols", () => {
    const history = (symbol: string, seed: number): string => {
      const tape = new Tape(symbol, seed, 5);
      return JSON.stringify(
        Array.from({ length: 20 }, (_, index) => [tape.timeOf(index), tape.middleTicks(index)]),
      );
    };
    expect(history("AAPL", 1)).toBe(history("AAPL", 1));
    expect(history("AAPL", 1)).not.toBe(history("AAPL", 2));
    expect(history("AAPL", 1)).not.toBe(history("MSFT", 1));
  });
});
