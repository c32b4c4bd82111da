import { createRequire } from "node:module";
import { inspect } from "node:util";
import type { Alpaca } from "@alpacahq/alpaca-trade-api/rest";
import { describe, expect, expectTypeOf, onTestFinished, test } from "vitest";
import { AlpacaClient } from "../../src/hub/alpaca-client.ts";
import type { AlpacaClientOptions } from "../../src/hub/alpaca-client-options.ts";
import { credentials, QUICK, startVenue } from "../support/venue.ts";
import { rejection } from "./http-loopback-server.ts";

const START = "2026-03-10T14:30:00Z";

function clientFor(
  simulator: { readonly url: string },
  options: Partial<AlpacaClientOptions> = {},
): AlpacaClient {
  const client = new AlpacaClient({ credentials, url: simulator.url, stream: QUICK, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** Whether the venue's SDK is in memory. */
function isSdkLoaded(): boolean {
  const { cache } = createRequire(import.meta.url);
  return Object.keys(cache).some((file) => file.includes("alpaca-trade-api"));
}

// First, while nothing else in this file has asked for it.
test("the venue's SDK is loaded when it is asked for, and not before", async () => {
  const client = clientFor(await startVenue());
  await client.account();
  expect(isSdkLoaded()).toBe(false);
  expect(client.rest).toBe(client.rest);
  expect(isSdkLoaded()).toBe(true);
});

describe("the venue's SDK over a client", () => {
  test("reads what the account has", async () => {
    const simulator = await startVenue({ startTime: START });
    const client = clientFor(simulator);
    const { account, orders, positions, clock } = client.rest.trading;

    expect(await account.getAccount()).toMatchObject({ status: "ACTIVE", currency: "USD" });
    const held = await positions.getAllOpenPositions();
    const ours = await client.positions();
    expect(held.map(({ symbol, qty }) => [symbol, qty])).toEqual(
      ours.data.map(({ symbol, quantity }) => [symbol, quantity]),
    );
    const listed = await orders.getAllOrders({ status: "all", limit: 500 });
    const walked: string[] = [];
    for await (const { id } of client.orders({ status: "all" })) walked.push(id);
    expect(listed.map(({ id }) => id)).toEqual(walked);
    expect(walked.length).toBeGreaterThan(0);
    expect((await clock.legacyClock()).isOpen).toBe(true);
  });

  test("reads market data, page by page", async () => {
    const simulator = await startVenue({ startTime: START });
    const { stocks } = clientFor(simulator).rest.marketData;
    const { quotes } = await stocks.stockLatestQuotes({ symbols: "AAPL,MSFT", feed: "iex" });
    expect(Object.keys(quotes ?? {})).toEqual(["AAPL", "MSFT"]);
    const range = {
      symbols: "AAPL",
      timeframe: "1Min",
      start: new Date("2026-03-10T13:30:00Z"),
      end: new Date("2026-03-10T14:29:00Z"),
    };
    const whole = await stocks.stockBars(range);
    const first = await stocks.stockBars({ ...range, limit: 40 });
    const second = await stocks.stockBars({ ...range, pageToken: first.nextPageToken ?? "" });
    expect([...(first.bars["AAPL"] ?? []), ...(second.bars["AAPL"] ?? [])]).toEqual(
      whole.bars["AAPL"],
    );
  });

  test("has all of the SDK's types", () => {
    expectTypeOf<AlpacaClient["rest"]>().toEqualTypeOf<Alpaca>();
  });

  test("sends the client's keys, and holds none of them itself", async () => {
    const secretKey = "sk-very-secret-indeed";
    const keys = { keyId: "PK-very-own", secretKey };
    const simulator = await startVenue({ credentials: [keys] });
    const client = clientFor(simulator, { credentials: keys });
    await client.rest.trading.account.getAccount();
    await client.rest.marketData.stocks.stockLatestQuotes({ symbols: "AAPL" });
    const failure = await rejection(
      client.rest.trading.positions.getOpenPosition({ symbolOrAssetId: "NOSUCH" }),
    );

    const depth = Number.POSITIVE_INFINITY;
    const shown = inspect([client, client.rest, failure], { depth, showHidden: true });
    expect(shown).not.toContain(secretKey);
    expect(shown).not.toContain("PK-very-own");
  });

  test("never sees a connection that was lost under a question", async () => {
    const simulator = await startVenue();
    const { account } = clientFor(simulator).rest.trading;
    simulator.inject({ kind: "http-reset", count: 2 });
    expect(await account.getAccount()).toMatchObject({ status: "ACTIVE" });
    expect(simulator.state().faultsFired).toMatchObject({ "http-reset": 2 });
  });

  test("sends an order once, and says that its fate is not known when the connection was lost", async () => {
    const simulator = await startVenue();
    const { orders } = clientFor(simulator).rest.trading;
    simulator.inject({ kind: "http-reset", path: "/v2/orders" });
    const failure = await rejection(orders.market({ symbol: "AAPL", qty: 1, side: "buy" }));
    expect(failure).toMatchObject({
      name: "FetchError",
      cause: {
        message: "fetch failed",
        cause: { code: "ERR_REQUEST_FAILED", disposition: "reconcile", sent: true },
      },
    });
    expect(simulator.state().requests["/v2/orders"]).toBe(1);
  });

  test("neither repeats nor holds back requests by itself", async () => {
    const simulator = await startVenue();
    const client = clientFor(simulator, { http: { retry: false }, requestsPerMinute: 10_000 });
    simulator.inject({ kind: "http-error", status: 503 });
    expect(await rejection(client.rest.trading.account.getAccount())).toMatchObject({
      status: 503,
    });
    expect(simulator.state().requests).toEqual({ "/v2/account": 1 });
    // Its own limiter would let two hundred go, and the rest one every 300 ms.
    const calls = Array.from({ length: 250 }, () => client.rest.trading.account.getAccount());
    await Promise.all(calls);
    expect(simulator.state().requests).toEqual({ "/v2/account": 251 });
  });

  test("is counted against the account's limit, like every other call of the client", async () => {
    const simulator = await startVenue();
    const client = clientFor(simulator);
    await client.account();
    await client.rest.trading.account.getAccount();
    expect(client.getHealth().budgets).toMatchObject([{ used: 2, grantedByLane: { query: 2 } }]);
  });

  test("gives up when its caller does", async () => {
    const simulator = await startVenue();
    const { account } = clientFor(simulator).rest.trading;
    simulator.inject({ kind: "http-stall", ms: 5_000 });
    const reason = new Error("not wanted any more");
    const controller = new AbortController();
    const call = rejection(account.getAccount({ signal: controller.signal }));
    controller.abort(reason);
    const failure = await call;
    expect([failure, (failure as Error).cause]).toContain(reason);
  });
});
