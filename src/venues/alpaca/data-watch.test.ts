import { describe, expect, test } from "vitest";
import { SLICE_MS, STALE_MS, watching } from "../../../test/support/watched-market.ts";

/** Where nobody can be asked, every suspicion costs the connection. */
describe("a watch that can ask nobody", () => {
  test("finds a connection that brings nothing while data is due", async () => {
    const { clock, connect, told, replaced } = watching();
    connect();
    await clock.advance(STALE_MS - 1);
    expect(told).toEqual([]);
    await clock.advance(SLICE_MS + 1);
    expect(told).toMatchObject([{ type: "stale", channel: "trades", finding: "unknown" }]);
    expect(told[0]?.silentMs).toBeGreaterThanOrEqual(STALE_MS);
    expect(replaced).toEqual([told[0]?.silentMs]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("any data of the channel starts the count again", async () => {
    const { clock, connect, hear, make, replaced } = watching();
    connect();
    for (let i = 0; i < 5; i++) {
      await clock.advance(STALE_MS - 1_000);
      hear(make("trade"));
    }
    expect(replaced).toEqual([]);
    await clock.advance(STALE_MS + 2 * SLICE_MS);
    expect(replaced).toHaveLength(1);
  });

  test("suspects nothing while the market is closed, and counts from its opening", async () => {
    let open = false;
    const { clock, connect, told, replaced } = watching({ expectsData: () => open });
    connect();
    await clock.advance(100 * STALE_MS);
    expect(told).toEqual([]);
    open = true;
    await clock.advance(STALE_MS - 500);
    expect(told).toEqual([]);
    await clock.advance(1_000);
    expect(replaced).toHaveLength(1);
  });

  test.each(["updatedBars", "dailyBars", "statuses", "lulds", "imbalances", "news"])(
    "suspects nothing while only %s are subscribed, which may rest for long",
    async (only) => {
      const { clock, connect, told } = watching();
      connect({ [only]: ["AAPL"] });
      expect(clock.pendingTimers).toBe(0);
      await clock.advance(100 * STALE_MS);
      expect(told).toEqual([]);
    },
  );

  test.each(["trades", "quotes", "orderbooks"])("watches %s", async (only) => {
    const { clock, connect, told, replaced } = watching();
    connect({ [only]: ["AAPL"] });
    await clock.advance(STALE_MS + SLICE_MS);
    expect(told).toMatchObject([{ channel: only }]);
    expect(replaced).toHaveLength(1);
  });

  test("gives bars two and a half minutes, and watches them only where nothing busier is", async () => {
    const alone = watching();
    alone.connect({ bars: ["AAPL"] });
    await alone.clock.advance(150_000 - 1);
    expect(alone.told).toEqual([]);
    await alone.clock.advance(SLICE_MS + 1);
    expect(alone.told).toMatchObject([{ channel: "bars" }]);

    const beside = watching();
    beside.connect({ bars: ["AAPL"], quotes: ["AAPL"] });
    for (let second = 0; second < 1_000; second++) {
      await beside.clock.advance(1_000);
      beside.hear(beside.make("quote"));
    }
    expect(beside.told).toEqual([]);
  });

  test("watches only what the venue has granted, from then on", async () => {
    const { clock, watch, told } = watching();
    watch.start();
    await clock.advance(10 * STALE_MS);
    watch.granted({ trades: ["AAPL"] });
    await clock.advance(STALE_MS - 500);
    expect(told).toEqual([]);
    watch.granted({ trades: [] });
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(10 * STALE_MS);
    expect(told).toEqual([]);
  });

  test("each new connection that brought nothing doubles the patience, six times at most", async () => {
    const { clock, connect, replaced } = watching();
    for (let before = 0; before < 9; before++) {
      const doublings = Math.min(before, 6);
      connect();
      await clock.advance(STALE_MS * 2 ** doublings - 500);
      expect(replaced).toHaveLength(before);
      await clock.advance(1_000);
      expect(replaced).toHaveLength(before + 1);
    }
  });

  test("the patience is the connection's, whichever of its channels was suspected", async () => {
    const { clock, connect, replaced } = watching();
    const both = { trades: ["AAPL"], quotes: ["AAPL"] };
    connect(both);
    await clock.advance(STALE_MS + SLICE_MS);
    expect(replaced).toHaveLength(1);
    connect(both);
    await clock.advance(2 * STALE_MS - 500);
    expect(replaced).toHaveLength(1);
    await clock.advance(1_000);
    expect(replaced).toHaveLength(2);
  });

  test("data ends the doubled patience, on this connection already", async () => {
    const { clock, connect, hear, make, replaced } = watching();
    for (let before = 0; before < 3; before++) {
      connect();
      await clock.advance(STALE_MS * 2 ** before + 500);
    }
    expect(replaced).toHaveLength(3);
    connect();
    hear(make("trade"));
    await clock.advance(STALE_MS + 2 * SLICE_MS);
    expect(replaced).toHaveLength(4);
    expect(clock.pendingTimers).toBe(0);
  });

  test("keeps a connection that brings something else, and says so once", async () => {
    const { clock, connect, hear, make, told, replaced } = watching();
    connect({ trades: ["AAPL"], quotes: ["AAPL"] });
    for (let second = 0; second < 600; second++) {
      await clock.advance(1_000);
      hear(make("quote"));
    }
    expect(told).toMatchObject([{ channel: "trades", finding: "unknown" }]);
    expect(replaced).toEqual([]);
  });

  test("a time in which our own process was blocked is not silence", async () => {
    const { clock, connect, hear, make, told } = watching();
    connect();
    await clock.advance(1_000);
    await clock.block(10 * STALE_MS);
    expect(told).toEqual([]);
    hear(make("trade"));
    await clock.advance(STALE_MS - 1_000);
    expect(told).toEqual([]);
  });

  test("a watch that was stopped suspects nothing, and data of the old connection does not wake it", async () => {
    const { clock, watch, connect, hear, make, told } = watching();
    connect();
    watch.stop();
    hear(make("trade"));
    watch.granted({ trades: ["AAPL"] });
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(10 * STALE_MS);
    expect(told).toEqual([]);
  });

  test("with an infinite patience there is no watch and no timer", async () => {
    const { clock, watch, connect, hear, make, told } = watching({
      staleAfterMs: Number.POSITIVE_INFINITY,
    });
    connect();
    hear(make("trade"));
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(100 * STALE_MS);
    expect(told).toEqual([]);
    watch.stop();
  });
});
