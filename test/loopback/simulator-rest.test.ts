import { describe, expect, test } from "vitest";
import type { Fault } from "../../src/simulator/index.ts";
import { AUTH_HEADERS, get, start } from "./simulator-client.ts";

const startTime = "2026-03-10T15:00:00.5Z";

describe("every REST answer", () => {
  test("carries the rate headers and a request id of its own", async () => {
    const simulator = await start({ plan: { requestsPerMinute: 100 } });
    const first = await get(simulator, "/v2/clock");
    const second = await get(simulator, "/v2/nothing/here");
    expect(first.headers.get("x-ratelimit-limit")).toBe("100");
    expect(first.headers.get("x-ratelimit-remaining")).toBe("99");
    expect(second.headers.get("x-ratelimit-remaining")).toBe("98");
    const resetInMs = Number(first.headers.get("x-ratelimit-reset")) * 1000 - Date.now();
    expect(resetInMs).toBeGreaterThan(55_000);
    expect(resetInMs).toBeLessThan(62_000);
    expect(first.headers.get("x-request-id")).toMatch(/^[0-9a-f]{32}$/);
    expect(second.headers.get("x-request-id")).not.toBe(first.headers.get("x-request-id"));
  });

  test("is 429 with the venue's body once the budget is spent, for that key alone", async () => {
    const simulator = await start({ plan: { requestsPerMinute: 2 } });
    await get(simulator, "/v2/clock");
    await get(simulator, "/v2/clock");
    const refused = await get(simulator, "/v2/clock");
    expect(refused.status).toBe(429);
    expect(refused.body).toEqual({ code: 42910000, message: "rate limit exceeded" });
    expect(refused.headers.get("x-ratelimit-remaining")).toBe("0");
    const other = await get(simulator, "/v2/clock", {
      ...AUTH_HEADERS,
      "APCA-API-KEY-ID": "OTHER",
    });
    expect(other.status).toBe(200);
  });

  test("needs credentials, in one of three forms, except for crypto data", async () => {
    const simulator = await start({ credentials: [{ keyId: "KEY", secretKey: "SECRET" }] });
    const basic = { Authorization: `Basic ${Buffer.from("KEY:SECRET").toString("base64")}` };
    const wrong = { ...AUTH_HEADERS, "APCA-API-SECRET-KEY": "WRONG" };
    expect((await get(simulator, "/v2/account")).status).toBe(200);
    expect((await get(simulator, "/v2/account", basic)).status).toBe(200);
    for (const headers of [{}, wrong] as Record<string, string>[]) {
      const trading = await get(simulator, "/v2/account", headers);
      expect([trading.status, trading.body]).toEqual([
        401,
        { code: 40110000, message: "request is not authorized" },
      ]);
      const data = await get(simulator, "/v2/stocks/AAPL/quotes/latest", headers);
      expect([data.status, data.body]).toEqual([403, { message: "forbidden." }]);
    }
    const crypto = await get(simulator, "/v1beta3/crypto/us/latest/quotes?symbols=BTC%2FUSD", {});
    expect(crypto.status).toBe(200);
  });

  test("is 404 for a path nobody knows, and for methods it does not have", async () => {
    const simulator = await start();
    expect((await get(simulator, "/v9/orders")).body).toEqual({ message: "endpoint not found." });
    const posted = await fetch(`${simulator.url}/v2/clock`, {
      method: "POST",
      headers: AUTH_HEADERS,
    });
    expect(posted.status).toBe(404);
  });
});

