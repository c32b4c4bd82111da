import { describe, expect, test } from "vitest";
import { FakeMarketVenue, NO_LAGS } from "../../../test/support/fake-market-venue.ts";
import { AuthRejectedError, ConnectionClosedError } from "../../core/errors.ts";
import type { HoldfastError } from "../../core/holdfast-error.ts";
import { arrivalOf } from "../../model/arrival.ts";
import { OrderBook } from "../../model/order-book.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { ConnectionPool, type PoolFailover } from "./connection-pool.ts";
import type { ConnectionPoolOptions } from "./pool-options.ts";
import type { PooledConnection } from "./pooled-connection.ts";
import type { PoolRotation } from "./rotation.ts";

interface Opened {
  readonly clock: ManualClock;
  readonly venue: FakeMarketVenue;
  readonly pool: ConnectionPool;
  readonly errors: HoldfastError[];
  readonly rotations: PoolRotation[];
  readonly failovers: PoolFailover[];
  /** What the promise comes to, while a little time passes. */
  soon<T>(promise: Promise<T>, ms?: number): Promise<T>;
  /** A handle with these on `trades`, and the numbers of what it received. */
  holding(...symbols: string[]): Promise<{ connection: PooledConnection; received: string[] }>;
  loads(): number[];
}

function opened(options: Partial<ConnectionPoolOptions> = {}): Opened {
  const clock = new ManualClock();
  const venue = new FakeMarketVenue(clock);
  const pool = new ConnectionPool({
    open: venue.open,
    capabilities: { credentials: 2, connectionsPerCredential: 4 },
    healthCheckMs: 1_000,
    rotateAfterMs: Number.POSITIVE_INFINITY,
    idleAfterMs: Number.POSITIVE_INFINITY,
    clock,
    ...options,
  });
  const errors: HoldfastError[] = [];
  const rotations: PoolRotation[] = [];
  const failovers: PoolFailover[] = [];
  pool.onError((error) => errors.push(error));
  pool.onRotation((rotation) => rotations.push(rotation));
  pool.onFailover((failover) => failovers.push(failover));
  const soon = async <T>(promise: Promise<T>, ms = 100): Promise<T> => {
    promise.catch(() => {});
    await clock.advance(ms);
    return promise;
  };
  return {
    clock,
    venue,
    pool,
    errors,
    rotations,
    failovers,
    soon,
    async holding(...symbols) {
      const connection = await soon(pool.getConnection(symbols, { channels: ["trades"] }));
      const received: string[] = [];
      connection.route("trades", "*", ({ symbol, seconds }) => received.push(symbol + seconds));
      return { connection, received };
    },
    loads: () => pool.getPoolMetrics().connections.map(({ subscriptions }) => subscriptions),
  };
}

describe("starting", () => {
  test("opens all connections, over the credentials evenly", async () => {
    const { pool, venue, soon } = opened({ poolSize: 4 });
    await soon(pool.start());
    expect(venue.openStreams.map(({ credential }) => credential)).toEqual([0, 1, 0, 1]);
    expect(pool.getPoolMetrics()).toMatchObject({ healthyConnections: 4, connectionsCreated: 4 });
  });

  test("goes on without a connection that does not come, and opens it at a later look", async () => {
    const { pool, venue, soon, clock, errors } = opened({ poolSize: 2, connectTimeoutMs: 500 });
    let opening = 0;
    venue.lags = () => ({ ...NO_LAGS, connectMs: opening++ === 1 ? 10_000 : 10 });
    await soon(pool.start(), 600);
    expect(errors).toMatchObject([{ code: "ERR_CONNECT_TIMEOUT" }]);
    expect(pool.getPoolMetrics().healthyConnections).toBe(1);
    await clock.advance(2_000);
    expect(pool.getPoolMetrics().healthyConnections).toBe(2);
  });

  test("rejects when no connection can be had, and may be tried again", async () => {
    const clock = new ManualClock();
    const venue = new FakeMarketVenue(clock);
    let isRefused = true;
    const pool = new ConnectionPool({
      open: (credential) => {
        const stream = venue.open(credential);
        if (isRefused) stream.connectFault = new AuthRejectedError(402, "auth failed");
        return stream;
      },
      capabilities: { credentials: 3, connectionsPerCredential: 1 },
      clock,
    });
    const refused = pool.start();
    const outcome = expect(refused).rejects.toMatchObject({ code: "ERR_AUTH_REJECTED" });
    await clock.advance(100);
    await outcome;
    expect(venue.openStreams).toHaveLength(0);
    isRefused = false;
    const started = pool.start();
    await clock.advance(100);
    await started;
    expect(pool.getPoolMetrics().healthyConnections).toBe(3);
  });
});

