import { inspect } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { AlpacaClient } from "../../src/hub/alpaca-client.ts";
import type { AlpacaClientOptions } from "../../src/hub/alpaca-client-options.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { eventually } from "../support/eventually.ts";
import { credentials, QUICK, startVenue } from "../support/venue.ts";

function clientFor(
  simulator: { readonly url: string },
  options: Partial<AlpacaClientOptions> = {},
): AlpacaClient {
  const client = new AlpacaClient({ credentials, url: simulator.url, stream: QUICK, ...options });
  onTestFinished(() => client.close());
  return client;
}

describe("requests", () => {
  test("one quote says when it was true and where it came from", async () => {
    const simulator = await startVenue();
    const client = clientFor(simulator);
    const quote = await client.quote(" aapl ");
    expect(quote).toMatchObject({ source: "rest", stale: false, asOf: quote.data.timestamp });
    expect(quote.data).toMatchObject({ symbol: "AAPL", type: "quote" });
    expect(quote.data.askPrice).toBeGreaterThanOrEqual(quote.data.bidPrice);
  });

  test("for five symbols at once all succeed, over a handful of shared connections", async () => {
    const simulator = await startVenue();
    const client = clientFor(simulator);
    const names = ["AAPL", "MSFT", "NVDA", "TSLA", "SPY"];
    const quotes = await Promise.all(names.map((name) => client.quote(name)));
    expect(quotes.map(({ data }) => data.symbol)).toEqual(names);
    expect(client.getHealth().http).toMatchObject({ answered: 5, failed: 0, resets: 0 });
    expect(simulator.state().sockets.http).toBeLessThanOrEqual(5);
  });

  test("two hundred at once never open more than ten connections to the host", async () => {
    const simulator = await startVenue();
    const client = clientFor(simulator);
    let most = 0;
    const look = setInterval(() => {
      most = Math.max(most, simulator.state().sockets.http);
    }, 1);
    const calls = Array.from({ length: 200 }, () => client.quote("AAPL", { maxAgeMs: 0 }));
    await Promise.all(calls);
    clearInterval(look);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(10);
  });

  test("for market data give exactly the last bars, ascending, each once", async () => {
    const simulator = await startVenue();
    const client = clientFor(simulator);
    const { data, source, asOf } = await client.marketData("AAPL", 120);
    const starts = data.map((bar) => bar.seconds);
    expect(data).toHaveLength(120);
    expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
    expect({ source, asOf }).toEqual({ source: "rest", asOf: data.at(-1)?.timestamp });
  });

  test("for market data of a symbol without any are an error, not an empty list", async () => {
    const simulator = await startVenue();
    const client = clientFor(simulator);
    await expect(client.marketData("NOSUCH")).rejects.toMatchObject({ code: "ERR_NO_DATA" });
  });

  test("for several quotes are one call, in which unknown symbols are absent", async () => {
    const simulator = await startVenue();
    const client = clientFor(simulator);
    const quotes = await client.quotes(["AAPL", "NOSUCH", "MSFT", "BTC/USD"]);
    expect([...quotes.keys()].sort()).toEqual(["AAPL", "BTC/USD", "MSFT"]);
    expect(simulator.state().requests).toEqual({
      "/v2/stocks/quotes/latest": 1,
      "/v1beta3/crypto/us/latest/quotes": 1,
    });
  });

  test("for the market clock by twenty callers at once are one call, and then none", async () => {
    const simulator = await startVenue();
    const client = clientFor(simulator);
    const clocks = await Promise.all(Array.from({ length: 20 }, () => client.clock()));
    expect(clocks.every(({ data }) => data.isOpen)).toBe(true);
    expect(await client.isMarketOpen()).toBe(true);
    expect(simulator.state().requests).toEqual({ "/v2/clock": 1 });
  });

  test("whether a symbol can be sold short get a yes only where the venue says so", async () => {
    const simulator = await startVenue({ notShortable: ["GME"] });
    const client = clientFor(simulator, { http: { retry: false } });
    const reported: string[] = [];
    client.onError((error) => reported.push(error.code));
    expect(await client.isShortable("AAPL")).toBe(true);
    expect(await client.isShortable("GME")).toBe(false);
    expect(reported).toEqual([]);
    expect(await client.isShortable("NOSUCH")).toBe(false);
    expect(reported).toEqual(["ERR_HTTP_STATUS"]);
    simulator.inject({ kind: "http-error", status: 502, html: true });
    expect(await client.isShortable("AAPL")).toBe(false);
    expect(reported).toEqual(["ERR_HTTP_STATUS", "ERR_HTTP_STATUS"]);
  });

  test("that are stalled fail within their deadline and say whether they were sent", async () => {
    const simulator = await startVenue();
    const client = clientFor(simulator, { http: { readMs: 200, totalMs: 400, retry: false } });
    simulator.inject({ kind: "http-stall", ms: 5_000 });
    await expect(client.quote("AAPL")).rejects.toMatchObject({
      code: "ERR_DEADLINE",
      phase: "read",
      sent: true,
    });
  });

  test("meet bad input with one error that lists everything, before anything is sent", async () => {
    const simulator = await startVenue();
    const client = clientFor(simulator);
    await expect(client.quote("  ")).rejects.toMatchObject({ code: "ERR_CONFIG" });
    await expect(client.marketData("", Number.NaN)).rejects.toMatchObject({
      code: "ERR_CONFIG",
      faults: [expect.stringContaining("limit"), expect.stringContaining("blank")],
    });
    await expect(client.isShortable("")).rejects.toMatchObject({ code: "ERR_CONFIG" });
    expect(simulator.state().requests).toEqual({});
  });

  test("leave no socket once the client is closed, and fail from then on", async () => {
    const simulator = await startVenue();
    const client = clientFor(simulator);
    await client.connectStream(["AAPL"]);
    await client.quote("MSFT");
    await client.close();
    await client.close();
    await eventually(() =>
      expect(simulator.state().sockets).toMatchObject({ http: 0, webSocket: 0 }),
    );
    await expect(client.quote("MSFT")).rejects.toMatchObject({ code: "ERR_CLOSED" });
  });
});

