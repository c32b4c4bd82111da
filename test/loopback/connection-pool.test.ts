import { describe, expect, onTestFinished, test } from "vitest";
import {
  AlpacaConnectionPool,
  type AlpacaConnectionPoolOptions,
} from "../../src/hub/alpaca-connection-pool.ts";
import type { Simulator } from "../../src/simulator/index.ts";
import type { PooledConnection } from "../../src/streaming/connection-pool/pooled-connection.ts";
import type { PoolRotation } from "../../src/streaming/connection-pool/rotation.ts";
import { AlpacaWebSocketClient } from "../../src/venues/alpaca/alpaca-websocket-client.ts";
import { eventually, pause } from "../support/eventually.ts";
import { credentials, QUICK, startVenue } from "../support/venue.ts";
import { get } from "./simulator-client.ts";

const SYMBOLS = ["AAPL", "MSFT", "SPY"];
const PAIRS = ["PK-ONE", "PK-TWO"].map((keyId) => ({ ...credentials, keyId }));

interface PooledVenue {
  readonly pool: AlpacaConnectionPool;
  readonly rotations: PoolRotation[];
  readonly codes: string[];
}

function poolOf(
  simulator: Simulator,
  options: Partial<AlpacaConnectionPoolOptions> = {},
): PooledVenue {
  const pool = new AlpacaConnectionPool({
    credentials: PAIRS,
    url: simulator.url,
    poolSize: 1,
    healthCheckMs: 50,
    overlapMs: 100,
    ...QUICK,
    ...options,
  });
  const rotations: PoolRotation[] = [];
  const codes: string[] = [];
  pool.onRotation((rotation) => rotations.push(rotation));
  pool.onError((error) => codes.push(error.code));
  onTestFinished(() => pool.stop());
  return { pool, rotations, codes };
}

/** Trade ids by symbol, as they come. */
function tradesOf(connection: {
  route: PooledConnection["route"];
}): Map<string, { id: string; at: string }[]> {
  const trades = new Map(SYMBOLS.map((symbol) => [symbol, [] as { id: string; at: string }[]]));
  for (const symbol of SYMBOLS) {
    connection.route("trades", symbol, (message) => {
      if (message.type !== "trade") return;
      trades.get(symbol)?.push({ id: String(message.id), at: message.timestamp });
    });
  }
  return trades;
}

/** The ids of every trade of the tape between the first and the last that came. */
async function tapeOf(
  simulator: Simulator,
  symbol: string,
  trades: readonly { readonly at: string }[],
): Promise<string[]> {
  const range = `start=${trades[0]?.at}&end=${trades.at(-1)?.at}&feed=iex&limit=10000`;
  const ids: string[] = [];
  let token: string | null = null;
  do {
    const page: string = token ? `&page_token=${encodeURIComponent(token)}` : "";
    const { body } = await get(simulator, `/v2/stocks/trades?symbols=${symbol}&${range}${page}`);
    ids.push(...(body.trades[symbol] ?? []).map((row: { i: unknown }) => String(row.i)));
    token = body.next_page_token;
  } while (token !== null);
  return ids;
}

async function expectWhole(
  simulator: Simulator,
  trades: ReadonlyMap<string, readonly { id: string; at: string }[]>,
): Promise<void> {
  for (const [symbol, received] of trades) {
    expect(received.length, symbol).toBeGreaterThan(100);
    const tape = await tapeOf(simulator, symbol, received);
    expect(
      received.map(({ id }) => id),
      symbol,
    ).toEqual(tape);
  }
}

