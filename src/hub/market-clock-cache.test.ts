import { describe, expect, test, vi } from "vitest";
import type { MarketClock } from "../model/market-clock.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { MarketClockCache } from "./market-clock-cache.ts";

const TTL_MS = 600_000;
const HOUR_MS = 3_600_000;

/** A venue whose market changes in `untilChangeMs`, on its own clock, which need not be ours. */
function opened(untilChangeMs: number, isOpen = true) {
  const clock = new ManualClock();
  const venueStartMs = Date.parse("2026-01-26T15:00:00Z");
  const venueMs = (): number => venueStartMs + clock.monotonicMs();
  const changeMs = venueStartMs + untilChangeMs;
  const text = (ms: number): string => new Date(ms).toISOString();
  const answer = (): MarketClock => {
    const changed = venueMs() >= changeMs;
    const isOpenNow = changed !== isOpen;
    const nextMs = changed ? changeMs + 10 * HOUR_MS : changeMs;
    return {
      isOpen: isOpenNow,
      timestamp: text(venueMs()),
      nextOpen: text(isOpenNow ? nextMs + HOUR_MS : nextMs),
      nextClose: text(isOpenNow ? nextMs : nextMs + HOUR_MS),
    };
  };
  const fetch = vi.fn(async () => answer());
  return { clock, answer, fetch, cache: new MarketClockCache(clock, TTL_MS, fetch) };
}

describe("MarketClockCache", () => {
  test("asks once in ten minutes, and says how old the answer is", async () => {
    const { clock, cache, fetch } = opened(8 * HOUR_MS);
    expect(await cache.get()).toMatchObject({ source: "rest", ageMs: 0, data: { isOpen: true } });
    await clock.advance(TTL_MS - 1);
    expect(await cache.get()).toMatchObject({
      source: "cache",
      ageMs: TTL_MS - 1,
      asOf: "2026-01-26T15:00:00.000Z",
      stale: false,
    });
    expect(fetch).toHaveBeenCalledTimes(1);
    await clock.advance(1);
    expect(await cache.get()).toMatchObject({ source: "rest", ageMs: 0 });
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  test("twenty callers at once ask once", async () => {
    const { cache, fetch } = opened(8 * HOUR_MS);
    await Promise.all(Array.from({ length: 20 }, () => cache.get()));
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test.each([true, false])(
    "never outlives the moment at which the market changes (open now: %s)",
    async (isOpen) => {
      const { clock, cache, fetch } = opened(90_000, isOpen);
      expect((await cache.get()).data.isOpen).toBe(isOpen);
      await clock.advance(89_999);
      expect((await cache.get()).data.isOpen).toBe(isOpen);
      expect(fetch).toHaveBeenCalledTimes(1);
      await clock.advance(1);
      expect((await cache.get()).data.isOpen).toBe(!isOpen);
      expect(fetch).toHaveBeenCalledTimes(2);
    },
  );

  test.each([HOUR_MS, -HOUR_MS])(
    "nor does it when our own clock is wrong by %d ms, or is set meanwhile",
    async (wrongMs) => {
      const { clock, cache } = opened(90_000);
      clock.jumpWall(wrongMs);
      await cache.get();
      clock.jumpWall(wrongMs);
      await clock.advance(89_999);
      expect(await cache.get()).toMatchObject({ source: "cache", data: { isOpen: true } });
      await clock.advance(1);
      expect((await cache.get()).data.isOpen).toBe(false);
    },
  );

  test("nor does it when the answer was slow: it counts from the question", async () => {
    const { clock, answer } = opened(90_000);
    const slow = vi.fn(async () => {
      const asked = answer(); // the venue's time is that of the question
      await new Promise<void>((resolve) => void clock.setTimer(resolve, 4_000));
      return asked;
    });
    const cache = new MarketClockCache(clock, TTL_MS, slow);
    const first = cache.get();
    await clock.advance(4_000);
    expect(await first).toMatchObject({ ageMs: 4_000, data: { isOpen: true } });
    await clock.advance(85_999);
    expect(await cache.get()).toMatchObject({ source: "cache" });
    await clock.advance(1); // closed now
    const second = cache.get();
    await clock.advance(4_000);
    expect(await second).toMatchObject({ source: "rest", data: { isOpen: false } });
  });

  test("an answer without readable times is given and not kept", async () => {
    const { clock, answer } = opened(HOUR_MS);
    const fetch = vi.fn(async () => ({ ...answer(), nextClose: "soon" }));
    const cache = new MarketClockCache(clock, TTL_MS, fetch);
    expect((await cache.get()).data.isOpen).toBe(true);
    await cache.get();
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  test("a failure reaches everybody who waited and is not kept", async () => {
    const { clock, cache, fetch } = opened(HOUR_MS);
    const fault = new Error("no answer");
    fetch.mockRejectedValueOnce(fault);
    const outcomes = await Promise.allSettled([cache.get(), cache.get()]);
    expect(outcomes).toEqual(new Array(2).fill({ status: "rejected", reason: fault }));
    expect((await cache.get()).data.isOpen).toBe(true);
    await clock.advance(0);
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  test("a caller that gives up ends its own wait alone", async () => {
    const { cache } = opened(HOUR_MS);
    const stop = new AbortController();
    const impatient = cache.get(stop.signal);
    const patient = cache.get();
    stop.abort("enough");
    await expect(impatient).rejects.toBe("enough");
    expect((await patient).data.isOpen).toBe(true);
  });
});

describe("a look at what is known", () => {
  test("tells at once, and starts asking when nothing is", async () => {
    const { clock, cache, fetch } = opened(HOUR_MS);
    expect(cache.peekOpen()).toBeUndefined();
    expect(cache.peekOpen()).toBeUndefined();
    await clock.advance(0);
    expect(cache.peekOpen()).toBe(true);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test("is not answered by what has become wrong", async () => {
    const { clock, cache } = opened(90_000);
    await cache.get();
    await clock.advance(90_000);
    expect(cache.peekOpen()).toBeUndefined();
    await clock.advance(0);
    expect(cache.peekOpen()).toBe(false);
  });

  test("after a failure does not ask again for a minute, and nobody is troubled", async () => {
    const { clock, cache, fetch } = opened(HOUR_MS);
    fetch.mockRejectedValueOnce(new Error("no answer"));
    cache.peekOpen();
    await clock.advance(59_999);
    expect(cache.peekOpen()).toBeUndefined();
    expect(fetch).toHaveBeenCalledTimes(1);
    await clock.advance(1);
    cache.peekOpen();
    await clock.advance(0);
    expect(cache.peekOpen()).toBe(true);
    expect(fetch).toHaveBeenCalledTimes(2);
  });
});