describe("a client's options", () => {
  test("are checked all at once, before anything is opened", () => {
    const make = (): AlpacaClient =>
      new AlpacaClient({
        credentials: { keyId: " ", secretKey: "" },
        feed: "nasdaq" as never,
        url: "not a url",
        quoteTtlMs: Number.NaN,
        http: { totalMs: -1 },
        stream: { maxReconnectAttempts: -1, timeouts: { authMs: Number.NaN } },
      });
    expect(make).toThrow(
      expect.objectContaining({
        code: "ERR_CONFIG",
        faults: expect.arrayContaining([
          expect.stringContaining("credentials.keyId"),
          expect.stringContaining("credentials.secretKey"),
          expect.stringContaining("feed"),
          expect.stringContaining("url"),
          expect.stringContaining("quoteTtlMs"),
          expect.stringContaining("totalMs"),
          expect.stringContaining("maxReconnectAttempts"),
          expect.stringContaining("timeouts.authMs"),
        ]),
      }),
    );
  });

  test("never show the secret", async () => {
    const simulator = await startVenue();
    const secretKey = "sk-very-secret-indeed";
    const client = clientFor(simulator, { credentials: { keyId: "PKTEST", secretKey } });
    await client.connectStream(["AAPL"]);
    await client.quote("MSFT");
    const shown = inspect([client, client.getHealth()], {
      depth: Number.POSITIVE_INFINITY,
      showHidden: true,
    });
    expect(shown + JSON.stringify(client.getHealth())).not.toContain(secretKey);
  });
});

describe("a kept quote", () => {
  test("is served with its age while it is young, and asked for again after that", async () => {
    const clock = new ManualClock(Date.now());
    const simulator = await startVenue({ clock });
    const client = clientFor(simulator, { clock });
    const first = await client.quote("AAPL");
    await clock.advance(59_000);
    const kept = await client.quote("AAPL");
    expect(kept).toMatchObject({ source: "cache", data: first.data });
    expect(kept.ageMs).toBeGreaterThanOrEqual(59_000);
    await clock.advance(2_000);
    expect(await client.quote("AAPL")).toMatchObject({ source: "rest" });
    expect(simulator.state().requests).toEqual({ "/v2/stocks/AAPL/quotes/latest": 2 });
  });

  test("that the stream brought is not served while the stream is down", async () => {
    const simulator = await startVenue();
    const client = clientFor(simulator);
    await client.connectStream(["AAPL"]);
    await eventually(async () =>
      expect(await client.quote("AAPL")).toMatchObject({ source: "stream", stale: false }),
    );
    simulator.inject({ kind: "handshake-status", status: 503, count: 100 });
    simulator.inject({ kind: "cut" });
    await eventually(() => expect(client.getHealth().stream.state).toBe("waiting"));
    expect(await client.quote("AAPL")).toMatchObject({ source: "rest" });
  });
});
