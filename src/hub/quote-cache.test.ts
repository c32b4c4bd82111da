import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quoteAt } from "../../test/support/alpaca-models.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { QuoteCache } from "./quote-cache.ts";

const TTL_MS = 60_000;

function opened(): { clock: ManualClock; cache: QuoteCache } {
  const clock = new ManualClock();
  return { clock, cache: new QuoteCache(clock, TTL_MS) };
}

describe("QuoteCache", () => {
  test("says when a quote was true, how old it is and where it came from", async () => {
    const { clock, cache } = opened();
    const quote = quoteAt(clock.nowMs());
    cache.put(quote, "rest");
    await clock.advance(1_500);
    expect(cache.fresh("AAPL")).toEqual({
      data: quote,
      asOf: quote.timestamp,
      ageMs: 1_500,
      source: "cache",
      stale: false,
    });
    cache.put(quoteAt(clock.nowMs(), "MSFT"), "stream");
    expect(cache.fresh("MSFT")).toMatchObject({ source: "stream", ageMs: 0 });
    expect(cache.fresh("TSLA")).toBeUndefined();
  });

  test("a quote is fresh until its time to live, and not beyond", async () => {
    const { clock, cache } = opened();
    cache.put(quoteAt(clock.nowMs()), "rest");
    await clock.advance(TTL_MS);
    expect(cache.fresh("AAPL")).toMatchObject({ ageMs: TTL_MS, stale: false });
    await clock.advance(1);
    expect(cache.fresh("AAPL")).toBeUndefined();
  });

  test("a quote's age is its own, not that of its arrival", () => {
    const { clock, cache } = opened();
    cache.put(quoteAt(clock.nowMs() - TTL_MS - 1), "rest");
    expect(cache.fresh("AAPL")).toBeUndefined();
    cache.put(quoteAt(clock.nowMs() - 5_000, "MSFT"), "rest");
    expect(cache.fresh("MSFT")).toMatchObject({ ageMs: 5_000 });
  });

  test("a wall clock that is behind, or set back, makes no quote younger", async () => {
    const { clock, cache } = opened();
    cache.put(quoteAt(clock.nowMs() + 3_600_000), "rest"); // by our clock, from the future
    await clock.advance(TTL_MS + 1);
    expect(cache.fresh("AAPL")).toBeUndefined();

    cache.put(quoteAt(clock.nowMs(), "MSFT"), "rest");
    await clock.advance(TTL_MS + 1);
    clock.jumpWall(-3_600_000);
    expect(cache.fresh("MSFT")).toBeUndefined();
  });

  test("a caller may ask for younger quotes, never for older ones", async () => {
    const { clock, cache } = opened();
    cache.put(quoteAt(clock.nowMs()), "rest");
    await clock.advance(1_000);
    expect(cache.fresh("AAPL", 999)).toBeUndefined();
    expect(cache.fresh("AAPL", 1_000)).toBeDefined();
    await clock.advance(TTL_MS);
    expect(cache.fresh("AAPL", Number.POSITIVE_INFINITY)).toBeUndefined();
  });

  test("at an age of zero at most nothing is fresh enough, not even what came this moment", () => {
    const { clock, cache } = opened();
    cache.put(quoteAt(clock.nowMs()), "rest");
    expect(cache.fresh("AAPL", 0)).toBeUndefined();
  });

  test("what the stream brought counts only while the stream is live", () => {
    const { clock, cache } = opened();
    cache.put(quoteAt(clock.nowMs()), "stream");
    cache.put(quoteAt(clock.nowMs(), "MSFT"), "rest");
    expect(cache.fresh("AAPL")).toBeDefined();
    cache.forgetStreamed();
    expect(cache.fresh("AAPL")).toBeUndefined();
    expect(cache.fresh("MSFT")).toBeDefined();
  });

  test("the later quote by the venue's time stays, to the nanosecond, however they arrive", () => {
    const { cache } = opened();
    cache.put(quoteAt("2023-11-14T22:13:20.000000002Z", "AAPL", 2), "stream");
    cache.put(quoteAt("2023-11-14T22:13:20.000000001Z", "AAPL", 1), "rest");
    expect(cache.fresh("AAPL")?.data.bidPrice).toBe(2);
    cache.put(quoteAt("2023-11-14T22:13:20.000000003Z", "AAPL", 3), "rest");
    expect(cache.fresh("AAPL")?.data.bidPrice).toBe(3);
    cache.put(quoteAt("2023-11-14T22:13:19.999999999Z", "AAPL", 0), "rest");
    expect(cache.fresh("AAPL")?.data.bidPrice).toBe(3);
  });

  test("a quote that was asked for just now says so, and says when it is old", () => {
    const { clock, cache } = opened();
    expect(cache.justAsked(quoteAt(clock.nowMs() - 10))).toMatchObject({
      source: "rest",
      ageMs: 10,
      stale: false,
    });
    const weekend = 2 * 86_400_000;
    expect(cache.justAsked(quoteAt(clock.nowMs() - weekend))).toMatchObject({
      source: "rest",
      ageMs: weekend,
      stale: true,
    });
  });

  test("holds 20,000 symbols; the one that was not renewed for longest goes first", () => {
    const { clock, cache } = opened();
    for (let index = 0; index < 20_000; index++) {
      cache.put(quoteAt(clock.nowMs(), `S${index}`), "stream");
    }
    cache.put(quoteAt(clock.nowMs(), "S0"), "stream");
    cache.put(quoteAt(clock.nowMs(), "NEW"), "stream");
    expect(cache.size).toBe(20_000);
    expect(cache.fresh("S0")).toBeDefined();
    expect(cache.fresh("S1")).toBeUndefined();
    expect(cache.fresh("NEW")).toBeDefined();
    cache.clear();
    expect(cache.size).toBe(0);
  });

  test("whatever happens, nothing older than allowed is fresh, and age never shrinks by itself", async () => {
    const step = fc.oneof(
      fc.record({ advanceMs: fc.nat(40_000) }),
      fc.record({ jumpMs: fc.integer({ min: -100_000, max: 100_000 }) }),
      fc.record({ quoteAgoMs: fc.integer({ min: -5_000, max: 90_000 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), fc.nat(90_000), async (steps, maxMs) => {
        const { clock, cache } = opened();
        let known: { readonly venueMs: number; readonly receivedMs: number } | undefined;
        for (const one of steps) {
          if ("advanceMs" in one) await clock.advance(one.advanceMs);
          else if ("jumpMs" in one) clock.jumpWall(one.jumpMs);
          else {
            const venueMs = clock.nowMs() - one.quoteAgoMs;
            cache.put(quoteAt(venueMs), "rest");
            if (!known || venueMs >= known.venueMs) {
              known = { venueMs, receivedMs: clock.monotonicMs() };
            }
          }
          const found = cache.fresh("AAPL", maxMs);
          if (!found) continue;
          expect(found.ageMs).toBeLessThanOrEqual(Math.min(maxMs, TTL_MS));
          expect(found.stale).toBe(false);
          expect(found.data.timestampMs).toBe(known?.venueMs);
          expect(found.ageMs).toBeGreaterThanOrEqual(clock.nowMs() - found.data.timestampMs);
          expect(found.ageMs).toBeGreaterThanOrEqual(
            clock.monotonicMs() - (known?.receivedMs ?? 0),
          );
        }
      }),
    );
  });
});
