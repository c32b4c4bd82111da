import fc from "fast-check";
import { expect, test } from "vitest";
import { HttpSession } from "../../src/http/http-session.ts";
import { FAULTS, type Fault, FaultyVenue } from "./http-faulty-venue.ts";

/** One request of a history: what is asked, and what befalls it and its further attempts. */
interface Step {
  readonly method: string;
  readonly faults: readonly Fault[];
  /** Asked together with the step before it. */
  readonly isTogether: boolean;
  readonly abortAfterMs: number | undefined;
}

const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

const step: fc.Arbitrary<Step> = fc.record({
  method: fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
  faults: fc.array(fc.constantFrom<Fault>(200, ...FAULTS), { maxLength: 3 }),
  isTogether: fc.boolean(),
  abortAfterMs: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }),
});

/** Sends the steps, and returns how often the venue received each of them. */
async function play(steps: readonly Step[]): Promise<number[]> {
  const counts = steps.map(() => 0);
  await using venue = await FaultyVenue.open(({ path }) => {
    const index = Number(path.slice(1));
    const attempt = counts[index] ?? 0;
    counts[index] = attempt + 1;
    return steps[index]?.faults[attempt] ?? 200;
  });
  await using session = new HttpSession({
    connectionsPerHost: 2,
    readMs: 30,
    retry: { baseMs: 2 },
    breaker: { failuresToOpen: 30, firstPauseMs: 1 },
  });
  let together: Promise<unknown>[] = [];
  for (const [index, { method, isTogether, abortAfterMs }] of steps.entries()) {
    if (!isTogether) {
      await Promise.all(together);
      together = [];
    }
    const controller = new AbortController();
    if (abortAfterMs !== undefined) setTimeout(() => controller.abort(), abortAfterMs);
    const body = SAFE.has(method) ? undefined : "{}";
    const { signal } = controller;
    const url = `${venue.origin}/${index}`;
    const request = session.request({ operation: "x", url, method, body, signal });
    together.push(request.catch(() => undefined));
  }
  await Promise.all(together);
  return counts;
}

test("no POST, PUT, PATCH or DELETE ever reaches the venue twice, and nothing more than three times", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const counts = await play(steps);

      for (const [index, { method }] of steps.entries()) {
        expect(counts[index], `${method} /${index}`).toBeLessThanOrEqual(SAFE.has(method) ? 3 : 1);
      }
    }),
    { numRuns: 60 },
  );
});

test("the same histories do repeat what only asks", async () => {
  const steps = Array.from({ length: 4 }, (_, index) => ({
    method: index % 2 ? "POST" : "GET",
    faults: [503, "reset"] as const,
    isTogether: true,
    abortAfterMs: undefined,
  }));

  expect(await play(steps)).toEqual([3, 1, 3, 1]);
});
