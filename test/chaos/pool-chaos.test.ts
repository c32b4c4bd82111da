import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { AlpacaConnectionPool } from "../../src/hub/alpaca-connection-pool.ts";
import { type RemoteSimulator, startSimulatorWorker } from "../../src/simulator/index.ts";
import type { GapPolicy } from "../../src/streaming/gap-ledger/channel-rules.ts";
import { eventually } from "../support/eventually.ts";
import { QUICK } from "../support/venue.ts";
import { type DeliveryCheck, sumOf } from "./delivery-check.ts";
import { RunRecord, symbolName } from "./run-record.ts";

const KEYS = ["PK-ONE", "PK-TWO", "PK-THREE"];
const SYMBOLS = Array.from({ length: 40 }, (_, at) => symbolName(at));
const SETTLED_MS = 1_500;

interface Opened {
  readonly venue: RemoteSimulator;
  readonly pool: AlpacaConnectionPool;
  readonly record: RunRecord;
  readonly compare: () => Promise<DeliveryCheck>;
}

async function openPool(policy: GapPolicy): Promise<Opened> {
  const venue = await startSimulatorWorker({
    seed: 5,
    ratePerSymbol: 40,
    plan: { ghostMs: 500, requestsPerMinute: 10_000 },
  });
  onTestFinished(() => venue.close());
  const pool = new AlpacaConnectionPool({
    credentials: KEYS.map((keyId) => ({ keyId, secretKey: "pool" })),
    url: venue.url,
    requestsPerMinute: 10_000,
    poolSize: 2,
    maxSubscriptionsPerConnection: 100,
    healthCheckMs: 100,
    rotateAfterMs: 2_500,
    overlapMs: 150,
    failoverAfterMs: 1_500,
    ...QUICK,
    backfill: { settleMs: 50, policy },
  });
  onTestFinished(() => pool.stop());
  await pool.start();
  const connection = await pool.getConnection(SYMBOLS);
  const record = new RunRecord(connection, (tell) => pool.onGap(tell));
  await connection.subscribe({ trades: SYMBOLS, bars: SYMBOLS });
  await eventually(() => expect(record.trades).toBeGreaterThan(100));
  const compare = async () => {
    const endMs = Date.now();
    await sleep(SETTLED_MS);
    return sumOf(await record.compare(venue, SYMBOLS, endMs));
  };
  return { venue, pool, record, compare };
}

const ZEROS = { lost: 0, duplicated: 0, outOfOrder: 0, unreported: 0, falselyReported: 0 };

test("connections are exchanged under load, and nothing is lost, double or late", async () => {
  const { pool, compare } = await openPool("repair");
  await eventually(() => expect(pool.getPoolMetrics().rotations).toBeGreaterThanOrEqual(4), 20_000);
  expect(await compare()).toMatchObject(ZEROS);
  expect(pool.getPoolMetrics()).toMatchObject({ failovers: 0 });
});

/** One connection is cut, then refused for good; the other is half-open for a while. */
async function letConnectionsFail({ venue, pool, record }: Opened): Promise<void> {
  await venue.inject({ kind: "cut", keyId: "PK-ONE" });
  await eventually(() => expect(record.gaps.length).toBeGreaterThan(0));
  // The venue wants to hear nothing of this key any more: its symbols have to go elsewhere.
  await venue.inject({ kind: "reject-auth", code: 402, keyId: "PK-ONE", count: 100 });
  await venue.inject({ kind: "cut", keyId: "PK-ONE" });
  await eventually(() => expect(pool.getPoolMetrics().failovers).toBeGreaterThan(0), 10_000);
  await sleep(SETTLED_MS);
  await venue.inject({ kind: "half-open", keyId: "PK-TWO" });
  await sleep(2 * SETTLED_MS);
}

test("connections fail under load, and nothing is lost, double or late", async () => {
  const opened = await openPool("repair");
  await letConnectionsFail(opened);
  expect(await opened.compare()).toMatchObject(ZEROS);
  expect(opened.record.gaps.some(({ recovered }) => recovered > 0)).toBe(true);
});

test("control: without repair the same failures lose trades, and say so", async () => {
  const opened = await openPool("report");
  await letConnectionsFail(opened);
  const { lost, unreported, duplicated, outOfOrder } = await opened.compare();
  expect(lost).toBeGreaterThan(0);
  expect({ unreported, duplicated, outOfOrder }).toEqual({
    unreported: 0,
    duplicated: 0,
    outOfOrder: 0,
  });
});