describe("market data", () => {
  test("the latest of one symbol and of several are the same", async () => {
    const simulator = await start({ startTime, ratePerSymbol: 0.01 });
    for (const kind of ["quote", "trade", "bar"]) {
      const one = await get(simulator, `/v2/stocks/AAPL/${kind}s/latest`);
      const many = await get(simulator, `/v2/stocks/${kind}s/latest?symbols=aapl,%20MSFT,NOSUCH`);
      expect(one.body).toMatchObject({
        symbol: "AAPL",
        [kind]: { t: expect.stringMatching(/Z$/) },
      });
      expect(Object.keys(many.body[`${kind}s`])).toEqual(["AAPL", "MSFT"]);
      expect(many.body[`${kind}s`].AAPL).toEqual(one.body[kind]);
    }
    const trade = await get(simulator, "/v2/stocks/AAPL/trades/latest");
    expect(Object.keys(trade.body.trade)).toEqual(["t", "x", "p", "s", "c", "i", "z"]);
    expect(trade.body.trade.c).not.toContain("I");
  });

  test("a snapshot is bare for stocks and wrapped for crypto", async () => {
    const simulator = await start({ startTime });
    const members = ["latestTrade", "latestQuote", "minuteBar", "dailyBar", "prevDailyBar"];
    const stocks = await get(simulator, "/v2/stocks/snapshots?symbols=AAPL");
    expect(Object.keys(stocks.body.AAPL)).toEqual(members);
    expect(stocks.body.AAPL.dailyBar.t).toBe("2026-03-10T04:00:00Z");
    expect(stocks.body.AAPL.prevDailyBar.t).toBe("2026-03-09T04:00:00Z");
    const one = await get(simulator, "/v2/stocks/AAPL/snapshot");
    expect(Object.keys(one.body)).toEqual(["symbol", ...members]);
    const crypto = await get(simulator, "/v1beta3/crypto/us/snapshots?symbols=BTC/USD");
    expect(Object.keys(crypto.body.snapshots["BTC/USD"])).toEqual(members);
  });

  test.each([
    [
      "an unknown parameter",
      "/v2/stocks/bars?symbols=AAPL&timeframe=1Min&colour=red",
      "Unexpected query parameter(s): colour",
    ],
    ["no symbols", "/v2/stocks/bars?timeframe=1Min", "symbols parameter is required"],
    ["a malformed symbol", "/v2/stocks/quotes/latest?symbols=A_B", "invalid symbol: A_B"],
    ["no timeframe", "/v2/stocks/AAPL/bars", "invalid timeframe: "],
    ["an impossible timeframe", "/v2/stocks/AAPL/bars?timeframe=90Min", "invalid timeframe: 90Min"],
    ["a malformed time", "/v2/stocks/AAPL/trades?start=yesterday", "invalid start: yesterday"],
    ["an impossible date", "/v2/stocks/AAPL/trades?start=2026-02-30", "invalid start: 2026-02-30"],
    [
      "an end before the start",
      "/v2/stocks/AAPL/trades?start=2026-03-02&end=2026-03-01",
      "end should not be before start",
    ],
    [
      "a limit of nothing",
      "/v2/stocks/AAPL/trades?limit=0",
      "invalid limit: must be from 1 to 10000",
    ],
    [
      "a limit beyond the most",
      "/v2/stocks/AAPL/trades?limit=10001",
      "invalid limit: must be from 1 to 10000",
    ],
    ["a token of another request", "/v2/stocks/AAPL/trades?page_token=QUJD", "invalid page_token"],
    [
      "an unknown location",
      "/v1beta3/crypto/mars/latest/quotes?symbols=BTC/USD",
      "invalid location: mars",
    ],
    ["an unknown feed", "/v2/stocks/AAPL/trades?feed=nyse", "invalid feed: nyse"],
    [
      "the overnight feed for history",
      "/v2/stocks/AAPL/trades?feed=overnight",
      "invalid feed: overnight",
    ],
  ])("%s is 400", async (_, path, message) => {
    const { status, body } = await get(await start(), path);
    expect([status, body]).toEqual([400, { message }]);
  });

  test("without the consolidated feed in the plan its last 15 minutes are refused", async () => {
    const simulator = await start({ startTime, plan: { feeds: ["iex"] } });
    const recent = await get(simulator, "/v2/stocks/AAPL/trades?feed=sip&end=2026-03-10T14:50:00Z");
    expect([recent.status, recent.body]).toEqual([
      403,
      { code: 42210000, message: "subscription does not permit querying recent SIP data" },
    ]);
    const older = await get(
      simulator,
      "/v2/stocks/AAPL/trades?feed=sip&end=2026-03-10T14:44:00Z&limit=1&sort=desc",
    );
    expect(older.body.trades[0].t < "2026-03-10T14:44").toBe(true);
    const iex = await get(simulator, "/v2/stocks/AAPL/trades?feed=iex&sort=desc&limit=1");
    expect(iex.body.trades[0].x).toBe("V");
    expect((await get(simulator, "/v2/stocks/AAPL/quotes/latest?feed=sip")).status).toBe(403);
    expect((await get(simulator, "/v2/stocks/AAPL/quotes/latest")).body.quote.bx).toBe("V");
  });

  test("news comes newest first, page after page, without loss", async () => {
    const simulator = await start({ startTime });
    const range = "start=2026-03-10T14:30:00Z&end=2026-03-10T14:40:00Z";
    const all = await get(simulator, `/v1beta1/news?${range}&limit=50`);
    const ids = all.body.news.map(({ id }: { id: number }) => id);
    expect(ids.length).toBeGreaterThan(30);
    expect([...ids].sort((a, b) => b - a)).toEqual(ids);
    const paged: number[] = [];
    for (let token = ""; ; ) {
      const { body } = await get(simulator, `/v1beta1/news?${range}&limit=7${token}`);
      paged.push(...body.news.map(({ id }: { id: number }) => id));
      if (body.next_page_token === null) break;
      token = `&page_token=${encodeURIComponent(body.next_page_token)}`;
    }
    expect(paged).toEqual(ids);
  });
});

