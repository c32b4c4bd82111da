import { describe, expect, onTestFinished, test } from "vitest";
import { AlpacaClient } from "../../src/hub/alpaca-client.ts";
import type { AlpacaClientOptions } from "../../src/hub/alpaca-client-options.ts";
import type { Sourced } from "../../src/model/sourced.ts";
import { credentials, QUICK, startVenue } from "../support/venue.ts";
import { rejection } from "./http-loopback-server.ts";

const START = "2026-03-10T14:30:00Z";
const DECIMAL = /^-?\d+(\.\d+)?$/;

function clientFor(
  simulator: { readonly url: string },
  options: Partial<AlpacaClientOptions> = {},
): AlpacaClient {
  const client = new AlpacaClient({ credentials, url: simulator.url, stream: QUICK, ...options });
  onTestFinished(() => client.close());
  return client;
}

describe("a client", () => {
  test("says of everything it asked when it was true, and that it was asked now", async () => {
    const client = clientFor(await startVenue({ startTime: START }));
    const before = Date.now();
    const { data: positions } = await client.positions();
    const answers: Sourced<unknown>[] = [
      await client.account(),
      await client.positions(),
      await client.position(positions[0]?.symbol ?? ""),
      await client.assets({ assetClass: "crypto" }),
      await client.asset("AAPL"),
      await client.calendar({ start: "2026-03-09", end: "2026-03-13" }),
    ];
    for (const { asOf, ageMs, source, stale } of answers) {
      expect({ source, stale }).toEqual({ source: "rest", stale: false });
      expect(Date.parse(asOf)).toBeGreaterThanOrEqual(before);
      expect(Date.parse(asOf)).toBeLessThanOrEqual(Date.now());
      expect(ageMs).toBeGreaterThan(0);
    }
  });

  test("reads account and positions with amounts as decimal text", async () => {
    const client = clientFor(await startVenue({ startTime: START }));
    const { data: account } = await client.account();
    expect(account).toMatchObject({ status: "ACTIVE", currency: "USD" });
    expect([account.cash, account.equity, account.buyingPower]).toEqual(
      Array(3).fill(expect.stringMatching(DECIMAL)),
    );
    const { data: positions } = await client.positions();
    expect(positions.length).toBeGreaterThan(1);
    for (const { quantity, averageEntryPrice, symbol } of positions) {
      expect([quantity, averageEntryPrice]).toEqual(Array(2).fill(expect.stringMatching(DECIMAL)));
      expect((await client.position(symbol)).data.quantity).toBe(quantity);
    }
    // Pairs stand among the positions without their slash, and are found with it.
    const pair = positions.find(({ assetClass }) => assetClass === "crypto")?.symbol ?? "";
    expect((await client.position(pair.replace(/USD$/, "/USD"))).data.symbol).toBe(pair);
  });

  test("walks the orders, and finds each by both its ids", async () => {
    const client = clientFor(await startVenue({ startTime: START }));
    const submitted: string[] = [];
    for await (const order of client.orders({ status: "all" })) {
      submitted.push(order.submittedAt ?? "");
      expect((await client.order(order.id)).data).toEqual(order);
      expect((await client.orderByClientId(order.clientOrderId)).data).toEqual(order);
    }
    expect(submitted.length).toBeGreaterThan(5);
    expect(submitted).toEqual(submitted.toSorted().reverse());
    const open: string[] = [];
    for await (const { status } of client.orders()) open.push(status);
    expect(open.length).toBeGreaterThan(0);
    expect(open).not.toContain("filled");
  });

  test("reads trading days", async () => {
    const client = clientFor(await startVenue({ startTime: START, session: "real" }));
    const { data } = await client.calendar({ start: "2026-03-06", end: "2026-03-10" });
    expect(data.map(({ date }) => date)).toEqual(["2026-03-06", "2026-03-09", "2026-03-10"]);
    expect(data[0]).toMatchObject({ open: "09:30", close: "16:00", sessionOpen: "04:00" });
  });

  test("rejects where the venue has nothing, and never gives an empty answer instead", async () => {
    const simulator = await startVenue({ startTime: START });
    const client = clientFor(simulator, { http: { retry: false } });
    for (const call of [
      client.position("NOSUCH"),
      client.asset("NOSUCH"),
      client.order("7b08df51-c1ac-453c-99f9-323a5f075f0d"),
      client.orderByClientId("nobody's"),
    ]) {
      expect(await rejection(call)).toMatchObject({ code: "ERR_HTTP_STATUS", statusCode: 404 });
    }
    for (const call of [() => client.positions(), () => client.assets(), () => client.account()]) {
      simulator.inject({ kind: "http-error", status: 500 });
      expect(await rejection(call())).toMatchObject({ code: "ERR_HTTP_STATUS", statusCode: 500 });
    }
    simulator.inject({ kind: "http-error", status: 500 });
    expect(await rejection(client.orders().next())).toMatchObject({ statusCode: 500 });
  });

  test("refuses wrong input before anything is sent", async () => {
    const simulator = await startVenue();
    const client = clientFor(simulator);
    expect(() => client.orders({ limit: -1 })).toThrow(
      expect.objectContaining({ code: "ERR_CONFIG" }),
    );
    expect(await rejection(client.order(""))).toMatchObject({ code: "ERR_CONFIG" });
    expect(await rejection(client.position(" "))).toMatchObject({ code: "ERR_CONFIG" });
    expect(await rejection(client.calendar({ start: "soon" }))).toMatchObject({
      code: "ERR_CONFIG",
    });
    expect(() => client.history.bars({ symbols: [], timeframe: "1Min" })).toThrow(/empty/);
    expect(await rejection(client.snapshots([]))).toMatchObject({ code: "ERR_CONFIG" });
    expect(simulator.state().requests).toEqual({});
  });
});

describe("the account that is asked", () => {
  /** The hosts a client would connect to; none is reached. */
  async function hostsOf(options: Partial<AlpacaClientOptions>): Promise<Set<string>> {
    const hosts = new Set<string>();
    const resolveHost = async (host: string): Promise<never> => {
      hosts.add(host);
      throw new Error("nothing leaves this test");
    };
    const http = { resolveHost, retry: false } as const;
    const client = new AlpacaClient({ credentials, http, ...options });
    onTestFinished(() => client.close());
    const calls = [
      client.account(),
      client.rest.trading.account.getAccount(),
      client.trade("AAPL"),
    ];
    await Promise.allSettled(calls);
    return hosts;
  }

  test("is the paper account unless live is said", async () => {
    expect(await hostsOf({})).toEqual(new Set(["paper-api.alpaca.markets", "data.alpaca.markets"]));
    expect(await hostsOf({ environment: "paper" })).not.toContain("api.alpaca.markets");
  });

  test("is the live account when live is said", async () => {
    expect(await hostsOf({ environment: "live" })).toEqual(
      new Set(["api.alpaca.markets", "data.alpaca.markets"]),
    );
  });
});
