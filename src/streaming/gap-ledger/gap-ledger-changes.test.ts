import { describe, expect, test } from "vitest";
import {
  ALL_TRADES,
  cutLedger,
  openedLedger,
  tradeAt,
} from "../../../test/support/opened-ledger.ts";
import { VenueRejectedError } from "../../core/errors.ts";
import type { MarketData } from "../../model/market-data.ts";

describe("every symbol", () => {
  test("those that were seen are repaired as far back as the channel was silent; of others it is told", async () => {
    const { clock, ledger, grant, receive, history, delivered, told } = openedLedger();
    grant({ trades: ["*"] });
    receive(tradeAt(0, 1), tradeAt(10, 1, "MSFT"));
    await clock.advance(20_000); // half open: nobody knows yet
    ledger.lost("disconnect");
    grant({ trades: ["*"] });
    history.answer = () => [tradeAt(0, 1), tradeAt(9_000, 2), tradeAt(10, 1, "MSFT")];
    await clock.advance(250);
    expect(history.asked[0]?.symbols).toEqual(["AAPL", "MSFT"]);
    expect(delivered).toEqual(["AAPL 1", "MSFT 1", "AAPL 2"]);
    expect(told()).toEqual([
      "lost unseen-symbols disconnect * 0..20001",
      "repaired disconnect AAPL 0..20001 MSFT 10..20001",
    ]);
    const { AAPL } = ledger.report()["trades"] ?? {};
    expect(AAPL).toMatchObject({ repairedSeconds: 20.001, completeSeconds: 0.249, lostSeconds: 0 });
  });

  test("symbols that were given up and come back under `*` are kept account of", async () => {
    const { ledger, grant, receive, clock, history, delivered } = openedLedger();
    grant({ trades: ["AAPL"] });
    receive(tradeAt(0, 1));
    grant({});
    grant({ trades: ["*"] });
    receive(tradeAt(10, 2));
    ledger.lost("disconnect");
    grant({ trades: ["*"] });
    history.answer = () => [tradeAt(10, 2), tradeAt(20, 3)];
    await clock.advance(250);
    expect(delivered).toEqual(["AAPL 1", "AAPL 2", "AAPL 3"]);
  });
});

describe("something that nobody can read", () => {
  test("opens a gap while everything is complete", async () => {
    const { clock, ledger, grant, receive, history, delivered, told } = openedLedger();
    grant({ trades: ["AAPL"] });
    receive(tradeAt(0, 1));
    ledger.suspect("undecodable");
    receive(tradeAt(20, 3));
    expect(delivered).toEqual(["AAPL 1"]);
    history.answer = () => [tradeAt(0, 1), tradeAt(10, 2), tradeAt(20, 3)];
    await clock.advance(250);
    expect(delivered).toEqual(["AAPL 1", "AAPL 2", "AAPL 3"]);
    expect(told()).toEqual(["repaired undecodable AAPL 0..20"]);
  });

  test("while an answer is on its way: that answer is not the whole, and history gets its time again", async () => {
    const { clock, ledger, receive, history, delivered, settle } = await cutLedger();
    let answer = (_: readonly MarketData[]): void => {};
    history.answer = () => new Promise((resolve) => (answer = resolve));
    await clock.advance(250);
    ledger.suspect("undecodable"); // 6 was in it
    receive(tradeAt(480, 7));
    answer([...ALL_TRADES, tradeAt(480, 7)]);
    await settle();
    expect(delivered).toHaveLength(2);
    history.answer = () => [...ALL_TRADES, tradeAt(460, 6), tradeAt(480, 7)];
    await clock.advance(500);
    expect(delivered).toEqual([1, 2, 3, 4, 5, 6, 7].map((id) => `AAPL ${id}`));
  });

  test("before the first question: history gets its time from then on", async () => {
    const { clock, ledger, history } = await cutLedger();
    await clock.advance(200);
    ledger.suspect("undecodable");
    await clock.advance(50);
    expect(history.asked).toEqual([]);
    await clock.advance(250);
    expect(history.asked).toHaveLength(1);
  });

  test("while repairing, and given up then: the range covers it", async () => {
    const { clock, ledger, history, told } = await cutLedger();
    await clock.advance(100);
    ledger.suspect("undecodable");
    history.answer = () => Promise.reject(new VenueRejectedError(400, "no"));
    await clock.advance(500);
    expect(told()).toEqual(["lost history-failed disconnect AAPL 90..301"]);
  });

  test("many of them make one gap, and one question at a time", async () => {
    const { clock, ledger, grant, receive, history, told } = openedLedger();
    grant({ trades: ["AAPL"], quotes: ["AAPL"] });
    receive(tradeAt(0, 1));
    for (let frame = 0; frame < 1_000; frame++) ledger.suspect("undecodable");
    expect(clock.pendingTimers).toBe(4); // a pause and a deadline for each channel
    await clock.advance(1_000);
    expect([history.asked.length, history.askedLatest.length]).toEqual([1, 1]);
    expect(told()).toHaveLength(2);
  });
});

