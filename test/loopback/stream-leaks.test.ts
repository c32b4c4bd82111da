import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { countingClock } from "../support/counting-clock.ts";
import { eventually } from "../support/eventually.ts";
import { clientOf, startVenue } from "../support/venue.ts";

const CYCLES = 10_000;

describe("opening and closing", () => {
  test(`${CYCLES} times leaves no socket, timer or listener, and no memory`, async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const simulator = await startVenue();
    const clock = countingClock();
    const { client, codes } = clientOf(simulator, { clock });
    const cycle = async (): Promise<void> => {
      await client.connect();
      await client.disconnect();
    };
    for (let i = 0; i < 500; i++) await cycle(); // code and pools are warm from here on
    await eventually(() => expect(simulator.state().sockets.webSocket).toBe(0));
    collectGarbage();
    const before = { resources: resources(), heap: process.memoryUsage().heapUsed };

    for (let i = 0; i < CYCLES; i++) await cycle();

    await eventually(() => expect(simulator.state().sockets.webSocket).toBe(0));
    expect(codes()).toEqual([]);
    expect(simulator.state().authentications).toBe(CYCLES + 500);
    await eventually(() => expect(resources()).toEqual(before.resources));
    expect(clock.pending()).toBe(0);
    collectGarbage();
    const grownMiB = (process.memoryUsage().heapUsed - before.heap) / 2 ** 20;
    expect(grownMiB).toBeLessThan(5);
  }, 180_000);

  test("while the venue cuts every session leaves nothing either", async () => {
    const simulator = await startVenue();
    const clock = countingClock();
    const { client } = clientOf(simulator, {
      clock,
      reconnect: { baseMs: 1, maxMs: 2, stableAfterMs: 0 },
    });
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    for (let cuts = 1; cuts <= 200; cuts++) {
      simulator.inject({ kind: "cut" });
      await eventually(() => expect(client.getMetrics().reconnects).toBe(cuts));
    }
    expect(simulator.state().sessions).toHaveLength(1);
    await client.disconnect();
    await eventually(() => expect(simulator.state().sockets.webSocket).toBe(0));
    expect(clock.pending()).toBe(0);
  });
});

/** What keeps the event loop busy, by kind. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
