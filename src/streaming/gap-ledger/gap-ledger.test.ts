import { describe, expect, test } from "vitest";
import {
  ALL_TRADES,
  cutLedger,
  openedLedger,
  tradeAt,
} from "../../../test/support/opened-ledger.ts";
import { NotEntitledError, VenueRejectedError } from "../../core/errors.ts";
import type { MarketData } from "../../model/market-data.ts";
import { compareTimes } from "../../model/venue-time.ts";

describe("repairing", () => {
  test("history comes first, then what was held back, then the live messages; each once", async () => {
    const { clock, history, delivered, receive, told, errors } = await cutLedger();
    history.answer = () => ALL_TRADES;
    receive(tradeAt(220, 6));
    expect(delivered).toEqual(["AAPL 1", "AAPL 2"]);
    await clock.advance(250);
    expect(delivered).toEqual(["AAPL 1", "AAPL 2", "AAPL 3", "AAPL 4", "AAPL 5", "AAPL 6"]);
    receive(tradeAt(300, 7));
    expect(delivered.at(-1)).toBe("AAPL 7");
    expect(told()).toEqual(["repaired disconnect AAPL 90..210"]);
    expect(errors).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("what history had before the stream is not delivered again when the stream brings it", async () => {
    const { clock, history, delivered, receive, ledger } = await cutLedger();
    history.answer = () => [...ALL_TRADES, tradeAt(220, 6), tradeAt(230, 7)];
    await clock.advance(250);
    receive(tradeAt(220, 6), tradeAt(230, 7), tradeAt(240, 8));
    expect(delivered.slice(2)).toEqual([3, 4, 5, 6, 7, 8].map((id) => `AAPL ${id}`));
    expect(ledger.report()["trades"]?.["AAPL"]).toMatchObject({ duplicates: 2, recovered: 4 });
  });

  test("what history had before the stream stays known through a second repair", async () => {
    const { clock, history, delivered, receive, ledger } = await cutLedger();
    history.answer = () => [...ALL_TRADES, tradeAt(220, 6), tradeAt(230, 7)];
    await clock.advance(250);
    ledger.suspect("undecodable");
    history.answer = () => [...ALL_TRADES, tradeAt(220, 6), tradeAt(230, 7), tradeAt(235, 8)];
    await clock.advance(250);
    receive(tradeAt(220, 6), tradeAt(230, 7), tradeAt(235, 8), tradeAt(240, 9));
    expect(delivered.slice(2)).toEqual([3, 4, 5, 6, 7, 8, 9].map((id) => `AAPL ${id}`));
  });

  test("lost again on the way: what waits is kept, the gap begins where it began, nothing comes twice", async () => {
    const { clock, history, delivered, receive, ledger, grant, told } = await cutLedger();
    await clock.advance(20);
    ledger.lost("disconnect");
    await clock.advance(80); // 6 is missed
    grant({ trades: ["AAPL"] });
    receive(tradeAt(310, 7));
    history.answer = () => [...ALL_TRADES, tradeAt(250, 6), tradeAt(310, 7)];
    await clock.advance(250);
    expect(delivered).toEqual([1, 2, 3, 4, 5, 6, 7].map((id) => `AAPL ${id}`));
    expect(told()).toEqual(["repaired disconnect AAPL 90..310"]);
    expect(history.asked).toHaveLength(1);
    expect(ledger.report()["trades"]?.["AAPL"]).toMatchObject({ gapsRepaired: 1, recovered: 3 });
    expect(clock.pendingTimers).toBe(0);
  });

  test("lost again on the way: history that reaches the first connection only is asked again", async () => {
    const { clock, history, delivered, receive, ledger, grant } = await cutLedger();
    ledger.lost("disconnect");
    await clock.advance(100);
    grant({ trades: ["AAPL"] });
    receive(tradeAt(310, 7));
    history.answer = () => ALL_TRADES; // 6 is not in it yet
    await clock.advance(250);
    expect(delivered).toHaveLength(2);
    history.answer = () => [...ALL_TRADES, tradeAt(250, 6), tradeAt(310, 7)];
    await clock.advance(500);
    expect(delivered).toEqual([1, 2, 3, 4, 5, 6, 7].map((id) => `AAPL ${id}`));
  });

  test("lost again and given up: the range that is told reaches the last connection", async () => {
    const { clock, history, receive, ledger, grant, told } = await cutLedger();
    ledger.lost("disconnect");
    await clock.advance(100);
    grant({ trades: ["AAPL"] });
    receive(tradeAt(310, 7));
    history.answer = () => Promise.reject(new VenueRejectedError(400, "no"));
    await clock.advance(250);
    expect(told()).toEqual(["lost history-failed disconnect AAPL 90..310"]);
  });

  test("history that does not reach the present is asked again, until the deadline", async () => {
    const { clock, history, delivered, receive, told } = await cutLedger();
    history.answer = () => ALL_TRADES.slice(0, 3);
    receive(tradeAt(220, 6));
    await clock.advance(29_999);
    expect(history.asked.length).toBeGreaterThan(3);
    expect(told()).toEqual([]);
    expect(delivered).toHaveLength(2);
    await clock.advance(1);
    expect(told()).toEqual(["lost history-behind disconnect AAPL 90..210"]);
    expect(delivered.slice(2)).toEqual(["AAPL 5", "AAPL 6"]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("an error that may be tried again is reported and tried again", async () => {
    const { clock, history, delivered, errors, told } = await cutLedger();
    const busy = Object.assign(new VenueRejectedError(500, "busy"), { disposition: "retry" });
    history.answer = () => Promise.reject(busy);
    await clock.advance(250);
    expect(errors).toEqual([busy]);
    history.answer = () => ALL_TRADES;
    await clock.advance(500);
    expect(delivered).toEqual([1, 2, 3, 4, 5].map((id) => `AAPL ${id}`));
    expect(told()).toEqual(["repaired disconnect AAPL 90..210"]);
  });

  test("an error that may be tried again until the deadline: history could not be had", async () => {
    const { clock, history, told } = await cutLedger();
    const busy = Object.assign(new VenueRejectedError(500, "busy"), { disposition: "retry" });
    history.answer = () => Promise.reject(busy);
    await clock.advance(30_000);
    expect(told()).toEqual(["lost history-failed disconnect AAPL 90..210"]);
  });

  test.each([
    ["not-entitled", new NotEntitledError(409, "no")],
    ["history-failed", new VenueRejectedError(400, "no")],
  ] as const)("an error that stays: lost at once, %s", async (reason, error) => {
    const { clock, history, delivered, errors, told } = await cutLedger();
    history.answer = () => Promise.reject(error);
    await clock.advance(250);
    expect(told()).toEqual([`lost ${reason} disconnect AAPL 90..210`]);
    expect(errors).toEqual([error]);
    expect(delivered.at(-1)).toBe("AAPL 5");
    expect(clock.pendingTimers).toBe(0);
  });

  test("the deadline does not wait for a history that never answers", async () => {
    const { clock, history, delivered, told } = await cutLedger();
    history.answer = () => new Promise(() => {});
    await clock.advance(30_000);
    expect(told()).toEqual(["lost deadline disconnect AAPL 90..210"]);
    expect(delivered.at(-1)).toBe("AAPL 5");
    expect(history.asked[0]?.signal.aborted).toBe(true);
    expect(history.asked[0]?.signal.reason).toBeInstanceOf(Error);
    expect(clock.pendingTimers).toBe(0);
  });

  test("an answer that comes after the deadline changes nothing", async () => {
    const { clock, history, delivered, told, settle } = await cutLedger();
    let answer = (_: readonly MarketData[]): void => {};
    history.answer = () => new Promise((resolve) => (answer = resolve));
    await clock.advance(30_000);
    const before = [...delivered];
    answer(ALL_TRADES);
    await settle();
    expect(delivered).toEqual(before);
    expect(told()).toHaveLength(1);
  });

  test("a long outage is not repaired", async () => {
    const { clock, ledger, grant, receive, told, history, delivered } = openedLedger();
    grant({ trades: ["AAPL"] });
    receive(tradeAt(0, 1));
    ledger.lost("disconnect");
    await clock.advance(900_001);
    grant({ trades: ["AAPL"] });
    receive(tradeAt(900_010, 9));
    expect(delivered).toEqual(["AAPL 1", "AAPL 9"]);
    await clock.advance(250);
    expect(told()).toEqual(["lost outage-too-long disconnect AAPL 0..900010"]);
    expect(history.asked).toEqual([]);
  });

  test("a long outage after a short one: what waited goes out, and the range covers both", async () => {
    const { clock, ledger, grant, receive, told, delivered } = await cutLedger();
    ledger.lost("disconnect");
    await clock.advance(900_001);
    grant({ trades: ["AAPL"] });
    receive(tradeAt(900_300, 9));
    expect(delivered.slice(2)).toEqual(["AAPL 5", "AAPL 9"]);
    await clock.advance(250);
    expect(told()).toEqual(["lost outage-too-long disconnect AAPL 90..900300"]);
  });

  test("no more is held back than is allowed", async () => {
    const { clock, delivered, receive, told, history } = await cutLedger(
      openedLedger({ backfill: { maxHeldMessages: 3 } }),
    );
    receive(tradeAt(220, 6), tradeAt(230, 7));
    expect(delivered).toHaveLength(2);
    receive(tradeAt(240, 8), tradeAt(250, 9));
    expect(delivered.slice(2)).toEqual([5, 6, 7, 8, 9].map((id) => `AAPL ${id}`));
    expect(told()).toEqual(["lost too-much-waiting disconnect AAPL 90..210"]);
    await clock.advance(250);
    expect(history.asked).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("no more of history is looked at than is allowed", async () => {
    const { clock, delivered, told, history } = await cutLedger(
      openedLedger({ backfill: { maxHistoryMessages: 4 } }),
    );
    history.answer = () => ALL_TRADES;
    await clock.advance(250);
    expect(delivered.slice(2)).toEqual(["AAPL 5"]);
    expect(told()).toEqual(["lost too-much-history disconnect AAPL 90..210"]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("what the venue sends ahead of its acknowledgement waits as well", async () => {
    const { clock, ledger, grant, receive, history, delivered } = openedLedger();
    grant({ trades: ["AAPL"] });
    receive(tradeAt(0, 1));
    ledger.lost("disconnect");
    await clock.advance(100);
    receive(tradeAt(90, 3));
    grant({ trades: ["AAPL"] });
    history.answer = () => [tradeAt(50, 2), tradeAt(90, 3)];
    await clock.advance(250);
    expect(delivered).toEqual(["AAPL 1", "AAPL 2", "AAPL 3"]);
  });

  test("too much ahead of the acknowledgement: it goes out, and the gap goes on", async () => {
    const { clock, ledger, grant, receive, delivered, told } = openedLedger({
      backfill: { maxHeldMessages: 1 },
    });
    grant({ trades: ["AAPL"] });
    receive(tradeAt(0, 1));
    ledger.lost("disconnect");
    await clock.advance(100);
    receive(tradeAt(90, 3), tradeAt(95, 4));
    expect(delivered).toEqual(["AAPL 1", "AAPL 3", "AAPL 4"]);
    expect(told()).toEqual(["lost too-much-waiting disconnect AAPL 0..90"]);
    await clock.advance(100);
    grant({ trades: ["AAPL"] });
    await clock.advance(250);
    expect(told()[1]).toBe("repaired disconnect AAPL 95..201");
  });

  test("a wall clock that is ahead of the venue's hides nothing", async () => {
    const { clock, ledger, grant, receive, history, delivered } = openedLedger();
    clock.jumpWall(60_000);
    grant({ trades: ["AAPL"] });
    receive(tradeAt(10, 1));
    ledger.lost("disconnect");
    grant({ trades: ["AAPL"] });
    history.answer = () => [tradeAt(10, 1), tradeAt(20, 2)];
    await clock.advance(250);
    expect(delivered).toEqual(["AAPL 1", "AAPL 2"]);
  });

  test("a late print is looked for, but nothing from before the first message", async () => {
    const { clock, ledger, grant, receive, history, delivered } = openedLedger();
    grant({ trades: ["AAPL"] });
    receive(tradeAt(5_000, 1), tradeAt(9_000, 2));
    ledger.lost("disconnect");
    await clock.advance(100);
    grant({ trades: ["AAPL"] });
    history.answer = () =>
      [4_000, 5_000, 6_000, 8_000, 9_000].map((ms, at) =>
        tradeAt(ms, at === 1 ? 1 : at === 4 ? 2 : ms),
      );
    await clock.advance(250);
    expect(delivered).toEqual(["AAPL 1", "AAPL 2", "AAPL 8000"]);
  });

  test("lost again while its channel went on: it is still asked for from where it was lost", async () => {
    const { clock, ledger, grant, receive, history, delivered, told } = openedLedger();
    const both = { trades: ["AAPL", "MSFT"] };
    grant(both);
    receive(tradeAt(0, 1), tradeAt(0, 1, "MSFT"));
    ledger.lost("disconnect");
    await clock.advance(100);
    grant(both);
    receive(tradeAt(110, 3)); // history will not have it for long
    history.answer = () => [tradeAt(0, 1), tradeAt(50, 2)];
    await clock.advance(15_000);
    receive(tradeAt(15_050, 2, "MSFT"));
    expect(delivered).toEqual(["AAPL 1", "MSFT 1", "MSFT 2"]);
    ledger.lost("mute");
    grant(both);
    history.answer = ({ from }) => {
      const rows = [tradeAt(0, 1), tradeAt(50, 2), tradeAt(110, 3), tradeAt(15_050, 2, "MSFT")];
      return rows.filter((row) => compareTimes(row, from) >= 0);
    };
    await clock.advance(250);
    expect(delivered.slice(3)).toEqual(["AAPL 2", "AAPL 3"]);
    expect(told().filter((gap) => gap.includes("AAPL"))).toEqual([
      "repaired disconnect AAPL 0..15101",
    ]);
  });
});

describe("what is done is up to the policy", () => {
  test("report: live messages pass at once, the range ends at the first of them", async () => {
    const opened = await cutLedger(openedLedger({ backfill: { policy: "report" } }));
    const { clock, delivered, history, told } = opened;
    expect(delivered).toEqual(["AAPL 1", "AAPL 2", "AAPL 5"]);
    await clock.advance(250);
    expect(told()).toEqual(["lost reported-only disconnect AAPL 90..210"]);
    expect(history.asked).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("report: two outages without a message between them are one", async () => {
    const { clock, ledger, grant, receive, told } = openedLedger({
      backfill: { policy: "report" },
    });
    grant({ trades: ["AAPL"] });
    receive(tradeAt(0, 1));
    ledger.lost("disconnect");
    await clock.advance(100);
    grant({ trades: ["AAPL"] });
    await clock.advance(100);
    ledger.lost("disconnect");
    await clock.advance(100);
    grant({ trades: ["AAPL"] });
    receive(tradeAt(310, 4));
    await clock.advance(250);
    expect(told()).toEqual(["lost reported-only disconnect AAPL 0..310"]);
  });

  test("report: a late print does not end the range", async () => {
    const { clock, ledger, grant, receive, delivered, told } = openedLedger({
      backfill: { policy: "report" },
    });
    grant({ trades: ["AAPL"] });
    receive(tradeAt(90, 1));
    ledger.suspect("undecodable");
    receive(tradeAt(80, 3), tradeAt(110, 4));
    expect(delivered).toEqual(["AAPL 1", "AAPL 3", "AAPL 4"]);
    await clock.advance(250);
    expect(told()).toEqual(["lost reported-only undecodable AAPL 90..110"]);
  });

  test("ignore: nothing is asked and nothing told", async () => {
    const { clock, ledger, delivered, history, told } = await cutLedger(
      openedLedger({ backfill: { policy: "ignore" } }),
    );
    await clock.advance(60_000);
    expect(delivered).toEqual(["AAPL 1", "AAPL 2", "AAPL 5"]);
    expect([told(), history.asked]).toEqual([[], []]);
    expect(ledger.report()["trades"]?.["AAPL"]).toMatchObject({ isOpen: false });
  });

  test("a symbol's own policy goes before that of `*`, and that before the stream's", async () => {
    const { clock, ledger, grant, receive, told } = openedLedger();
    ledger.setPolicy({ trades: ["*"] }, "report");
    ledger.setPolicy({ trades: ["MSFT"] }, "repair");
    ledger.setPolicy({ trades: ["NVDA"] }, "ignore");
    const selection = { trades: ["AAPL", "MSFT", "NVDA"], quotes: ["AAPL"] };
    grant(selection);
    receive(...selection.trades.map((symbol) => tradeAt(0, 1, symbol)));
    ledger.lost("mute");
    await clock.advance(100);
    grant(selection);
    await clock.advance(250);
    expect(told().sort()).toEqual([
      "lost reported-only mute AAPL 0..101",
      "repaired mute MSFT 0..101",
      "reseeded mute AAPL 0..101",
    ]);
  });

  test("without anybody to ask everything stays lost, and is told", async () => {
    const { clock, told } = await cutLedger(openedLedger({ history: null }));
    await clock.advance(250);
    expect(told()).toEqual(["lost no-history disconnect AAPL 90..210"]);
  });
});
