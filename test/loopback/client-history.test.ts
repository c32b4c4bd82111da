import { describe, expect, onTestFinished, test } from "vitest";
import { AlpacaClient } from "../../src/hub/alpaca-client.ts";
import { Bar } from "../../src/model/bar.ts";
import { Quote } from "../../src/model/quote.ts";
import { Trade } from "../../src/model/trade.ts";
import type { SimulatorOptions } from "../../src/simulator/index.ts";
import { credentials, QUICK, startVenue } from "../support/venue.ts";
import { rejection } from "./http-loopback-server.ts";

const START = "2026-03-10T14:30:00Z";
const HOUR = { start: "2026-03-10T13:30:00Z", end: "2026-03-10T14:29:00Z" };

async function opened(
  options: SimulatorOptions = {},
): Promise<{ client: AlpacaClient; simulator: Awaited<ReturnType<typeof startVenue>> }> {
  const simulator = await startVenue({ startTime: START, ...options });
  const client = new AlpacaClient({ credentials, url: simulator.url, stream: QUICK });
  onTestFinished(() => client.close());
  return { client, simulator };
}

async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const event of events) list.push(event);
  return list;
}

describe("history", () => {
  test("of bars is the same however many pages it comes in", async () => {
    const { client, simulator } = await opened();
    const request = { symbols: ["AAPL", "BTC/USD"], timeframe: "1Min", ...HOUR };
    const whole = await all(client.history.bars({ ...request, limit: 10_000 }));
    const paged = await all(client.history.bars({ ...request, limit: 7 }));
    expect(whole.length).toBe(120);
    expect(whole.every((bar) => bar instanceof Bar)).toBe(true);
    const shown = ({ symbol, timestamp, close }: Bar): unknown[] => [symbol, timestamp, close];
    expect(paged.map(shown)).toEqual(whole.map(shown));
    expect(simulator.state().requests["/v2/stocks/bars"]).toBe(1 + Math.ceil(60 / 7));
  });

  test("of trades and quotes are models, with the venue's own times and ids", async () => {
    const { client } = await opened();
    const trades = await all(client.history.trades({ symbols: "AAPL", ...HOUR, limit: 50 }));
    const quotes = await all(client.history.quotes({ symbols: "AAPL", ...HOUR, limit: 50 }));
    expect(trades.length).toBeGreaterThan(50);
    expect(quotes.length).toBeGreaterThan(50);
    expect(trades.every((trade) => trade instanceof Trade)).toBe(true);
    expect(quotes.every((quote) => quote instanceof Quote)).toBe(true);
    expect(new Set(trades.map(({ id }) => id)).size).toBe(trades.length);
    const moments = trades.map(({ timestampNs }) => timestampNs);
    expect(moments).toEqual(moments.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
  });

  test("goes on through pages that the venue cut short, and through empty ones", async () => {
    const cut = await opened({ plan: { pageBytes: 2_000 } });
    const request = { symbols: "AAPL", timeframe: "1Min", ...HOUR };
    expect(await all(cut.client.history.bars(request))).toHaveLength(60);
    expect(cut.simulator.state().requests["/v2/stocks/bars"]).toBeGreaterThan(3);

    const empty = await opened();
    empty.simulator.inject({ kind: "http-page", page: "empty", count: 2 });
    expect(await all(empty.client.history.bars({ ...request, limit: 20 }))).toHaveLength(60);
    expect(empty.simulator.state().faultsFired).toMatchObject({ "http-page": 2 });
  });

  test("gives a row once that the venue gave twice", async () => {
    const { client, simulator } = await opened();
    simulator.inject({ kind: "http-page", page: "duplicate-row", count: 2 });
    const bars = client.history.bars({ symbols: "AAPL", timeframe: "1Min", ...HOUR, limit: 20 });
    const starts = (await all(bars)).map(({ timestamp }) => timestamp);
    expect(starts).toEqual([...new Set(starts)]);
    expect(starts).toHaveLength(60);
    expect(simulator.state().faultsFired).toMatchObject({ "http-page": 2 });
  });

  test("of which a page leads back to itself rejects instead of going on for ever", async () => {
    const { client, simulator } = await opened();
    simulator.inject({ kind: "http-page", page: "repeated-token" });
    const bars = client.history.bars({ symbols: "AAPL", timeframe: "1Min", ...HOUR, limit: 20 });
    expect(await rejection(all(bars))).toMatchObject({ code: "ERR_UNEXPECTED_FRAME" });
    expect(simulator.state().requests["/v2/stocks/bars"]).toBe(2);
  });

  test("that fails on the way rejects instead of ending", async () => {
    const { client, simulator } = await opened();
    const bars = client.history.bars({ symbols: "AAPL", timeframe: "1Min", ...HOUR, limit: 20 });
    for (let index = 0; index < 20; index++) await bars.next();
    simulator.inject({ kind: "http-error", status: 422 });
    expect(await rejection(bars.next())).toMatchObject({ statusCode: 422 });
  });

  test("ends with the signal's own reason", async () => {
    const { client } = await opened();
    const controller = new AbortController();
    const { signal } = controller;
    const trades = client.history.trades({ symbols: "AAPL", ...HOUR, limit: 10, signal });
    for (let index = 0; index < 10; index++) await trades.next();
    const reason = new Error("not wanted any more");
    controller.abort(reason);
    expect(await rejection(trades.next())).toBe(reason);
  });

  test("is counted in the lane that was asked for", async () => {
    const { client } = await opened();
    const request = { symbols: "AAPL", timeframe: "1Min", ...HOUR } as const;
    await all(client.history.bars({ ...request, limit: 30, lane: "backfill" }));
    await all(client.history.bars(request));
    expect(client.getHealth().budgets).toMatchObject([
      { grantedByLane: { backfill: 2, query: 1 } },
    ]);
  });
});

describe("latest values", () => {
  test("of many symbols are one call for each kind, in which unknown ones are absent", async () => {
    const { client, simulator } = await opened();
    const symbols = ["aapl", "NOSUCH", "MSFT", "BTC/USD"];
    const trades = await client.trades(symbols);
    const snapshots = await client.snapshots(symbols);
    expect([...trades.keys()].sort()).toEqual(["AAPL", "BTC/USD", "MSFT"]);
    expect([...snapshots.keys()].sort()).toEqual(["AAPL", "BTC/USD", "MSFT"]);
    expect(simulator.state().requests).toEqual({
      "/v2/stocks/trades/latest": 1,
      "/v1beta3/crypto/us/latest/trades": 1,
      "/v2/stocks/snapshots": 1,
      "/v1beta3/crypto/us/snapshots": 1,
    });
  });

  test("say when they were true", async () => {
    const { client } = await opened({ startTime: new Date().toISOString() });
    const { data: trade, ...told } = await client.trade("AAPL");
    expect(trade).toBeInstanceOf(Trade);
    expect(told).toMatchObject({ asOf: trade.timestamp, source: "rest", stale: false });
    const snapshot = (await client.snapshots(["AAPL"])).get("AAPL");
    expect(snapshot?.data).toMatchObject({
      symbol: "AAPL",
      latestQuote: expect.any(Quote),
      minuteBar: { type: "bar" },
      dailyBar: { type: "dailyBar" },
    });
    expect(snapshot?.asOf).toBe(snapshot?.data.latestQuote?.timestamp);
  });

  test("that are old say so", async () => {
    const { client } = await opened();
    expect(await client.trade("AAPL")).toMatchObject({ stale: true });
  });
});