describe("connections for symbols", () => {
  test("are spread by their load, counted in channels and symbols", async () => {
    const { pool, soon, loads } = opened();
    await soon(pool.getConnection(["A"], { channels: ["trades", "quotes", "bars"] }));
    await soon(pool.getConnection(["B"], { channels: ["trades"] }));
    await soon(pool.getConnection(["C"], { channels: ["trades"] }));
    await soon(pool.getConnection(["D"], { channels: ["trades"] }));
    expect(loads()).toEqual([3, 2, 1]);
  });

  test("are where the symbols are already, as long as there is room", async () => {
    const { pool, soon, loads } = opened({ maxSubscriptionsPerConnection: 3 });
    await soon(pool.getConnection(["A", "B"], { channels: ["trades"] }));
    await soon(pool.getConnection(["A"], { channels: ["quotes"] }));
    expect(loads()).toEqual([3, 0, 0]);
    await soon(pool.getConnection(["B"], { channels: ["quotes"] }));
    expect(loads()).toEqual([3, 1, 0]);
  });

  test("that no connection has room for are refused with the figures, and nothing changes", async () => {
    const { pool, soon, loads } = opened({ poolSize: 2, maxSubscriptionsPerConnection: 2 });
    await soon(pool.getConnection(["A", "B", "C"], { channels: ["trades"] }));
    await expect(
      soon(pool.getConnection(["D", "E"], { channels: ["trades"] })),
    ).rejects.toMatchObject({ code: "ERR_POOL_FULL", wanted: 2, free: 1, connections: 2 });
    expect(loads().reduce((sum, load) => sum + load)).toBe(3);
  });

  test("cannot be had for every symbol at once", async () => {
    const { pool } = opened();
    await expect(pool.getConnection(["*", ""])).rejects.toMatchObject({
      code: "ERR_CONFIG",
      faults: [expect.stringContaining("cannot be spread"), expect.stringContaining("no")],
    });
  });

  test("share what several want, until the last one releases it", async () => {
    const { pool, venue, soon, holding } = opened();
    const first = await holding("A");
    const second = await holding("A");
    expect(pool.getPoolMetrics().totalSubscriptions).toBe(1);
    await soon(first.connection.release());
    venue.publish("trades", "A");
    await soon(Promise.resolve());
    await soon(second.connection.release());
    venue.publish("trades", "A");
    await soon(Promise.resolve());
    expect([first.received, second.received]).toEqual([[], ["A1"]]);
    expect(pool.getPoolMetrics().totalSubscriptions).toBe(0);
    await expect(second.connection.subscribe({ trades: ["A"] })).rejects.toMatchObject({
      code: "ERR_CLOSED",
    });
  });

  test("end for everybody when the symbols are released", async () => {
    const { pool, soon, holding } = opened();
    const { connection } = await holding("A", "B");
    await soon(pool.releaseSymbols(["A"]));
    expect(connection.desiredSubscriptions).toEqual({ trades: ["B"] });
  });

  test("cost nothing on the way of a message: the stream has the user's routes and no other", async () => {
    const { venue, holding } = opened();
    const { connection } = await holding("A");
    connection.route("trades", "A", () => {});
    expect(venue.carrierOf("trades", "A").routeCount).toBe(2);
  });
});

