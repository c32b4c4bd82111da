import { describe, expect, test } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { Heartbeat } from "./heartbeat.ts";

function beating(intervalMs = 10_000, timeoutMs = 5_000) {
  const clock = new ManualClock();
  const pings: number[] = [];
  const deaths: number[] = [];
  let backlog = false;
  const heartbeat = new Heartbeat(
    clock,
    { intervalMs, timeoutMs },
    {
      ping: () => pings.push(clock.monotonicMs()),
      dead: () => deaths.push(clock.monotonicMs()),
      hasBacklog: () => backlog,
    },
  );
  heartbeat.start();
  const setBacklog = (value: boolean): void => {
    backlog = value;
  };
  return { clock, pings, deaths, heartbeat, setBacklog };
}

describe("the heartbeat", () => {
  test("pings at its interval while the peer answers", async () => {
    const { clock, pings, deaths, heartbeat } = beating();
    for (let i = 0; i < 3; i++) {
      await clock.advance(10_000);
      await clock.advance(20);
      heartbeat.heard();
    }
    expect(pings).toEqual([10_000, 20_000, 30_000]);
    expect(deaths).toEqual([]);
  });

  test("declares a peer dead that stays silent for the timeout after a ping", async () => {
    const { clock, deaths } = beating();
    await clock.advance(14_999);
    expect(deaths).toEqual([]);
    await clock.advance(1);
    expect(deaths).toEqual([15_000]);
  });

  test("passes no verdict while something waits to be heard, and a late one if it was no answer", async () => {
    const { clock, deaths, setBacklog } = beating();
    setBacklog(true);
    await clock.advance(30_000);
    expect(deaths).toEqual([]);
    setBacklog(false);
    await clock.advance(5_000);
    expect(deaths).toHaveLength(1);
  });

  test("takes any sign of life for an answer", async () => {
    const { clock, deaths, heartbeat } = beating();
    await clock.advance(14_900);
    heartbeat.heard();
    await clock.advance(9_900);
    expect(deaths).toEqual([]);
  });

  test("does not blame the peer for a block of our own event loop", async () => {
    const { clock, deaths, heartbeat } = beating();
    await clock.advance(10_000);
    await clock.block(8_000);
    await clock.advance(1);
    heartbeat.heard(); // the pong lay in the kernel's buffer
    await clock.advance(6_000); // the next ping is out, its answer not yet due
    expect(deaths).toEqual([]);
  });

  test("still finds a dead peer after such a block", async () => {
    const { clock, deaths } = beating();
    await clock.advance(10_000);
    await clock.block(8_000);
    await clock.advance(5_500);
    expect(deaths).toHaveLength(1);
  });

  test("stops for good, and leaves no timer", async () => {
    const { clock, pings, heartbeat } = beating();
    heartbeat.stop();
    await clock.advance(60_000);
    expect(pings).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("sends nothing with an infinite interval", async () => {
    const { clock, pings } = beating(Number.POSITIVE_INFINITY);
    await clock.advance(600_000);
    expect(pings).toEqual([]);
  });
});