describe("a rotation under load", () => {
  test.each([
    ["over two accounts with one connection each", 1, {}],
    ["within one account that may have two", 2, { credentials: PAIRS.slice(0, 1) }],
  ])("%s loses, repeats and reorders nothing", async (_, connectionsPerEndpoint, options) => {
    const simulator = await startVenue({ ratePerSymbol: 2_000, plan: { connectionsPerEndpoint } });
    const { pool, rotations, codes } = poolOf(simulator, {
      connectionsPerCredential: connectionsPerEndpoint,
      rotateAfterMs: 300,
      ...options,
    });
    const connection = await pool.getConnection([]);
    const trades = tradesOf(connection);
    await connection.subscribe({ trades: SYMBOLS, quotes: SYMBOLS });
    await eventually(() => expect(rotations.length).toBeGreaterThanOrEqual(4), 15_000);
    await connection.unsubscribe({ trades: SYMBOLS });
    await expectWhole(simulator, trades);
    expect(new Set(rotations.map(({ outcome }) => outcome))).toEqual(new Set(["completed"]));
    expect(pool.getPoolMetrics().duplicatesRemoved).toBeGreaterThan(100);
    expect(codes).toEqual([]);
  });

  test("would lose messages if the old connection were closed first", async () => {
    const simulator = await startVenue({ ratePerSymbol: 5_000 });
    const open = (): AlpacaWebSocketClient =>
      new AlpacaWebSocketClient({ credentials, url: simulator.url, ...QUICK });
    const old = open();
    const trades = tradesOf(old);
    await old.connect();
    await old.subscribe({ trades: SYMBOLS });
    await pause(300);
    await old.disconnect();
    await pause(50); // a real venue is further away than the loopback address
    const next = open();
    onTestFinished(() => next.disconnect());
    const more = tradesOf(next);
    await next.connect();
    await next.subscribe({ trades: SYMBOLS });
    await pause(500);
    await next.unsubscribe({ trades: SYMBOLS });
    let lost = 0;
    for (const symbol of SYMBOLS) {
      const received = [...(trades.get(symbol) ?? []), ...(more.get(symbol) ?? [])];
      lost += (await tapeOf(simulator, symbol, received)).length - received.length;
    }
    expect(lost).toBeGreaterThan(0);
  });
});

describe("a connection that fails", () => {
  test("by a cut comes back by itself, with its subscriptions, and the pool leaves it alone", async () => {
    const simulator = await startVenue();
    const { pool } = poolOf(simulator, { poolSize: 2 });
    const connection = await pool.getConnection(SYMBOLS, { channels: ["trades"] });
    const trades = tradesOf(connection);
    await eventually(() => expect(trades.get("AAPL")?.length).toBeGreaterThan(10));
    simulator.inject({ kind: "cut", keyId: "PK-ONE" });
    simulator.inject({ kind: "cut", keyId: "PK-TWO" });
    const metrics = () => pool.getPoolMetrics();
    await eventually(() =>
      expect(metrics().connections.map(({ reconnects }) => reconnects)).toEqual([1, 1]),
    );
    const before = trades.get("AAPL")?.length ?? 0;
    await eventually(() => expect(trades.get("AAPL")?.length).toBeGreaterThan(before + 10));
    expect(metrics()).toMatchObject({ failovers: 0, healthyConnections: 2 });
  });

  test("and leaves a ghost in its slot is replaced: its symbols go on elsewhere", async () => {
    const simulator = await startVenue({ plan: { ghostMs: 60_000, authTimeoutMs: 300 } });
    const { pool, codes } = poolOf(simulator, { poolSize: 2, failoverAfterMs: 1_000 });
    const connection = await pool.getConnection(SYMBOLS, { channels: ["trades"] });
    const trades = tradesOf(connection);
    await eventually(() => expect(trades.get("SPY")?.length).toBeGreaterThan(10));
    const [carrier] = pool.getPoolMetrics().connections.filter((one) => one.subscriptions > 0);
    simulator.inject({ kind: "ghost", keyId: PAIRS[carrier?.credentialIndex ?? 0]?.keyId ?? "" });
    await eventually(() => expect(pool.getPoolMetrics().failovers).toBe(1), 10_000);
    const before = trades.get("SPY")?.length ?? 0;
    await eventually(() => expect(trades.get("SPY")?.length).toBeGreaterThan(before + 10));
    expect(codes).toContain("ERR_STALE");
    for (const received of trades.values()) {
      const ids = received.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});
