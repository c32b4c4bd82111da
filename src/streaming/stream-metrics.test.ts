import { describe, expect, test } from "vitest";
import { StreamCounters } from "./stream-metrics.ts";

describe("StreamCounters", () => {
  test("a stream that has done nothing has counted nothing and knows no latency", () => {
    expect(new StreamCounters().snapshot({})).toEqual({
      frames: 0,
      bytes: 0,
      messages: 0,
      messagesByType: {},
      decodeErrors: 0,
      unknownMessages: 0,
      handlerErrors: 0,
      reconnects: 0,
      latency: undefined,
      lastMessageMs: undefined,
    });
  });

  test("frames, bytes and messages are counted, messages by type as well", () => {
    const counters = new StreamCounters();
    counters.frame(100);
    counters.frame(50);
    counters.sample(1_000, 990);
    counters.sample(1_010, 990);
    counters.sample(1_020, 990);
    expect(counters.snapshot({ trade: 2, quote: 1 })).toMatchObject({
      frames: 2,
      bytes: 150,
      messages: 3,
      messagesByType: { trade: 2, quote: 1 },
      lastMessageMs: 1_020,
      latency: { averageMs: 20, minMs: 10, maxMs: 30 },
    });
  });

  test("latency is that of the last 1,000 samples", () => {
    const counters = new StreamCounters();
    for (let i = 0; i < 5; i++) counters.sample(9_000, 0);
    for (let i = 0; i < 999; i++) counters.sample(10, 0);
    expect(counters.snapshot({}).latency).toMatchObject({ minMs: 10, maxMs: 9_000 });
    counters.sample(20, 0);
    expect(counters.snapshot({}).latency).toEqual({ averageMs: 10.01, minMs: 10, maxMs: 20 });
  });

  test("a snapshot does not change afterwards", () => {
    const counters = new StreamCounters();
    counters.sample(1, 0);
    const before = counters.snapshot({ trade: 1 });
    counters.sample(2, 0);
    expect(before).toMatchObject({ messages: 1, lastMessageMs: 1, latency: { maxMs: 1 } });
  });
});