describe("a connection that is lost", () => {
  test("is left to come back by itself", async () => {
    const { venue, holding, clock, failovers } = opened();
    const { received } = await holding("A");
    venue.publish("trades", "A");
    await clock.advance(10);
    venue.carrierOf("trades", "A").cut(1_500);
    venue.publish("trades", "A");
    await clock.advance(3_000);
    expect(received).toEqual(["A1", "A2"]);
    expect(failovers).toEqual([]);
  });

  test("is given up after three errors; its symbols move, from where they were", async () => {
    const { venue, holding, clock, failovers, pool } = opened();
    const { received } = await holding("A", "B");
    venue.publish("trades", "A");
    await clock.advance(10);
    const old = venue.carrierOf("trades", "A");
    old.cut(Number.POSITIVE_INFINITY);
    for (let attempt = 0; attempt < 3; attempt++) old.fail(new ConnectionClosedError(1006));
    venue.publish("trades", "A");
    await clock.advance(2_000);
    expect(failovers).toMatchObject([{ from: 1, to: [2], subscriptions: 2, waiting: 0 }]);
    expect(venue.carrierOf("trades", "A").calls.at(-1)).toBe("subscribe trades A, trades B since");
    expect(received).toEqual(["A1", "A2"]);
    expect(old.isOpen).toBe(false);
    expect(pool.getPoolMetrics()).toMatchObject({ failovers: 1, healthyConnections: 3 });
  });

  test("is not given up while every other is away, too: that is the venue's doing", async () => {
    const { venue, holding, clock, failovers } = opened({ failoverAfterMs: 500 });
    await holding("A");
    for (const stream of venue.openStreams) stream.cut(5_000);
    await clock.advance(4_000);
    expect(failovers).toEqual([]);
  });

  test("for good moves its symbols at once, the important ones first where room is short", async () => {
    const { venue, pool, soon, clock, failovers } = opened({
      poolSize: 2,
      maxSubscriptionsPerConnection: 2,
      capabilities: { credentials: 2, connectionsPerCredential: 1 },
    });
    await soon(pool.getConnection(["A"], { channels: ["trades"] }));
    await soon(pool.getConnection(["B", "C"], { channels: ["trades"] }));
    await soon(pool.getConnection(["C"], { channels: ["trades"], priority: 1 }));
    const dying = venue.carrierOf("trades", "C");
    dying.die();
    expect(failovers).toMatchObject([{ subscriptions: 2, to: [1], waiting: 1 }]);
    await clock.advance(50);
    expect(venue.carrierOf("trades", "C").credential).toBe(0);
    // The other one has a connection of its own again, as soon as the dead one's slot is free.
    expect(venue.carrierOf("trades", "B")).not.toBe(dying);
    expect(venue.openStreams).toHaveLength(2);
  });

  test("with refused credentials is not tried with them again", async () => {
    const { venue, pool, clock, holding } = opened({
      poolSize: 2,
      capabilities: { credentials: 2, connectionsPerCredential: 1 },
    });
    await holding("A");
    const refused = venue.carrierOf("trades", "A");
    refused.isLive = false;
    refused.fail(new AuthRejectedError(402, "auth failed"));
    await clock.advance(5_000);
    expect(venue.streams).toHaveLength(2);
    expect(pool.getPoolMetrics()).toMatchObject({ healthyConnections: 1, waitingSubscriptions: 0 });
  });
});

describe("a connection without work", () => {
  test("is closed after a while, but for the last one", async () => {
    const { venue, pool, clock, soon } = opened({ idleAfterMs: 2_000 });
    await soon(pool.start());
    await clock.advance(5_000);
    expect(venue.openStreams).toHaveLength(1);
    expect(pool.getPoolMetrics()).toMatchObject({ idleRemoved: 2, healthyConnections: 1 });
  });

  test("is opened again when there is work", async () => {
    const { venue, pool, clock, soon } = opened({
      idleAfterMs: 2_000,
      maxSubscriptionsPerConnection: 1,
    });
    await soon(pool.start());
    await clock.advance(5_000);
    await soon(pool.getConnection(["A", "B"], { channels: ["trades"] }));
    expect(venue.openStreams).toHaveLength(2);
  });
});

