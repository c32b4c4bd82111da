import { describe, expect, test } from "vitest";
import { SLICE_MS, STALE_MS, watching } from "../../../test/support/watched-market.ts";
import { sleep } from "../../core/clock.ts";
import { timeOfMilliseconds } from "../../model/venue-time.ts";

const GRACE_MS = 1_000;
const DEADLINE_MS = 5_000;
const NEVER = new Promise<never>(() => {});

/** A watch that can ask, over a connection on which a trade came just now. */
async function heard() {
  const opened = watching({}, true);
  opened.connect();
  opened.hear(opened.make("trade"));
  await opened.clock.advance(SLICE_MS);
  return opened;
}

describe("a suspicion", () => {
  test("asks for the symbols of the silent channel before anything is said", async () => {
    const { clock, venue, told, replaced } = await heard();
    venue.answer = () => NEVER;
    await clock.advance(STALE_MS);
    expect(venue.asked).toEqual([{ channel: "trades", symbols: ["AAPL"] }]);
    expect([told, replaced]).toEqual([[], []]);
  });

  test("is mute when the venue knows something newer that does not come", async () => {
    const { clock, venue, venueMs, told, replaced } = await heard();
    venue.latestMs.set("AAPL", venueMs() + 10_000);
    await clock.advance(STALE_MS);
    expect(told).toEqual([]);
    await clock.advance(GRACE_MS + SLICE_MS);
    expect(told).toMatchObject([{ channel: "trades", finding: "mute" }]);
    expect(replaced).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test("is quiet when the venue knows nothing newer: told once, and the connection stays", async () => {
    const { clock, venue, venueMs, told, replaced } = await heard();
    venue.latestMs.set("AAPL", venueMs() - SLICE_MS);
    await clock.advance(100 * STALE_MS);
    expect(told).toMatchObject([{ channel: "trades", finding: "quiet" }]);
    expect(replaced).toEqual([]);
    expect(venue.asked.length).toBeGreaterThan(3);
  });

  test("that was quiet doubles the patience, three times at most", async () => {
    const { clock, venue, venueMs } = await heard();
    venue.latestMs.set("AAPL", venueMs());
    for (const [before, doublings] of [0, 1, 2, 3, 3, 3].entries()) {
      await clock.advance(STALE_MS * 2 ** doublings - 1_000);
      expect(venue.asked).toHaveLength(before);
      await clock.advance(1_000);
      expect(venue.asked).toHaveLength(before + 1);
    }
  });

  test("is told again after data flowed, with the first patience", async () => {
    const { clock, venue, venueMs, told, hear, make } = await heard();
    venue.latestMs.set("AAPL", venueMs());
    await clock.advance(4 * STALE_MS);
    expect(told).toHaveLength(1);
    hear(make("trade"));
    venue.latestMs.set("AAPL", venueMs());
    await clock.advance(STALE_MS + 2 * SLICE_MS);
    expect(told.map(({ finding }) => finding)).toEqual(["quiet", "quiet"]);
  });

  test("finds a connection that became mute while it was quiet", async () => {
    const { clock, venue, venueMs, told } = await heard();
    venue.latestMs.set("AAPL", venueMs());
    await clock.advance(STALE_MS);
    venue.latestMs.set("AAPL", venueMs());
    await clock.advance(2 * STALE_MS + GRACE_MS + SLICE_MS);
    expect(told.map(({ finding }) => finding)).toEqual(["quiet", "mute"]);
  });

  test("a late print that came last is not taken for the newest", async () => {
    const { clock, venue, venueMs, told, hear, make, newest } = await heard();
    const seen = make("trade");
    hear(seen);
    newest.set("trades", seen);
    venue.latestMs.set("AAPL", venueMs());
    hear(make("trade", "AAPL", 30_000));
    await clock.advance(STALE_MS + 2 * SLICE_MS + GRACE_MS);
    expect(told).toMatchObject([{ finding: "quiet" }]);
  });
});

describe("where nothing came yet on a connection", () => {
  test("the first answer is only kept: what the venue had before is not missed", async () => {
    const { clock, venue, venueMs, told, replaced, connect } = watching({}, true);
    venue.latestMs.set("AAPL", venueMs());
    connect();
    await clock.advance(STALE_MS + SLICE_MS);
    expect(venue.asked).toHaveLength(1);
    expect(told).toEqual([]);
    await clock.advance(STALE_MS);
    expect(venue.asked).toHaveLength(2);
    expect(told).toMatchObject([{ finding: "quiet" }]);
    expect(told[0]?.silentMs).toBeGreaterThanOrEqual(2 * STALE_MS);
    expect(replaced).toEqual([]);
  });

  test("what the venue has got since is", async () => {
    const { clock, venue, venueMs, told, replaced, connect } = watching({}, true);
    connect({ trades: ["AAPL", "MSFT"] });
    venue.latestMs.set("AAPL", venueMs());
    await clock.advance(STALE_MS + SLICE_MS);
    venue.latestMs.set("MSFT", venueMs()); // its first trade ever
    await clock.advance(STALE_MS + GRACE_MS + SLICE_MS);
    expect(told).toMatchObject([{ finding: "mute" }]);
    expect(replaced).toHaveLength(1);
  });

  test("a symbol granted later is not measured by what came before it", async () => {
    const { clock, venue, venueMs, told, watch } = await heard();
    venue.latestMs.set("AAPL", venueMs() - SLICE_MS);
    await clock.advance(30_000);
    venue.latestMs.set("MSFT", venueMs());
    await clock.advance(5_000);
    watch.granted({ trades: ["AAPL", "MSFT"] });
    await clock.advance(10 * STALE_MS);
    expect(told).toMatchObject([{ finding: "quiet" }]);
  });
});

describe("while the venue is asked", () => {
  test("data ends the suspicion and the question", async () => {
    const { clock, venue, told, hear, make } = await heard();
    venue.answer = () => NEVER;
    await clock.advance(STALE_MS);
    hear(make("trade"));
    await clock.advance(SLICE_MS);
    expect(venue.signals[0]?.aborted).toBe(true);
    await clock.advance(STALE_MS - 2 * SLICE_MS);
    expect(told).toEqual([]);
    expect(venue.asked).toHaveLength(1);
  });

  test("data that comes right before the verdict still counts", async () => {
    const { clock, venue, venueMs, told, replaced, hear, make } = await heard();
    const latest = new Map([["AAPL", timeOfMilliseconds(venueMs() + 10_000)]]);
    // The verdict falls between two looks at the time, so that none of them has noticed the data.
    venue.answer = () => sleep(clock, SLICE_MS / 2).then(() => latest);
    await clock.advance(STALE_MS + GRACE_MS + SLICE_MS / 4);
    hear(make("trade"));
    await clock.advance(SLICE_MS / 2);
    expect([told, replaced]).toEqual([[], []]);
    expect(venue.asked).toHaveLength(1);
  });

  test("a closing market ends the suspicion", async () => {
    let open = true;
    const { clock, venue, told, connect, hear, make } = watching({ expectsData: () => open }, true);
    connect();
    hear(make("trade"));
    venue.answer = () => NEVER;
    await clock.advance(STALE_MS + SLICE_MS);
    expect(venue.asked).toHaveLength(1);
    open = false;
    await clock.advance(10 * STALE_MS);
    expect(venue.signals[0]?.aborted).toBe(true);
    expect(told).toEqual([]);
  });

  test("the end of the connection ends the question, and no timer stays", async () => {
    const { clock, venue, told, watch } = await heard();
    venue.answer = () => NEVER;
    await clock.advance(STALE_MS);
    watch.stop();
    expect(venue.signals[0]?.aborted).toBe(true);
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(10 * STALE_MS);
    expect(told).toEqual([]);
  });

  test("it is not asked a second time", async () => {
    const { clock, connect, hear, make, venue } = watching({ staleAfterMs: 500 }, true);
    connect();
    hear(make("trade"));
    venue.answer = () => NEVER;
    await clock.advance(DEADLINE_MS);
    expect(venue.asked).toHaveLength(1);
  });

  test("no answer within five seconds is as if it could not be asked", async () => {
    const { clock, venue, told, replaced, causes } = await heard();
    venue.answer = () => NEVER;
    await clock.advance(STALE_MS);
    await clock.advance(DEADLINE_MS - SLICE_MS);
    expect(venue.signals[0]?.aborted).toBe(false);
    await clock.advance(GRACE_MS + 2 * SLICE_MS);
    expect(venue.signals[0]?.aborted).toBe(true);
    expect(told).toMatchObject([{ finding: "unknown" }]);
    expect(replaced).toHaveLength(1);
    expect(causes).toMatchObject([{ name: "TimeoutError" }]);
  });

  test("a failed question costs the connection, and says why", async () => {
    const { clock, venue, told, causes } = await heard();
    const failure = new Error("no budget");
    venue.answer = () => Promise.reject(failure);
    await clock.advance(STALE_MS + GRACE_MS + SLICE_MS);
    expect(told).toMatchObject([{ finding: "unknown" }]);
    expect(causes).toEqual([failure]);
  });

  test.each([
    ["the answer", (): Promise<never> => NEVER],
    ["a failure", (): Promise<never> => Promise.reject(new Error("late"))],
  ])("a process of ours that was blocked loses nothing to %s", async (_, answer) => {
    const { clock, venue, told, replaced, hear, make } = await heard();
    venue.answer = answer;
    await clock.advance(STALE_MS);
    expect(venue.asked).toHaveLength(1);
    await clock.block(10 * STALE_MS);
    hear(make("trade")); // it lay unread in the kernel
    await clock.advance(GRACE_MS);
    expect([told, replaced]).toEqual([[], []]);
  });
});
