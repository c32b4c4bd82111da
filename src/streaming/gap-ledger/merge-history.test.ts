import { describe, expect, test } from "vitest";
import { tradeAt } from "../../../test/support/opened-ledger.ts";
import type { MarketData } from "../../model/market-data.ts";
import type { Trade } from "../../model/trade.ts";
import { identityOf, type KnownBefore, mergeHistory } from "./merge-history.ts";

const keyOf = (message: MarketData): number => (message as Trade).key;
const ids = (messages: readonly MarketData[]): number[] =>
  messages.map((message) => Number((message as Trade).id));

/** What was seen before, the first of these at the earliest. */
function seen(...trades: readonly Trade[]): KnownBefore {
  const recent = trades.map(({ seconds, nanos, key }) => ({ seconds, nanos, key }));
  return { recent, forgotten: undefined, from: trades[0] ?? { seconds: 0, nanos: 0 } };
}

const [one, two, three, four, five] = [1, 2, 3, 4, 5].map((id) => tradeAt(id * 10, id)) as [
  Trade,
  Trade,
  Trade,
  Trade,
  Trade,
];

describe("mergeHistory", () => {
  test("leaves out what was seen, and gives what is in both once, as it came live", () => {
    const again = tradeAt(40, 4);
    const merged = mergeHistory([one, two, three, again], [four, five], seen(one, two), keyOf);
    expect(ids(merged.messages)).toEqual([3, 4, 5]);
    expect(merged.messages[1]).toBe(four);
    expect(ids(merged.recovered)).toEqual([3]);
    expect(merged.reachesPresent).toBe(true);
  });

  test("nothing in between is nothing recovered", () => {
    const merged = mergeHistory([], [], seen(one), keyOf);
    expect(merged).toEqual({ messages: [], recovered: [], reachesPresent: true });
  });

  test("what history repeats comes once", () => {
    const merged = mergeHistory([two, two, three, three], [three], seen(one), keyOf);
    expect(ids(merged.messages)).toEqual([2, 3]);
  });

  test("what is older than was asked for is none of our business", () => {
    expect(ids(mergeHistory([one, three], [], { ...seen(), from: two }, keyOf).messages)).toEqual([
      3,
    ]);
  });

  test("what may have been seen and is no longer known counts as seen", () => {
    const before = { ...seen(three), from: one, forgotten: two };
    expect(ids(mergeHistory([one, two, three, four], [], before, keyOf).messages)).toEqual([4]);
  });

  test("of the forgotten moment itself, what follows one that was seen was missed", () => {
    const sweep = [1, 2, 3, 4].map((id) => tradeAt(10, id)) as [Trade, Trade, Trade, Trade];
    const before = { ...seen(sweep[1], sweep[2]), forgotten: sweep[0] };
    expect(ids(mergeHistory(sweep, [], before, keyOf).messages)).toEqual([4]);
  });

  test("a live message that history does not have keeps its place", () => {
    const merged = mergeHistory([two, four], [three, four, five], seen(one), keyOf);
    expect(ids(merged.messages)).toEqual([2, 3, 4, 5]);
  });

  test("a late print has the place that history gives it", () => {
    const merged = mergeHistory([two, three, four], [four, three], seen(one), keyOf);
    expect(ids(merged.messages)).toEqual([2, 3, 4]);
  });

  test("history that has nothing live yet does not reach the present", () => {
    expect(mergeHistory([two], [three], seen(one), keyOf).reachesPresent).toBe(false);
    expect(mergeHistory([], [three], seen(one), keyOf).reachesPresent).toBe(false);
  });

  test("something later than a live message is no proof: the live one may have come late", () => {
    expect(mergeHistory([three], [two], seen(one), keyOf).reachesPresent).toBe(false);
    const much = tradeAt(20 + 2_000, 9);
    expect(mergeHistory([three, much], [two], seen(one), keyOf).reachesPresent).toBe(true);
  });

  test("where something was missed between live messages, those after it have to be reached", () => {
    expect(mergeHistory([two, three], [two, five], seen(one), keyOf, 1).reachesPresent).toBe(false);
    expect(mergeHistory([three, five], [two, five], seen(one), keyOf, 1).reachesPresent).toBe(true);
    expect(mergeHistory([three], [two], seen(one), keyOf, 1).reachesPresent).toBe(true);
  });

  test("an identity is time and key", () => {
    expect(identityOf({ seconds: 1, nanos: 2 }, 3)).toBe("1.2.3");
  });
});