describe("an old connection", () => {
  const rotating = { poolSize: 1, rotateAfterMs: 5_000, overlapMs: 100 };

  test("is replaced after its successor has everything, and says goodbye last", async () => {
    const { venue, holding, clock, rotations, pool } = opened(rotating);
    await holding("A");
    const [old] = venue.streams;
    await clock.advance(6_500);
    const [, next] = venue.streams;
    expect(next?.calls).toEqual(["connect", "subscribe trades A"]);
    expect(old?.calls.slice(-2)).toEqual(["unsubscribe trades A", "disconnect"]);
    expect(rotations).toMatchObject([{ outcome: "completed", from: 1, to: 2, subscriptions: 1 }]);
    expect(pool.getPoolMetrics()).toMatchObject({ rotations: 1, healthyConnections: 1 });
  });

  test("delivers until it has given up; what came over both is delivered once, in order", async () => {
    const { venue, holding, clock, pool } = opened({ ...rotating, rotateAfterMs: 30_000 });
    const { received } = await holding("A");
    await clock.advance(29_000);
    for (let ms = 0; ms < 3_000; ms += 5) {
      venue.publish("trades", "A");
      await clock.advance(5);
    }
    await clock.advance(100);
    expect(received).toEqual(Array.from({ length: 600 }, (_, index) => `A${index + 1}`));
    expect(pool.getPoolMetrics().duplicatesRemoved).toBeGreaterThan(10);
    // The filter goes when nothing can come twice any more, and messages cost nothing again.
    expect(pool.getPoolMetrics().rotations).toBe(1);
    await clock.advance(12_000);
    expect(venue.carrierOf("trades", "A").routeCount).toBe(1);
  });

  test("stays when its successor cannot connect", async () => {
    const { venue, holding, clock, rotations, pool } = opened(rotating);
    const { received } = await holding("A");
    await clock.advance(4_900);
    const lags = venue.lags();
    venue.lags = () => ({ ...lags, connectMs: 20_000 });
    await clock.advance(12_000);
    expect(rotations[0]).toMatchObject({
      outcome: "abandoned",
      cause: { code: "ERR_CONNECT_TIMEOUT" },
    });
    venue.publish("trades", "A");
    await clock.advance(10);
    expect(received).toEqual(["A1"]);
    expect(pool.getPoolMetrics()).toMatchObject({ rotations: 0, rotationsAbandoned: 1 });
  });

  test("stays when it is lost meanwhile, and comes back by itself", async () => {
    const { venue, holding, clock, rotations } = opened({ ...rotating, overlapMs: 1_000 });
    const { received } = await holding("A");
    const [old] = venue.streams;
    while (venue.streams[1]?.granted.size !== 1) await clock.advance(10);
    old?.cut(5);
    venue.publish("trades", "A");
    await clock.advance(50);
    expect(rotations).toMatchObject([
      { outcome: "abandoned", cause: { code: "ERR_CONNECTION_CLOSED" } },
    ]);
    expect(venue.carrierOf("trades", "A")).toBe(old);
    expect(received).toEqual(["A1"]);
  });

  test("that is lost while it gives up is not missed: its successor fills in what came", async () => {
    const { venue, holding, clock, rotations } = opened(rotating);
    const { received } = await holding("A");
    const [old] = venue.streams;
    while (!old?.calls.at(-1)?.startsWith("unsubscribe")) await clock.advance(1);
    venue.publish("trades", "A");
    old.cut(Number.POSITIVE_INFINITY);
    await clock.advance(500);
    expect(rotations).toMatchObject([{ outcome: "recovered", from: 1, to: 2 }]);
    expect(venue.carrierOf("trades", "A").calls.at(-1)).toBe("subscribe trades A since");
    venue.publish("trades", "A");
    await clock.advance(50);
    expect(received).toEqual(["A1", "A2"]);
  });

  test("is not replaced while its subscriptions wait for the venue", async () => {
    const { venue, clock, soon, pool } = opened(rotating);
    const connection = await soon(pool.getConnection([]));
    for (const stream of venue.openStreams) stream.isDeaf = true;
    void connection.subscribe({ trades: ["A"] }).catch(() => {});
    await clock.advance(10_000);
    expect(venue.streams).toHaveLength(1);
  });

  test("stays when more would have to be held back than is allowed", async () => {
    const { venue, holding, clock, rotations } = opened({ ...rotating, maxHeldMessages: 3 });
    const { received } = await holding("A");
    for (let ms = 0; ms < 6_000; ms += 10) {
      venue.publish("trades", "A");
      await clock.advance(10);
    }
    expect(rotations[0]).toMatchObject({
      outcome: "abandoned",
      cause: { code: "ERR_SLOW_CONSUMER" },
    });
    expect(received).toEqual(Array.from({ length: 600 }, (_, index) => `A${index + 1}`));
  });

  test("takes new symbols meanwhile on its successor, and gives up what is released on both", async () => {
    const { venue, holding, clock, soon, pool } = opened({ ...rotating, overlapMs: 1_000 });
    const { connection } = await holding("A", "B");
    await clock.advance(6_500);
    await soon(connection.subscribe({ trades: ["C"] }));
    await soon(connection.unsubscribe({ trades: ["B"] }));
    await clock.advance(3_000);
    expect(pool.getPoolMetrics()).toMatchObject({ rotations: 1, totalSubscriptions: 2 });
    expect([...venue.carrierOf("trades", "C").granted].sort()).toEqual(["trades A", "trades C"]);
  });

  test("of order books hands over with a whole book, and what belongs to it", async () => {
    const { venue, clock, soon, pool } = opened(rotating);
    const connection = await soon(pool.getConnection(["A"], { channels: ["orderbooks"] }));
    const received: string[] = [];
    connection.route("orderbooks", "A", (message) => {
      if (message.type !== "orderBook") return;
      received.push(`${message.snapshot ? "whole" : "change"} ${message.seconds}`);
    });
    const book = (seconds: number, snapshot: boolean): OrderBook =>
      new OrderBook("A", { seconds, nanos: 0 }, arrivalOf(0), { bids: [], asks: [], snapshot });
    venue.publishMessage("orderbooks", "A", book(1, false));
    while (venue.streams[1]?.granted.size !== 1) await clock.advance(10);
    for (const [seconds, snapshot] of [
      [2, true],
      [3, false],
    ] as const) {
      venue.publishMessage("orderbooks", "A", book(seconds, snapshot));
    }
    await clock.advance(1_000);
    expect(received).toEqual(["change 1", "whole 2", "change 3", "whole 2", "change 3"]);
  });
});

describe("stopping", () => {
  test("closes everything once, ends what waits, and leaves no timer", async () => {
    const { venue, pool, soon, clock, holding } = opened();
    const { connection } = await holding("A");
    for (const stream of venue.openStreams) stream.isDeaf = true;
    const waiting = connection.subscribe({ trades: ["B"] });
    const outcome = expect(waiting).rejects.toMatchObject({ code: "ERR_CLOSED" });
    await soon(Promise.all([pool.stop(), pool.stop()]));
    await outcome;
    expect(venue.openStreams).toHaveLength(0);
    await clock.advance(10_000);
    expect(clock.pendingTimers).toBe(0);
    await expect(pool.start()).rejects.toMatchObject({ code: "ERR_CLOSED" });
  });

  test("in the middle of a rotation closes both connections", async () => {
    const { venue, pool, soon, clock, holding } = opened({
      poolSize: 1,
      rotateAfterMs: 5_000,
      overlapMs: 1_000,
    });
    await holding("A");
    await clock.advance(6_500);
    expect(venue.openStreams).toHaveLength(2);
    await soon(pool.stop());
    expect(venue.openStreams).toHaveLength(0);
    await clock.advance(20_000);
    expect(clock.pendingTimers).toBe(0);
  });
});
