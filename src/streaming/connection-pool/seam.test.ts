import { describe, expect, test } from "vitest";
import type { MarketData } from "../../model/market-data.ts";
import { Trade } from "../../model/trade.ts";
import { Seam } from "./seam.ts";

function trade(id: number, exchange = "V"): MarketData {
  return Trade.from("A", { seconds: 1, nanos: 0 }, id, {
    rawId: id,
    price: 1,
    size: 1,
    conditions: [],
    exchange,
    tape: "C",
    takerSide: "unknown",
  });
}

function sewn(maxMessages = 100) {
  const delivered: (string | undefined)[] = [];
  const counter = { duplicatesRemoved: 0 };
  let overflows = 0;
  const deliver = (_channel: string, _symbol: string, message: MarketData): void => {
    if (message.type === "trade") delivered.push(message.id);
  };
  const seam = new Seam(deliver, maxMessages, counter, () => overflows++);
  return {
    seam,
    delivered,
    counter,
    overflows: () => overflows,
    old: seam.recorder("trades", "A"),
    next: seam.gate("trades", "A"),
  };
}

describe("a seam", () => {
  test("leaves out what both brought, whichever was first, before and after the release", () => {
    const { seam, old, next, delivered, counter } = sewn();
    old(trade(1));
    next(trade(1));
    next(trade(2));
    old(trade(2));
    old(trade(3));
    next(trade(4)); // after 3 on every connection, but this one lost 3 on the way
    seam.release();
    next(trade(3));
    next(trade(5));
    expect(delivered).toEqual(["4", "5"]);
    expect(counter.duplicatesRemoved).toBe(3);
  });

  test("tells trades of one id on two exchanges apart", () => {
    const { seam, old, next, delivered } = sewn();
    old(trade(1, "V"));
    next(trade(1, "Q"));
    seam.release();
    expect(delivered).toEqual(["1"]);
  });

  test("begun again, leaves out everything delivered since the mark, matched or not", () => {
    const { seam, old, next, delivered } = sewn();
    old(trade(1));
    next(trade(1));
    seam.mark();
    old(trade(2));
    next(trade(2));
    next(trade(3));
    seam.discard();
    next(trade(4));
    seam.pass();
    for (const id of [2, 3, 4, 5]) next(trade(id));
    expect(delivered).toEqual(["3", "4", "5"]);
  });

  test("holds no more than it may, in either direction", () => {
    const ahead = sewn(2);
    for (const id of [1, 2, 3]) ahead.next(trade(id));
    const behind = sewn(2);
    for (const id of [1, 2, 3]) behind.old(trade(id));
    expect([ahead.overflows(), behind.overflows()]).toEqual([1, 1]);
  });
});
