import { describe, expect, test } from "vitest";
import { message, openHandler, range, START_MS } from "../../../test/support/opened-handler.ts";
import { sleep } from "../../core/clock.ts";

describe("the metrics", () => {
  test("of a handler that has done nothing are there, and empty", () => {
    const { handler } = openHandler();
    const metrics = handler.getMetrics();
    expect(metrics).toMatchObject({ state: "idle", readingPaused: false, byType: {} });
    expect(new Set(Object.values(metrics.totals))).toEqual(new Set([0]));
  });

  test("say how late messages were, from the first and the last of each batch", async () => {
    const { handler, clock } = openHandler({ batchSize: 3 });
    handler.registerProcessor("trades", () => {});
    handler.start();
    // Sent 30 ms ago, received 10 ms ago; the one in between is no sample.
    const nowMs = clock.nowMs();
    const aged = (n: number, venueMs: number, oursMs: number) => ({
      ...message(n),
      timestampMs: nowMs - venueMs,
      receivedMs: nowMs - oursMs,
    });
    for (const each of [aged(1, 30, 10), aged(2, 900, 900), aged(3, 10, 0)]) handler.push(each);
    await clock.advance(0);
    const { latency } = handler.getMetrics().byType["trades"] ?? {};
    expect(latency).toEqual({
      exchangeToReceive: { samples: 2, averageMs: 15, p50Ms: 10, p95Ms: 20, p99Ms: 20 },
      receiveToHandler: { samples: 2, averageMs: 5, p50Ms: 0, p95Ms: 10, p99Ms: 10 },
      total: { samples: 2, averageMs: 20, p50Ms: 10, p95Ms: 30, p99Ms: 30 },
    });
  });

  test("have no latency from the venue for messages that carry no time", async () => {
    const { handler, clock } = openHandler({ batchSize: 1 });
    handler.registerProcessor("*", () => {});
    handler.start();
    handler.push({ type: "trade", symbol: "A", n: 1, receivedMs: START_MS - 4 });
    await clock.advance(0);
    const { latency } = handler.getMetrics().byType["trades"] ?? {};
    expect(latency?.exchangeToReceive).toBeUndefined();
    expect(latency?.total).toBeUndefined();
    expect(latency?.receiveToHandler?.averageMs).toBe(4);
  });

  test("say how long processors had their batches, by channel and by processor", async () => {
    const { handler, push, clock } = openHandler({ batchSize: 1, workerCount: 1 });
    handler.registerProcessor("trades", ([first]) => sleep(clock, (first?.n ?? 0) * 10), {
      name: "store",
    });
    handler.start();
    push(...range(1, 4).map((n) => message(n)));
    await clock.advance(1_000);
    const summary = { samples: 4, averageMs: 25, p50Ms: 20, p95Ms: 40, p99Ms: 40 };
    const metrics = handler.getMetrics();
    expect(metrics.byProcessor["store"]?.processingMs).toEqual(summary);
    expect(metrics.byType["trades"]?.processingMs).toEqual(summary);
  });

  test("say how many messages a second came over the last five seconds", async () => {
    const { handler, clock } = openHandler();
    for (let tenth = 0; tenth < 100; tenth++) {
      for (const n of range(1, 20)) handler.push({ ...message(n), receivedMs: clock.nowMs() });
      await clock.advance(100);
    }
    const { byType, totals } = handler.getMetrics();
    expect(byType["trades"]?.rate).toBe(200);
    expect(totals.rate).toBe(200);
    await clock.advance(2_500);
    expect(handler.getMetrics().totals.rate).toBe(100);
    await clock.advance(60_000);
    expect(handler.getMetrics().totals.rate).toBe(0);
  });

  test("are plain JSON, and so is the report of losses", async () => {
    const { handler, push, clock } = openHandler({ batchSize: 2, bufferSize: 3 });
    handler.registerProcessor("trades", () => {}, { name: "store", overflow: "dropNewest" });
    push(...range(1, 5).map((n) => message(n)));
    handler.start();
    await clock.advance(100);
    const metrics = handler.getMetrics();
    expect(JSON.parse(JSON.stringify(metrics))).toEqual(metrics);
    expect(metrics.byProcessor["store"]).toMatchObject({
      channel: "trades",
      priority: 0,
      overflow: "dropNewest",
      state: "active",
      pushed: 5,
      delivered: 3,
      dropped: 2,
    });
    expect(metrics.totals).toMatchObject({ received: 5, pushed: 5, delivered: 3, dropped: 2 });
    expect(handler.getLossReport()).toEqual([
      {
        processor: "store",
        channel: "trades",
        symbol: "AAPL",
        pushed: 5,
        delivered: 3,
        failed: 0,
        dropped: 2,
        conflated: 0,
        queued: 0,
        inFlight: 0,
      },
    ]);
  });

  test("keep to the latest thousand samples", async () => {
    const { handler, push, clock } = openHandler({ batchSize: 1, bufferSize: 2_000 });
    let waitMs = 5;
    handler.registerProcessor("trades", () => (waitMs > 0 ? sleep(clock, waitMs) : undefined));
    handler.start();
    push(...range(1, 10).map((n) => message(n)));
    await clock.advance(50);
    waitMs = 0;
    push(...range(1, 1_000).map((n) => message(n)));
    for (let turn = 0; turn < 1_000; turn++) await clock.advance(0);
    await clock.advance(0);
    expect(handler.getMetrics().byType["trades"]?.processingMs).toEqual({
      samples: 1_000,
      averageMs: 0,
      p50Ms: 0,
      p95Ms: 0,
      p99Ms: 0,
    });
  });
});
