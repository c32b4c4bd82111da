import { describe, expect, onTestFinished, test } from "vitest";
import { HttpSession } from "../../src/http/http-session.ts";
import { AlpacaClient } from "../../src/hub/alpaca-client.ts";
import type { AlpacaClientOptions } from "../../src/hub/alpaca-client-options.ts";
import type { Simulator } from "../../src/simulator/index.ts";
import { AlpacaRest } from "../../src/venues/alpaca/rest.ts";
import { credentials, QUICK, startVenue } from "../support/venue.ts";
import { eventually, rejection } from "./http-loopback-server.ts";

/** A minute of one second, so that a test sees several. */
const LIMIT = { requestsPerMinute: 30, rateWindowMs: 1_000 } as const;
const CLIENTS = 20;
const CALLS_EACH = 6;

function clientFor(simulator: Simulator, options: Partial<AlpacaClientOptions> = {}): AlpacaClient {
  const client = new AlpacaClient({
    credentials,
    url: simulator.url,
    stream: QUICK,
    ...LIMIT,
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

/** How the venue itself has counted the account's requests. */
function countOf(simulator: Simulator): { mostInWindow: number; refused: number } {
  const { mostInWindow = 0, refused = 0 } = simulator.state().rates[credentials.keyId] ?? {};
  return { mostInWindow, refused };
}

describe("twenty clients of one account", () => {
  test("together never ask more than the venue allows", async () => {
    const simulator = await startVenue({ plan: LIMIT });
    const clients = Array.from({ length: CLIENTS }, () => clientFor(simulator));

    await Promise.all(
      clients.flatMap((client) => Array.from({ length: CALLS_EACH }, () => client.account())),
    );

    const { mostInWindow, refused } = countOf(simulator);
    expect(refused).toBe(0);
    expect(mostInWindow).toBeLessThanOrEqual(LIMIT.requestsPerMinute);
    expect(mostInWindow).toBeGreaterThan(LIMIT.requestsPerMinute / 2);
    expect(clients[0]?.getHealth().budgets).toMatchObject([
      {
        limit: LIMIT.requestsPerMinute,
        clients: CLIENTS,
        granted: CLIENTS * CALLS_EACH,
        grantedByLane: { query: CLIENTS * CALLS_EACH },
      },
    ]);
  });

  test("exceed it when each of them goes without that limit (the control)", async () => {
    const simulator = await startVenue({ plan: LIMIT });
    const session = new HttpSession({ retry: false, breaker: false });
    onTestFinished(() => session.close());
    const { url } = simulator;
    const calls = Array.from({ length: CLIENTS * CALLS_EACH }, () =>
      new AlpacaRest({ session, credentials, tradingUrl: url, dataUrl: url }).account(),
    );
    const ended = await Promise.allSettled(calls);
    expect(ended.filter(({ status }) => status === "rejected").length).toBeGreaterThan(0);
    expect(countOf(simulator).mostInWindow).toBeGreaterThan(LIMIT.requestsPerMinute);
    expect(countOf(simulator).refused).toBeGreaterThan(0);
  });

  test("keep to what the venue says when that is less than what they were told", async () => {
    const simulator = await startVenue({ plan: { ...LIMIT, requestsPerMinute: 10 } });
    const clients = Array.from({ length: 5 }, () => clientFor(simulator));
    await clients[0]?.account();
    await Promise.all(
      clients.flatMap((client) => Array.from({ length: 5 }, () => client.account())),
    );
    expect(countOf(simulator)).toEqual({ mostInWindow: 10, refused: 0 });
    expect(clients[0]?.getHealth().budgets[0]?.limit).toBe(10);
  });

  test("go on when one of them is closed, and its waiting calls end", async () => {
    const simulator = await startVenue({ plan: LIMIT });
    const [one, other] = [clientFor(simulator), clientFor(simulator)];
    const calls = Promise.allSettled(Array.from({ length: 40 }, () => one.account()));
    const others = Array.from({ length: 5 }, () => other.account());
    await eventually(() => other.getHealth().budgets[0]?.waitingByLane.query === 15);
    await one.close();
    const ended = await calls;
    expect(ended.filter(({ status }) => status === "rejected").length).toBeGreaterThanOrEqual(10);
    expect(await Promise.all(others)).toHaveLength(5);
    expect(other.getHealth().budgets).toMatchObject([{ clients: 1 }]);
    expect(countOf(simulator).refused).toBe(0);
  });

  test("cannot be told different limits", async () => {
    const simulator = await startVenue({ plan: LIMIT });
    clientFor(simulator);
    expect(() => clientFor(simulator, { requestsPerMinute: 31 })).toThrow(
      expect.objectContaining({
        code: "ERR_CONFIG",
        faults: [expect.stringContaining("requestsPerMinute is 30 for other clients")],
      }),
    );
    const keys = { keyId: "PKOTHER", secretKey: "not-a-real-secret" };
    clientFor(simulator, { credentials: keys, requestsPerMinute: 31 });
  });
});

test("a cancellation overtakes five hundred back-fills that wait", async () => {
  const limits = { requestsPerMinute: 20, rateWindowMs: 1_000 };
  const simulator = await startVenue({ plan: limits });
  const client = clientFor(simulator, limits);
  const orders: string[] = [];
  for await (const { id } of client.orders()) orders.push(id);
  const controller = new AbortController();
  const { signal } = controller;
  let filled = 0;
  const backFills = Array.from({ length: 500 }, async () => {
    const request = { symbols: "AAPL", timeframe: "1Day", lane: "backfill", signal } as const;
    for await (const _bar of client.history.bars(request)) break;
    filled++;
  });
  const ended = Promise.allSettled(backFills);
  await eventually(() => (client.getHealth().budgets[0]?.waitingByLane.backfill ?? 0) > 400);

  const before = filled;
  const cancel = client.rest.trading.orders;
  const cancels = orders.map((orderId) => cancel.deleteOrderByOrderID({ orderId }));
  await Promise.allSettled(cancels);

  expect(cancels.length).toBeGreaterThan(2);
  // What was let go with them, and before the first of them could be.
  expect(filled - before).toBeLessThanOrEqual(20);
  expect(client.getHealth().budgets[0]?.waitingByLane.backfill).toBeGreaterThan(400);
  controller.abort(new Error("enough"));
  await ended;
  expect(client.getHealth().budgets[0]?.waitingByLane).toEqual({
    cancel: 0,
    order: 0,
    query: 0,
    backfill: 0,
  });
  expect(countOf(simulator).refused).toBe(0);
});

test("a venue that refuses all the same is left alone for as long as it asks", async () => {
  const simulator = await startVenue({ plan: { requestsPerMinute: 1_000 } });
  const client = clientFor(simulator, { http: { retry: false } });
  const other = clientFor(simulator);
  simulator.inject({ kind: "http-error", status: 429, retryAfterSeconds: 1 });
  expect(await rejection(client.account())).toMatchObject({
    code: "ERR_RATE_LIMITED",
    retryAfterMs: 1_000,
  });
  const startedMs = performance.now();
  await other.account();
  expect(performance.now() - startedMs).toBeGreaterThan(900);
});
