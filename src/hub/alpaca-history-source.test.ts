import { describe, expect, test } from "vitest";
import { toRfc3339 } from "../model/venue-time.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { ALPACA_FEEDS, type AlpacaFeed } from "../venues/alpaca/endpoints.ts";
import type { AlpacaRest } from "../venues/alpaca/rest.ts";
import { AlpacaHistorySource } from "./alpaca-history-source.ts";

const START_MS = Date.parse("2026-01-26T15:00:30Z");
const { signal } = new AbortController();
const from = { seconds: START_MS / 1_000 - 180, nanos: 1 };

interface Call {
  readonly name: string;
  readonly request: object;
}

/** A source whose venue has one trade, four minutes of bars, and latest values of AAPL. */
function opened(feed: AlpacaFeed = "iex"): { source: AlpacaHistorySource; calls: Call[] } {
  const calls: Call[] = [];
  const minute = (ago: number) => ({
    t: new Date(START_MS - 30_000 - ago * 60_000).toISOString(),
    ...{ o: 1, h: 2, l: 1, c: 2, v: 10, n: 3, vw: 1.5 },
  });
  const rest = {
    async *trades(request: object) {
      calls.push({ name: "trades", request });
      yield {
        rows: { AAPL: [{ t: "2026-01-26T15:00:00.5Z", p: 1, s: 2, i: 7, x: "V" }] },
        nextPageToken: null,
      };
    },
    async *bars(request: object) {
      calls.push({ name: "bars", request });
      yield { rows: { AAPL: [3, 2, 1, 0].map(minute) }, nextPageToken: null };
    },
    async latestQuotes(symbols: readonly string[], options: object) {
      calls.push({ name: "latestQuotes", request: { symbols, ...options } });
      return { AAPL: { t: "2026-01-26T15:00:00Z", bp: 1, bs: 1, ap: 2, as: 1 } };
    },
    async snapshots(symbols: readonly string[], options: object) {
      calls.push({ name: "snapshots", request: { symbols, ...options } });
      return { AAPL: { dailyBar: minute(0) }, MSFT: {} };
    },
  } as unknown as AlpacaRest;
  return { source: new AlpacaHistorySource(rest, new ManualClock(START_MS), feed), calls };
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

const CHANNELS =
  "trades quotes bars updatedBars dailyBars statuses lulds imbalances orderbooks pricing news";

describe("what can be made whole", () => {
  const STOCKS = "history latest history history latest none none none none none none";
  const NOTHING = "none none none none none none none none none none none";
  const BOOKS = "none none none none none none none none snapshot none none";
  const CRYPTO = "history latest history history latest none none none snapshot none none";
  const COVERAGE: Readonly<Record<AlpacaFeed, string>> = {
    iex: STOCKS,
    sip: STOCKS,
    delayed_sip: STOCKS,
    otc: STOCKS,
    boats: STOCKS,
    overnight: STOCKS,
    test: NOTHING,
    crypto: CRYPTO,
    "crypto-us-1": BOOKS,
    "crypto-eu-1": BOOKS,
    "crypto-perps": BOOKS,
    news: NOTHING,
    indicative: NOTHING,
    opra: NOTHING,
  };

  test("the table has every feed", () => {
    expect(Object.keys(COVERAGE).sort()).toEqual([...ALPACA_FEEDS].sort());
  });

  test.each(Object.entries(COVERAGE))("of %s: %s", (feed, coverage) => {
    const { source } = opened(feed as AlpacaFeed);
    expect(CHANNELS.split(" ").map((channel) => source.coverage(channel))).toEqual(
      coverage.split(" "),
    );
  });
});

describe("asking", () => {
  test("for trades: in big pages, with the least urgency, and what comes says that it was missed", async () => {
    const { source, calls } = opened("overnight");
    const to = { seconds: from.seconds + 60, nanos: 0 };
    const request = { channel: "trades", symbols: ["AAPL"], from, to, signal };
    const [trade] = await all(source.history(request));
    expect(trade).toMatchObject({ type: "trade", symbol: "AAPL", isRecovered: true });
    expect(calls).toEqual([
      {
        name: "trades",
        request: {
          symbols: ["AAPL"],
          start: toRfc3339(from),
          end: toRfc3339(to),
          limit: 10_000,
          lane: "backfill",
          signal,
          feed: "boats",
        },
      },
    ]);
  });

  test.each([
    ["bars", "bar"],
    ["updatedBars", "updatedBar"],
  ])("for %s: those of minutes that are over", async (channel, type) => {
    const { source, calls } = opened();
    const bars = await all(source.history({ channel, symbols: ["AAPL"], from, signal }));
    expect(bars.map((bar) => [bar.type, bar.timestamp])).toEqual([
      [type, "2026-01-26T14:57:00Z"],
      [type, "2026-01-26T14:58:00Z"],
      [type, "2026-01-26T14:59:00Z"],
    ]);
    expect(calls[0]?.request).toMatchObject({ timeframe: "1Min", lane: "backfill", feed: "iex" });
  });

  test("for the latest quotes", async () => {
    const { source, calls } = opened("delayed_sip");
    const latest = await source.latest({ channel: "quotes", symbols: ["AAPL", "MSFT"], signal });
    expect(latest).toMatchObject([{ type: "quote", symbol: "AAPL", isRecovered: true }]);
    expect(calls).toEqual([
      {
        name: "latestQuotes",
        request: { symbols: ["AAPL", "MSFT"], signal, lane: "backfill", feed: "delayed_sip" },
      },
    ]);
  });

  test("for the day so far, of symbols that have one; crypto has no feeds to choose from", async () => {
    const { source, calls } = opened("crypto");
    const latest = await source.latest({ channel: "dailyBars", symbols: ["AAPL", "MSFT"], signal });
    expect(latest).toMatchObject([{ type: "dailyBar", symbol: "AAPL", isRecovered: true }]);
    expect(calls[0]?.request).not.toHaveProperty("feed");
  });
});
