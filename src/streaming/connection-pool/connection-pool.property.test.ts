import fc from "fast-check";
import { expect, test } from "vitest";
import { FakeMarketVenue, type Lags } from "../../../test/support/fake-market-venue.ts";
import { type Random, seededRandom } from "../../core/random.ts";
import type { MarketData } from "../../model/market-data.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { ConnectionPool } from "./connection-pool.ts";

const CHANNELS = ["trades", "quotes"];
const SYMBOLS = ["A", "B", "C"];
const PAIRS = CHANNELS.flatMap((channel) => SYMBOLS.map((symbol) => [channel, symbol] as const));
const OVERLAP_MS = 60;
const RUN_MS = 5_000;
/** Shorter than any connection has to be steady before it is replaced, as in real life. */
const ACK_TIMEOUT_MS = 200;

interface Mishap {
  readonly atMs: number;
  /** Which of the connections that are open then. */
  readonly which: number;
  readonly kind: "cut" | "die" | "deaf";
  readonly backAfterMs: number;
}

const mishap: fc.Arbitrary<Mishap> = fc.record({
  atMs: fc.integer({ min: 50, max: RUN_MS }),
  which: fc.integer({ min: 0, max: 5 }),
  kind: fc.constantFrom("cut", "cut", "die", "deaf"),
  backAfterMs: fc.integer({ min: 1, max: 1_500 }),
});

const scenario = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  poolSize: fc.integer({ min: 1, max: 3 }),
  rotateAfterMs: fc.constantFrom(400, 900, 2_000),
  maxHeldMessages: fc.constantFrom(30, 100_000),
  mishaps: fc.array(mishap, { maxLength: 8 }),
});

/** Connections differ in their lag, and a connection's lag changes. */
function lagsFrom(random: Random): () => Lags {
  const upTo = (ms: number): number => Math.floor(random.next() * ms);
  return () => ({
    connectMs: 1 + upTo(200),
    serverMs: upTo(OVERLAP_MS),
    requestMs: () => 1 + upTo(40),
    deliveryMs: () => 1 + upTo(250),
  });
}

/** Random messages at random moments, the same for the same seed. */
function publishMuch(venue: FakeMarketVenue, random: Random): void {
  let atMs = 0;
  const next = (): void => {
    const [channel, symbol] = PAIRS[Math.floor(random.next() ** 2 * PAIRS.length)] ?? ["", ""];
    venue.publish(channel, symbol);
    const waitMs = Math.floor(random.next() * 12);
    atMs += waitMs;
    if (atMs < RUN_MS) venue.clock.setTimer(next, waitMs);
  };
  next();
}

function suffer(venue: FakeMarketVenue, { which, kind, backAfterMs }: Mishap): void {
  const open = venue.openStreams;
  const stream = open[which % Math.max(1, open.length)];
  if (kind === "cut") stream?.cut(backAfterMs);
  else if (kind === "die") stream?.die();
  else if (stream) {
    stream.isDeaf = true;
    venue.clock.setTimer(() => {
      stream.isDeaf = false;
      stream.cut(1); // what a client does about an acknowledgement that does not come
    }, backAfterMs % ACK_TIMEOUT_MS);
  }
}

test("through rotations and failures, each symbol's messages come once, in order and without a gap", async () => {
  const totals = { rotations: 0, rotationsAbandoned: 0, failovers: 0, duplicatesRemoved: 0 };
  const property = fc.asyncProperty(scenario, async (run) => {
    const clock = new ManualClock();
    const random = seededRandom(run.seed);
    const venue = new FakeMarketVenue(clock);
    venue.lags = lagsFrom(random);
    const pool = new ConnectionPool({
      open: venue.open,
      capabilities: { credentials: 2, connectionsPerCredential: 3 },
      poolSize: run.poolSize,
      maxSubscriptionsPerConnection: PAIRS.length,
      healthCheckMs: 100,
      rotateAfterMs: run.rotateAfterMs,
      failoverAfterMs: 500,
      overlapMs: OVERLAP_MS,
      maxHeldMessages: run.maxHeldMessages,
      clock,
    });
    const received = new Map<string, number[]>();
    const started = pool.getConnection(SYMBOLS);
    await clock.advance(1_000);
    const connection = await started;
    for (const [channel, symbol] of PAIRS) {
      const sequences: number[] = [];
      received.set(`${channel} ${symbol}`, sequences);
      connection.route(channel, symbol, (message: MarketData) => sequences.push(message.seconds));
    }
    const subscribed = connection.subscribe({ trades: SYMBOLS, quotes: SYMBOLS });
    await clock.advance(1_000);
    await subscribed;

    publishMuch(venue, random);
    // Something of each has to have come before the first mishap, or there is no mark to go by.
    for (const [channel, symbol] of PAIRS) venue.publish(channel, symbol);
    await clock.advance(400);
    for (const one of run.mishaps) clock.setTimer(() => suffer(venue, one), one.atMs);
    await clock.advance(RUN_MS + 5_000);

    for (const [channel, symbol] of PAIRS) {
      const last = venue.lastSequence(channel, symbol);
      const all = Array.from({ length: last }, (_, index) => index + 1);
      expect(received.get(`${channel} ${symbol}`), `${channel} ${symbol}`).toEqual(all);
    }
    const metrics = pool.getPoolMetrics();
    for (const name of Object.keys(totals) as (keyof typeof totals)[]) {
      totals[name] += metrics[name];
    }
    expect(metrics.waitingSubscriptions).toBe(0);
    for (const credential of [0, 1]) {
      const open = venue.openStreams.filter((stream) => stream.credential === credential);
      expect(open.length).toBeLessThanOrEqual(3);
    }
    const stopped = pool.stop();
    await clock.advance(100);
    await stopped;
    await clock.advance(20_000);
    expect(clock.pendingTimers).toBe(0);
    expect(venue.openStreams).toHaveLength(0);
  });
  await fc.assert(property, { numRuns: 60, interruptAfterTimeLimit: 20_000 });
  // A run in which nothing happens proves nothing.
  expect(totals.rotations).toBeGreaterThan(50);
  expect(totals.rotationsAbandoned).toBeGreaterThan(5);
  expect(totals.failovers).toBeGreaterThan(5);
  expect(totals.duplicatesRemoved).toBeGreaterThan(500);
}, 60_000);
