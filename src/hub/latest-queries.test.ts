import { describe, expect, test } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import type { AlpacaRest } from "../venues/alpaca/rest.ts";
import type { RestSnapshot } from "../venues/alpaca/rest-schemas.ts";
import { LatestQueries } from "./latest-queries.ts";

const NOW = "2026-09-01T14:30:00Z";
const TRADE = { t: "2026-09-01T14:29:30Z", p: 1.5, s: 100, i: 7, x: "V" };
const QUOTE = { t: "2026-09-01T14:29:59.5Z", bp: 1.5, bs: 2, ap: 1.6, as: 3 };
const BAR = { t: "2026-09-01T14:28:00Z", o: 1, h: 2, l: 0.5, c: 1.5, v: 100 };

function opened(snapshots: Readonly<Record<string, RestSnapshot>> = {}): LatestQueries {
  const rest = {
    latestTrade: async () => TRADE,
    latestTrades: async () => ({ AAPL: TRADE }),
    snapshots: async () => snapshots,
  } as unknown as AlpacaRest;
  const clock = new ManualClock(Date.parse(NOW));
  return new LatestQueries({ rest, feed: "iex", clock, ttlMs: 20_000 });
}

describe("a latest trade", () => {
  test("is as old as the venue says, and stale beyond its time", async () => {
    const trade = await opened().trade("aapl", {});
    expect(trade).toMatchObject({ asOf: TRADE.t, ageMs: 30_000, source: "rest", stale: true });
    expect((await opened().trades(["aapl"], {})).get("AAPL")?.data.symbol).toBe("AAPL");
  });
});

describe("a snapshot", () => {
  test("is as old as the newest thing in it", async () => {
    const given = { latestTrade: TRADE, latestQuote: QUOTE, minuteBar: BAR, prevDailyBar: BAR };
    const snapshot = (await opened({ AAPL: given }).snapshots(["AAPL"], {})).get("AAPL");
    expect(snapshot).toMatchObject({ asOf: QUOTE.t, ageMs: 500, stale: false });
    expect(snapshot?.data).toMatchObject({
      symbol: "AAPL",
      minuteBar: { type: "bar" },
      dailyBar: undefined,
      previousDailyBar: { type: "dailyBar" },
    });
  });

  test("with nothing in it is no snapshot", async () => {
    const snapshots = await opened({ DEAD: {}, AAPL: { minuteBar: BAR } }).snapshots(["AAPL"], {});
    expect([...snapshots.keys()]).toEqual(["AAPL"]);
  });
});
