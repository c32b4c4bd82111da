import { describe, expect, test } from "vitest";
import { quoteAt } from "../../../test/support/alpaca-models.ts";
import {
  cutLedger,
  type OpenedLedger,
  openedLedger,
  START_MS,
  tradeAt,
} from "../../../test/support/opened-ledger.ts";
import { VenueRejectedError } from "../../core/errors.ts";
import type { MarketData } from "../../model/market-data.ts";
import { OrderBook } from "../../model/order-book.ts";

describe("quotes, of which only the latest counts", () => {
  async function cutQuotes(): Promise<OpenedLedger> {
    const opened = openedLedger();
    opened.grant({ quotes: ["AAPL"] });
    opened.receive(quoteAt(START_MS + 50));
    await opened.clock.advance(100);
    opened.ledger.lost("disconnect");
    await opened.clock.advance(100);
    opened.grant({ quotes: ["AAPL"] });
    return opened;
  }

  test("the latest is delivered when it is news", async () => {
    const { clock, history, delivered, told } = await cutQuotes();
    history.answerLatest = () => [quoteAt(START_MS + 150)];
    await clock.advance(250);
    expect(delivered).toEqual(["AAPL quote", "AAPL quote"]);
    expect(told()).toEqual(["reseeded disconnect AAPL 50..201"]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("the latest is not delivered when it was seen", async () => {
    const { clock, history, delivered, told } = await cutQuotes();
    history.answerLatest = () => [quoteAt(START_MS + 50)];
    await clock.advance(250);
    expect(delivered).toEqual(["AAPL quote"]);
    expect(told()).toEqual(["reseeded disconnect AAPL 50..201"]);
  });

  test("a live quote ends the gap, and the answer comes too late", async () => {
    const { clock, history, delivered, receive, told } = await cutQuotes();
    let answer = (_: readonly MarketData[]): void => {};
    history.answerLatest = () => new Promise((resolve) => (answer = resolve));
    await clock.advance(250);
    receive(quoteAt(START_MS + 460));
    answer([quoteAt(START_MS + 450)]);
    await clock.advance(1_000);
    expect(delivered).toEqual(["AAPL quote", "AAPL quote"]);
    expect(told()).toEqual(["reseeded disconnect AAPL 50..460"]);
  });

  test("an answer from before something unreadable is not the latest", async () => {
    const { clock, history, ledger, settle, told } = await cutQuotes();
    let answer = (_: readonly MarketData[]): void => {};
    history.answerLatest = () => new Promise((resolve) => (answer = resolve));
    await clock.advance(250);
    ledger.suspect("undecodable");
    answer([quoteAt(START_MS + 450)]);
    await settle();
    expect(told()).toEqual([]);
    await clock.advance(500);
    expect(history.askedLatest).toHaveLength(2);
  });

  test("it cannot be had: lost", async () => {
    const { clock, history, told } = await cutQuotes();
    history.answerLatest = () => Promise.reject(new VenueRejectedError(400, "no"));
    await clock.advance(250);
    expect(told()).toEqual(["lost history-failed disconnect AAPL 50..201"]);
  });
});

function bookAt(ms: number, snapshot: boolean): OrderBook {
  return new OrderBook("BTC/USD", tradeAt(ms, 0), START_MS, { bids: [], asks: [], snapshot });
}

describe("channels without a history", () => {
  test("a book comes whole with the subscription; until the deadline it is waited for", async () => {
    const { clock, ledger, grant, told, history } = openedLedger();
    grant({ orderbooks: ["BTC/USD"] });
    await clock.advance(100);
    ledger.lost("disconnect");
    await clock.advance(100);
    grant({ orderbooks: ["BTC/USD"] });
    await clock.advance(29_999);
    expect(told()).toEqual([]);
    await clock.advance(1);
    expect(told()).toEqual(["lost deadline disconnect BTC/USD 0..201"]);
    expect([history.asked, history.askedLatest]).toEqual([[], []]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("a book comes whole with the subscription: its first message ends the gap", async () => {
    const { clock, ledger, grant, receive, delivered, told } = openedLedger();
    grant({ orderbooks: ["BTC/USD"] });
    ledger.lost("disconnect");
    await clock.advance(100);
    grant({ orderbooks: ["BTC/USD"] });
    receive(bookAt(110, true));
    expect(delivered).toEqual(["BTC/USD orderBook"]);
    await clock.advance(2_000);
    expect(told()).toEqual(["reseeded disconnect BTC/USD 0..110"]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("changes to a book are no whole book: after something unreadable none may come", async () => {
    const { clock, ledger, grant, receive, delivered, told } = openedLedger();
    grant({ orderbooks: ["BTC/USD"] });
    receive(bookAt(10, true));
    ledger.suspect("undecodable");
    receive(bookAt(20, false));
    expect(delivered).toHaveLength(2);
    await clock.advance(30_000);
    expect(told()).toEqual(["lost deadline undecodable BTC/USD 10..10"]);
  });

  test("what has no history at all is lost", async () => {
    const { clock, ledger, grant, told } = openedLedger();
    grant({ statuses: ["AAPL"] });
    ledger.lost("disconnect");
    await clock.advance(100);
    grant({ statuses: ["AAPL"] });
    await clock.advance(250);
    expect(told()).toEqual(["lost no-history disconnect AAPL 0..101"]);
  });
});

describe("the report", () => {
  test("its seconds add up, gap after gap, open or not, of busy symbols and of silent ones", async () => {
    const { clock, ledger, grant, receive, history } = openedLedger();
    const selection = { trades: ["AAPL", "MSFT"] };
    const sums = (): number[] =>
      Object.values(ledger.report()["trades"] ?? {}).map(
        ({ completeSeconds, repairedSeconds, lostSeconds }) =>
          completeSeconds + repairedSeconds + lostSeconds,
      );
    grant(selection);
    receive(tradeAt(0, 1, "MSFT"));
    let nowMs = 0;
    const pass = async (ms: number): Promise<void> => {
      nowMs += ms;
      await clock.advance(ms);
      for (const sum of sums()) expect(sum).toBeCloseTo(nowMs / 1_000, 9);
    };
    for (let outage = 0; outage < 6; outage++) {
      await pass(60_000);
      receive(tradeAt(nowMs, outage + 10));
      ledger.lost("disconnect");
      await pass(1_000);
      grant(selection);
      history.answer =
        outage % 2 ? () => Promise.reject(new VenueRejectedError(4, "no")) : () => [];
      await pass(500);
    }
    const { AAPL, MSFT } = ledger.report()["trades"] ?? {};
    expect(AAPL).toMatchObject({
      gapsRepaired: 3,
      gapsLost: 3,
      repairedSeconds: 3.003,
      lostSeconds: 3.003,
    });
    expect(AAPL?.completeSeconds).toBeCloseTo(362.994, 9);
    // A symbol that was silent all along lost no more than its channel did, and five seconds of doubt.
    expect(MSFT).toMatchObject({ repairedSeconds: 18.003, lostSeconds: 18.003, messages: 1 });
  });

  test("time that two gaps have in common counts once", async () => {
    const { clock, ledger, grant, receive } = openedLedger({ backfill: { policy: "report" } });
    grant({ trades: ["AAPL"] });
    receive(tradeAt(0, 1));
    for (let outage = 0; outage < 2; outage++) {
      await clock.advance(1_000);
      ledger.lost("disconnect");
      await clock.advance(500);
      grant({ trades: ["AAPL"] });
      await clock.advance(500);
    }
    // Nothing came after the first message: the second gap begins there as well.
    expect(ledger.report()["trades"]?.["AAPL"]).toMatchObject({
      gapsLost: 2,
      lostSeconds: 3.501,
      completeSeconds: 0.499,
    });
  });

  test("what was found later is no longer lost", async () => {
    const { clock, ledger, gaps } = await cutLedger(
      openedLedger({ backfill: { policy: "report" } }),
    );
    await clock.advance(250);
    const lost = ledger.report()["trades"]?.["AAPL"];
    expect(lost).toMatchObject({ gapsLost: 1, lostSeconds: 0.12, repairedSeconds: 0 });
    expect(lost?.lostRanges).toEqual([gaps[0]?.ranges.get("AAPL")]);
    if (gaps[0]) ledger.found(gaps[0]);
    if (gaps[0]) ledger.found(gaps[0]);
    expect(ledger.report()["trades"]?.["AAPL"]).toMatchObject({
      gapsLost: 0,
      gapsRepaired: 1,
      lostSeconds: 0,
      repairedSeconds: 0.12,
      lostRanges: [],
    });
  });

  test("no more lost ranges are kept than 1,000", async () => {
    const { clock, ledger, grant, receive } = openedLedger({ backfill: { policy: "report" } });
    grant({ trades: ["AAPL"] });
    for (let outage = 0; outage < 1_010; outage++) {
      receive(tradeAt(outage, outage));
      ledger.lost("disconnect");
      grant({ trades: ["AAPL"] });
    }
    receive(tradeAt(2_000, 2_000));
    expect(ledger.report()["trades"]?.["AAPL"]).toMatchObject({ gapsLost: 1_010 });
    expect(ledger.report()["trades"]?.["AAPL"]?.lostRanges).toHaveLength(1_000);
    await clock.advance(1_000);
    expect(clock.pendingTimers).toBe(0);
  });
});