describe("the trading host", () => {
  test("the account has the fields that exist since July 2026, amounts as text", async () => {
    const { body } = await get(await start(), "/v2/account");
    expect(body).toMatchObject({
      status: "ACTIVE",
      currency: "USD",
      cash: "100000",
      multiplier: "2",
    });
    for (const field of ["equity", "buying_power", "long_market_value", "initial_margin"]) {
      expect(body[field]).toMatch(/^\d+(\.\d+)?$/);
    }
    expect(body).not.toHaveProperty("pattern_day_trader");
    expect(body.id).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  test("assets: known, escaped, by id, not to be shorted, and unknown", async () => {
    const simulator = await start({ notShortable: ["TSLA"] });
    const apple = await get(simulator, "/v2/assets/AAPL");
    expect(apple.body).toMatchObject({
      symbol: "AAPL",
      class: "us_equity",
      shortable: true,
      easy_to_borrow: true,
    });
    expect((await get(simulator, "/v2/assets/TSLA")).body).toMatchObject({
      shortable: false,
      easy_to_borrow: false,
    });
    expect((await get(simulator, "/v2/assets/BTC%2FUSD")).body).toMatchObject({
      symbol: "BTC/USD",
      class: "crypto",
    });
    expect((await get(simulator, `/v2/assets/${apple.body.id}`)).body).toEqual(apple.body);
    const unknown = await get(simulator, "/v2/assets/NOSUCH");
    expect([unknown.status, unknown.body]).toEqual([
      404,
      { code: 40410000, message: "asset not found for NOSUCH" },
    ]);
    const list = await get(simulator, "/v2/assets?status=active");
    expect(list.body.map(({ symbol }: { symbol: string }) => symbol)).toContain("AAPL");
    expect(list.body.every((asset: { class: string }) => asset.class === "us_equity")).toBe(true);
  });

  test("an always open market closes and opens at the same midnight", async () => {
    const { body } = await get(await start({ startTime }), "/v2/clock");
    expect(body).toEqual({
      timestamp: expect.stringMatching(/^2026-03-10T11:00:00\.\d{3}-04:00$/),
      is_open: true,
      next_open: "2026-03-11T00:00:00-04:00",
      next_close: "2026-03-11T00:00:00-04:00",
    });
  });

  test.each([
    ["2026-03-06T14:29:59Z", false, "2026-03-06T09:30:00-05:00", "2026-03-06T16:00:00-05:00"],
    ["2026-03-06T14:30:00Z", true, "2026-03-09T09:30:00-04:00", "2026-03-06T16:00:00-05:00"],
    ["2026-03-06T21:00:00Z", false, "2026-03-09T09:30:00-04:00", "2026-03-09T16:00:00-04:00"],
    ["2026-07-03T14:00:00Z", false, "2026-07-06T09:30:00-04:00", "2026-07-06T16:00:00-04:00"],
    ["2026-11-27T15:00:00Z", true, "2026-11-30T09:30:00-05:00", "2026-11-27T13:00:00-05:00"],
  ])("real hours at %s", async (at, isOpen, nextOpen, nextClose) => {
    const { body } = await get(await start({ session: "real", startTime: at }), "/v2/clock");
    expect(body).toMatchObject({ is_open: isOpen, next_open: nextOpen, next_close: nextClose });
  });

  test("the calendar lists trading days with both spellings of the hours", async () => {
    const simulator = await start({ session: "real", startTime });
    const { body } = await get(simulator, "/v2/calendar?start=2026-11-25&end=2026-11-28");
    expect(body).toEqual([
      {
        date: "2026-11-25",
        open: "09:30",
        close: "16:00",
        session_open: "0400",
        session_close: "2000",
        settlement_date: "2026-11-27",
      },
      {
        date: "2026-11-27",
        open: "09:30",
        close: "13:00",
        session_open: "0400",
        session_close: "1700",
        settlement_date: "2026-11-30",
      },
    ]);
  });

  test("with real hours there is no stock data at night, and a day's bar ends in the evening", async () => {
    const simulator = await start({ session: "real", startTime: "2026-03-10T02:00:00Z" });
    const night = await get(simulator, "/v2/stocks/AAPL/trades?start=2026-03-10T00:00:01Z");
    expect(night.body.trades).toBeNull();
    const latest = await get(simulator, "/v2/stocks/AAPL/quotes/latest");
    expect(latest.body.quote.t).toMatch(/^2026-03-09T23:59/);
    const bars = await get(
      simulator,
      "/v2/stocks/AAPL/bars?timeframe=1Hour&start=2026-03-06&limit=100",
    );
    const hours = bars.body.bars.map(({ t }: { t: string }) => t);
    expect(hours.slice(0, 2)).toEqual(["2026-03-06T09:00:00Z", "2026-03-06T10:00:00Z"]);
    expect(hours).toHaveLength(32);
    const crypto = await get(
      simulator,
      "/v1beta3/crypto/us/bars?symbols=BTC/USD&timeframe=1Min&start=2026-03-10T01:00:00Z",
    );
    expect(crypto.body.bars["BTC/USD"]).toHaveLength(60);
  });
});

describe("faults of a request", () => {
  test.each([
    [
      { kind: "http-error", status: 500 },
      500,
      '{"code":50010000,"message":"internal server error"}',
    ],
    [
      { kind: "http-error", status: 429, path: "/v2/clock" },
      429,
      '{"code":42910000,"message":"rate limit exceeded"}',
    ],
    [{ kind: "http-error", status: 502, html: true }, 502, "<html>"],
  ] as const)("%o, once", async (fault, status, text) => {
    const simulator = await start({ faults: [fault as Fault] });
    const struck = await get(simulator, "/v2/clock");
    expect(struck.status).toBe(status);
    expect(struck.text.startsWith(text)).toBe(true);
    expect(struck.headers.get("x-request-id")).not.toBeNull();
    expect((await get(simulator, "/v2/clock")).status).toBe(200);
  });

  test("http-reset: the connection is reset, as often as counted", async () => {
    const simulator = await start({
      faults: [{ kind: "http-reset", count: 2, path: "/v2/clock" }],
    });
    expect((await get(simulator, "/v2/account")).status).toBe(200);
    await expect(get(simulator, "/v2/clock")).rejects.toThrow();
    await expect(get(simulator, "/v2/clock")).rejects.toThrow();
    expect((await get(simulator, "/v2/clock")).status).toBe(200);
  });

  test("http-stall: the answer comes late, and never for Infinity", async () => {
    const simulator = await start({ faults: [{ kind: "http-stall", ms: 150 }] });
    const began = performance.now();
    expect((await get(simulator, "/v2/clock")).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThan(140);
    simulator.inject({ kind: "http-stall", ms: Number.POSITIVE_INFINITY });
    const answer = fetch(`${simulator.url}/v2/clock`, {
      headers: AUTH_HEADERS,
      signal: AbortSignal.timeout(200),
    });
    await expect(answer).rejects.toThrow();
  });
});

describe("the control endpoints", () => {
  test("take faults and tell the state", async () => {
    const simulator = await start();
    const posted = await fetch(`${simulator.url}/__simulator/faults`, {
      method: "POST",
      body: JSON.stringify([
        { kind: "http-error", status: 503 },
        { kind: "cut", afterMs: 10 },
      ]),
    });
    expect([posted.status, await posted.json()]).toEqual([200, { injected: 2 }]);
    expect((await get(simulator, "/v2/clock")).status).toBe(503);
    const state = await get(simulator, "/__simulator/state");
    expect(state.body).toMatchObject({
      faultsFired: { "http-error": 1 },
      faultsWaiting: 1,
      requests: { "/v2/clock": 1 },
    });
  });

  test("refuse what is no fault, telling why, and inject none of it", async () => {
    const simulator = await start();
    for (const body of ["}", '[{"kind":"cut"},{"kind":"ctu"}]', '{"kind":"late-ack"}']) {
      const posted = await fetch(`${simulator.url}/__simulator/faults`, { method: "POST", body });
      expect(posted.status).toBe(400);
      expect(((await posted.json()) as { faults: string[] }).faults.length).toBeGreaterThan(0);
    }
    expect(simulator.state().faultsWaiting).toBe(0);
    expect((await get(simulator, "/__simulator/nothing")).status).toBe(404);
  });
});
