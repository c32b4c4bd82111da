import fc from "fast-check";
import { expect, test } from "vitest";
import type { WireLevel } from "../venues/alpaca/wire.ts";
import { bookChange, bookIndexBy, changesBook, wholeBook } from "./order-book.ts";
import { Tape } from "./tape.ts";
import { VenueTime } from "./venue-time.ts";

const t = new VenueTime(0, 0);

function apply(levels: Map<number, number>, changes: readonly WireLevel[]): void {
  for (const { p, s } of changes) {
    if (s === 0) levels.delete(p);
    else levels.set(p, s);
  }
}

test("a whole book and its changes lead to every later whole book", () => {
  const symbols = fc.constantFrom("BTC/USD", "SHIB/USD", "NEW/USD");
  fc.assert(
    fc.property(
      symbols,
      fc.integer({ min: -100_000, max: 100_000 }),
      fc.integer({ min: 1, max: 60 }),
      (symbol, from, updates) => {
        const tape = new Tape(symbol, 9, 5);
        const first = bookIndexBy(from);
        const start = wholeBook(tape, first, t);
        const bids = new Map(start.b.map(({ p, s }) => [p, s]));
        const asks = new Map(start.a.map(({ p, s }) => [p, s]));
        for (let index = first + 1; index <= first + updates * 4; index++) {
          const change = changesBook(index) ? bookChange(tape, index, t) : undefined;
          apply(bids, change?.b ?? []);
          apply(asks, change?.a ?? []);
          expect(change?.r).toBeUndefined();
        }
        const end = wholeBook(tape, first + updates * 4, t);
        expect(bids).toEqual(new Map(end.b.map(({ p, s }) => [p, s])));
        expect(asks).toEqual(new Map(end.a.map(({ p, s }) => [p, s])));
        expect(Math.max(...bids.keys())).toBeLessThan(Math.min(...asks.keys()));
      },
    ),
    { numRuns: 50 },
  );
});
