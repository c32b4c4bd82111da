import { expect, test } from "vitest";
import { seededRandom } from "../../src/core/random.ts";
import { HttpSession } from "../../src/http/http-session.ts";
import { type Fault, FaultyVenue } from "./http-faulty-venue.ts";

/** What a venue allows; it resets every further connection. */
const CAP = 10;

/** How requests have gone. */
interface Tally {
  answered: number;
  /** Answered, but with a status that is no success. */
  unsuccessful: number;
  failed: number;
  late: number;
}

/** Makes `count` calls, `concurrency` at a time. */
async function run(
  call: () => Promise<{ readonly ok: boolean }>,
  { count, concurrency, deadlineMs }: { count: number; concurrency: number; deadlineMs: number },
): Promise<Tally> {
  const tally = { answered: 0, unsuccessful: 0, failed: 0, late: 0 };
  let begun = 0;
  const caller = async (): Promise<void> => {
    while (begun < count) {
      begun++;
      const startedMs = performance.now();
      try {
        const { ok } = await call();
        tally[ok ? "answered" : "unsuccessful"]++;
      } catch {
        tally.failed++;
      }
      if (performance.now() - startedMs > deadlineMs + 100) tally.late++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  return tally;
}

/** Resets the eleventh connection, and drops a connection after one answer in fifty. */
function droppingVenue(): Promise<FaultyVenue> {
  const chance = seededRandom(7);
  const decide = (): Fault => (chance.next() < 0.02 ? "close-afterwards" : 200);
  return FaultyVenue.open(decide, { maxConnections: CAP, serviceMs: 2 });
}

const LOAD = { count: 2_000, concurrency: 200, deadlineMs: 15_000 };

test("2 000 requests, 200 at a time, at a venue that resets and drops connections: none fails", async () => {
  await using venue = await droppingVenue();
  await using session = new HttpSession();

  const tally = await run(() => session.request({ operation: "x", url: venue.origin }), LOAD);

  expect(tally).toEqual({ answered: 2_000, unsuccessful: 0, failed: 0, late: 0 });
  expect(venue.server.peak).toBeLessThanOrEqual(CAP);
  expect(session.getHealth().reuseRatio).toBeGreaterThan(0.9);
});

test("control: with a session for each request, the same load fails", async () => {
  await using venue = await droppingVenue();

  const tally = await run(async () => {
    await using session = new HttpSession({ retry: false });
    return await session.request({ operation: "x", url: venue.origin });
  }, LOAD);

  expect(tally.failed).toBeGreaterThan(100);
});

/** One connection in twenty is reset, as many answers are server errors, one in fifty never comes. */
function failingVenue(): Promise<FaultyVenue> {
  const chance = seededRandom(11);
  return FaultyVenue.open((): Fault => {
    const roll = chance.next();
    if (roll < 0.05) return "reset";
    if (roll < 0.1) return 503;
    return roll < 0.12 ? "stall" : 200;
  });
}

test("with 5 % resets, 5 % server errors and 2 % silence, retries leave few failures, none late", async () => {
  const load = { count: 1_000, concurrency: 50, deadlineMs: 5_000 };
  const measure = async (retry: { baseMs: number } | false): Promise<Tally> => {
    await using venue = await failingVenue();
    await using session = new HttpSession({ retry, breaker: false, readMs: 300 });
    const { deadlineMs } = load;
    const request = { operation: "x", url: venue.origin, deadlineMs };
    return await run(() => session.request(request), load);
  };

  const ours = await measure({ baseMs: 100 });
  const control = await measure(false);

  const lost = ours.failed + ours.unsuccessful;
  const lostInControl = control.failed + control.unsuccessful;
  process.stdout.write(`failed calls of 1000: ${lost} with retries, ${lostInControl} without\n`);
  expect([ours.late, control.late]).toEqual([0, 0]);
  expect(lostInControl).toBeGreaterThan(80);
  expect(lost).toBeLessThan(lostInControl / 10);
});
