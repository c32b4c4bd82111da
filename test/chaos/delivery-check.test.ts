import { describe, expect, test } from "vitest";
import { Gap } from "../../src/model/gap.ts";
import { checkDelivery, type Known, sumOf } from "./delivery-check.ts";

const TAPE: readonly Known[] = [1, 2, 3, 4, 5].map((second) => ({
  id: `${second}`,
  seconds: second,
  nanos: 0,
}));

const lostBetween = (from: number, to: number): Gap =>
  new Gap({
    status: "lost",
    channel: "trades",
    ranges: new Map([
      ["AAPL", { from: { seconds: from, nanos: 0 }, to: { seconds: to, nanos: 0 } }],
    ]),
    cause: "disconnect",
    reason: "reported-only",
  });

const check = (delivered: readonly string[], gaps: readonly Gap[] = []) =>
  checkDelivery({
    channel: "trades",
    symbol: "AAPL",
    tape: TAPE,
    delivered,
    gaps,
    lostRanges: gaps.flatMap((gap) => gap.ranges.get("AAPL") ?? []),
  });

describe("what the counting of a run finds", () => {
  test("nothing, where everything came once and in order", () => {
    expect(check(["1", "2", "3", "4", "5", "6"])).toMatchObject({
      expected: 5,
      delivered: 6,
      lost: 0,
      duplicated: 0,
      outOfOrder: 0,
      unreported: 0,
      falselyReported: 0,
      ledgerLost: 0,
    });
  });

  test("what is missing, and whether that was told", () => {
    expect(check(["1", "3", "5"])).toMatchObject({ lost: 2, unreported: 2, ledgerLost: 0 });
    expect(check(["1", "3", "5"], [lostBetween(1, 3)])).toMatchObject({
      lost: 2,
      unreported: 1,
      ledgerLost: 1,
      falselyReported: 0,
    });
  });

  test("what came again, and what came too late", () => {
    expect(check(["1", "2", "2", "3", "4", "5"])).toMatchObject({ duplicated: 1, outOfOrder: 0 });
    expect(check(["1", "3", "2", "4", "5"])).toMatchObject({ lost: 0, outOfOrder: 1 });
  });

  test("what was told as lost and came all the same", () => {
    expect(check(["1", "2", "3", "4", "5"], [lostBetween(1, 4)])).toMatchObject({
      lost: 0,
      falselyReported: 2,
      ledgerLost: 2,
    });
  });

  test("the ends of a range are outside it", () => {
    expect(check(["1", "2", "4", "5"], [lostBetween(2, 4)])).toMatchObject({
      lost: 1,
      unreported: 0,
      falselyReported: 0,
      ledgerLost: 1,
    });
  });

  test("sums add up", () => {
    const sum = sumOf([check(["1"]), check(["1", "2", "2"])]);
    expect(sum).toMatchObject({ expected: 10, delivered: 4, lost: 7, duplicated: 1 });
  });
});