describe("the end of a subscription", () => {
  test("unsubscribed while away: what is missing is told, what waited goes out", async () => {
    const { clock, ledger, grant, delivered, told, history } = await cutLedger();
    ledger.lost("disconnect");
    grant({});
    expect(delivered.at(-1)).toBe("AAPL 5");
    expect(told()).toEqual(["lost unsubscribed disconnect AAPL 90..201"]);
    expect(ledger.report()).toEqual({});
    await clock.advance(60_000);
    expect(history.asked).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("away and still wanted: the gap stays open until it is granted", () => {
    const { ledger, grant, receive, gaps } = openedLedger();
    grant({ trades: ["AAPL", "MSFT"] });
    receive(tradeAt(0, 1), tradeAt(0, 1, "MSFT"));
    ledger.lost("disconnect");
    ledger.granted({ trades: ["MSFT"] }, { trades: ["AAPL", "MSFT"] });
    expect(gaps).toEqual([]);
    expect(ledger.report()["trades"]?.["AAPL"]?.isOpen).toBe(true);
  });

  test("what comes after it is delivered, and is no part of the next subscription", async () => {
    const { clock, ledger, grant, receive, delivered, told } = openedLedger();
    grant({ trades: ["AAPL"] });
    receive(tradeAt(0, 1));
    grant({});
    receive(tradeAt(10, 2));
    expect(delivered).toEqual(["AAPL 1", "AAPL 2"]);
    await clock.advance(60_000);
    grant({ trades: ["AAPL"] });
    await clock.advance(1_000);
    ledger.lost("disconnect");
    ledger.close();
    expect(told()).toEqual(["lost closed disconnect AAPL 60000..61001"]);
  });

  test("close: what waits goes out, what is missing is told, no timer and no question is left", async () => {
    const { clock, ledger, delivered, told, history } = await cutLedger();
    let answer = (_: readonly MarketData[]): void => {};
    history.answer = () => new Promise((resolve) => (answer = resolve));
    await clock.advance(250);
    ledger.close();
    ledger.close();
    expect(delivered).toEqual(["AAPL 1", "AAPL 2", "AAPL 5"]);
    expect(told()).toEqual(["lost closed disconnect AAPL 90..210"]);
    expect(clock.pendingTimers).toBe(0);
    expect(history.asked[0]?.signal.aborted).toBe(true);
    answer(ALL_TRADES);
    await clock.advance(60_000);
    expect(delivered).toHaveLength(3);
    expect(told()).toHaveLength(1);
  });

  test("closed by whoever is told of a gap: nothing is begun any more", async () => {
    const { clock, ledger, grant, receive, gaps, history } = openedLedger();
    grant({ trades: ["*"] });
    receive(tradeAt(0, 1));
    ledger.lost("disconnect");
    gaps.push = (...told) => {
      ledger.close();
      return told.length;
    };
    grant({ trades: ["*"] });
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(60_000);
    expect(history.asked).toEqual([]);
  });

  test("closed by whoever gets a message that waited: the others that waited still come, once", async () => {
    const { clock, ledger, flow, delivered, history, receive, gaps } = await cutLedger();
    receive(tradeAt(220, 6));
    history.answer = () => ALL_TRADES;
    flow.add("trade", "AAPL", () => ledger.close());
    await clock.advance(250);
    expect(delivered).toEqual([1, 2, 3, 4, 5, 6].map((id) => `AAPL ${id}`));
    expect(gaps.map(({ status }) => status)).toEqual(["repaired"]);
    expect(ledger.report()).toEqual({});
    expect(clock.pendingTimers).toBe(0);
  });

  test("a callback that throws is reported and stops nothing", async () => {
    const { clock, flow, delivered, errors, history } = await cutLedger();
    flow.add("trade", "AAPL", () => {
      throw new Error("mine");
    });
    history.answer = () => ALL_TRADES;
    await clock.advance(250);
    expect(delivered).toEqual([1, 2, 3, 4, 5].map((id) => `AAPL ${id}`));
    expect(errors.map(({ code }) => code)).toEqual(["ERR_HANDLER", "ERR_HANDLER", "ERR_HANDLER"]);
  });
});

describe("what nobody repairs", () => {
  const report = { backfill: { policy: "report" } } as const;

  test("ended by our clock, it proves smaller at the first live message; what was told stays", async () => {
    const { clock, ledger, grant, receive, told } = openedLedger(report);
    grant({ trades: ["AAPL"] });
    receive(tradeAt(0, 1));
    ledger.lost("disconnect");
    await clock.advance(200);
    grant({ trades: ["AAPL"] });
    await clock.advance(250);
    expect(told()).toEqual(["lost reported-only disconnect AAPL 0..201"]);
    receive(tradeAt(150, 2)); // it was on its way when the venue's acknowledgement came
    const { seconds, nanos } = tradeAt(150, 2);
    const { AAPL } = ledger.report()["trades"] ?? {};
    expect(AAPL?.lostRanges.map(({ to }) => to)).toEqual([{ seconds, nanos }]);
    expect(AAPL?.lostSeconds).toBeCloseTo(0.15, 9);
  });

  test.each(["lost", "suspect"] as const)(
    "broken by messages without an acknowledgement, it is two: %s",
    async (what) => {
      const { clock, ledger, grant, receive, delivered, told } = openedLedger(report);
      grant({ trades: ["AAPL"] });
      receive(tradeAt(0, 1));
      ledger.lost("disconnect");
      await clock.advance(200);
      receive(tradeAt(150, 2), tradeAt(160, 3)); // ahead of the acknowledgement, which never comes
      if (what === "lost") ledger.lost("disconnect");
      else ledger.suspect("undecodable");
      await clock.advance(200);
      grant({ trades: ["AAPL"] });
      receive(tradeAt(390, 4));
      await clock.advance(250);
      expect(delivered).toEqual([1, 2, 3, 4].map((id) => `AAPL ${id}`));
      const second = what === "lost" ? "disconnect" : "undecodable";
      expect(told()).toEqual([
        "lost reported-only disconnect AAPL 0..150",
        `lost reported-only ${second} AAPL 160..390`,
      ]);
    },
  );
});

describe("another connection takes over", () => {
  test("what came between is repaired there, nothing twice, however many were seen here", async () => {
    const one = openedLedger();
    one.grant({ trades: ["AAPL"] });
    // A late print first, so that its time says nothing about what was seen before it.
    one.receive(tradeAt(500, 100), tradeAt(1_000, 101), tradeAt(600, 102));
    const ids = Array.from({ length: 15 }, (_, at) => at + 103);
    one.receive(...ids.map((id) => tradeAt(1_100 + id, id)));
    const { clock } = one;
    const other = openedLedger({ clock });
    other.ledger.takeOver(one.ledger.marks({ trades: ["AAPL"], quotes: ["AAPL"] }));
    await clock.advance(100);
    other.grant({ trades: ["AAPL"] });
    other.receive(tradeAt(1_300, 301));
    other.history.answer = () => [
      tradeAt(500, 100),
      tradeAt(600, 102),
      tradeAt(1_000, 101),
      ...ids.map((id) => tradeAt(1_100 + id, id)),
      tradeAt(1_250, 300),
      tradeAt(1_300, 301),
    ];
    await clock.advance(250);
    await other.settle();
    expect(other.delivered).toEqual(["AAPL 300", "AAPL 301"]);
    expect(other.told()).toEqual(["repaired handover AAPL 1217..1300"]);
  });

  test("an open gap goes along", async () => {
    const one = openedLedger();
    one.grant({ trades: ["AAPL"] });
    one.receive(tradeAt(0, 1));
    one.ledger.lost("mute");
    const other = openedLedger({ clock: one.clock, history: one.history });
    other.ledger.takeOver(one.ledger.marks({ trades: ["AAPL"] }));
    await one.clock.advance(100);
    other.grant({ trades: ["AAPL"] });
    one.history.answer = () => [tradeAt(0, 1), tradeAt(10, 2)];
    await one.clock.advance(250);
    expect(other.delivered).toEqual(["AAPL 2"]);
    expect(other.told()).toEqual(["repaired mute AAPL 0..101"]);
  });

  test("counts for the subscription it was meant for, and for no later one", async () => {
    const one = openedLedger();
    one.grant({ trades: ["AAPL"] });
    one.receive(tradeAt(0, 1));
    const marks = one.ledger.marks({ trades: ["AAPL"] });
    const other = openedLedger({ clock: one.clock });
    const isOpen = (): boolean | undefined => other.ledger.report()["trades"]?.["AAPL"]?.isOpen;
    other.ledger.takeOver(marks);
    other.grant({}); // refused
    other.grant({ trades: ["AAPL"] });
    expect(isOpen()).toBe(false);
    other.ledger.takeOver(marks); // has it already
    other.ledger.granted({}, { trades: ["AAPL"] });
    other.grant({ trades: ["AAPL"] });
    expect(isOpen()).toBe(false);
  });
});
