import { monitorEventLoopDelay } from "node:perf_hooks";
import fc from "fast-check";
import { expect, test } from "vitest";
import { HttpSession } from "../../src/http/http-session.ts";
import type { RequestGate } from "../../src/http/request-gate.ts";
import { FAULTS, type Fault, FaultyVenue } from "./http-faulty-venue.ts";

/** By how much a call may outlast its deadline besides what our own event loop was late, in ms. */
const SLACK_MS = 50;

/** Lets some through at once, and the others never. */
function gateFor(admits: boolean): RequestGate {
  return { tryEnter: () => admits, enter: () => new Promise(() => {}), observe: () => {} };
}

const call = fc.record({
  deadlineMs: fc.integer({ min: 1, max: 250 }),
  method: fc.constantFrom("GET", "POST"),
  faults: fc.array(fc.constantFrom<Fault>(200, ...FAULTS), { maxLength: 4 }),
  isAdmitted: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
  coalesce: fc.boolean(),
});

test("no call outlasts its deadline, whatever the venue, the gate and the queue do", async () => {
  const lag = monitorEventLoopDelay({ resolution: 1 });
  lag.enable();
  let latestMs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 12 }), async (calls) => {
      const attempts = calls.map(() => 0);
      await using venue = await FaultyVenue.open(({ path }) => {
        const index = Number(path.slice(1));
        const attempt = attempts[index] ?? 0;
        attempts[index] = attempt + 1;
        return calls[index]?.faults[attempt] ?? 200;
      });
      // Two connections, so that calls wait for each other; long limits, so that only deadlines end.
      const session = new HttpSession({ connectionsPerHost: 2, retry: { baseMs: 50 } });
      await Promise.all(
        calls.map(async ({ deadlineMs, method, isAdmitted, coalesce }, index) => {
          const startedMs = performance.now();
          await session
            .request({
              operation: "x",
              url: `${venue.origin}/${index}`,
              method,
              deadlineMs,
              gate: gateFor(isAdmitted),
              coalesce: coalesce && method === "GET",
            })
            .catch(() => undefined);
          latestMs = Math.max(latestMs, performance.now() - startedMs - deadlineMs);
        }),
      );
      await session.close();
    }),
    { numRuns: 40 },
  );

  expect(latestMs).toBeLessThan(SLACK_MS + lag.max / 1e6);
});
