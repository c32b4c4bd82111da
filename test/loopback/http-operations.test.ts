import { describe, expect, test } from "vitest";
import { HttpSession } from "../../src/http/http-session.ts";
import { OPERATION_TIMEOUTS } from "../../src/http/operation-timeouts.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { eventually, LoopbackServer, realDelay } from "./http-loopback-server.ts";

/** What a request that never gets an answer ends with, and when on the session's clock. */
async function endOf(
  session: HttpSession,
  clock: ManualClock,
  operation: string,
): Promise<[unknown, number]> {
  let ended: [unknown, number] | undefined;
  session.request({ operation, url: "http://venue.test/" }).catch((error: unknown) => {
    ended = [error, clock.monotonicMs() - startedMs];
  });
  const startedMs = clock.monotonicMs();
  for (let step = 0; step < 400 && !ended; step++) await clock.advance(100);
  return ended ?? [undefined, Number.NaN];
}

describe("a caller waits as long as its operation is worth", () => {
  test.each(Object.entries(OPERATION_TIMEOUTS))("%s: %i ms", async (operation, timeoutMs) => {
    const clock = new ManualClock();
    // A name that is never found: each attempt would last for ever.
    await using session = new HttpSession({
      clock,
      connectMs: 100_000,
      totalMs: 100_000,
      resolveHost: () => new Promise(() => {}),
    });

    const [error, elapsedMs] = await endOf(session, clock, operation);

    expect(error).toMatchObject({ code: "ERR_DEADLINE", phase: "deadline", timeoutMs });
    expect(elapsedMs).toBe(timeoutMs);
  });

  test("names may be added, and those there are changed", async () => {
    const clock = new ManualClock();
    await using session = new HttpSession({
      clock,
      connectMs: 100_000,
      totalMs: 100_000,
      operationTimeoutsMs: { positions: 700, ticker: 900, default: 1_100 },
      resolveHost: () => new Promise(() => {}),
    });

    const ends: number[] = [];
    for (const operation of ["positions", "ticker", "anything", "ohlcv"]) {
      ends.push((await endOf(session, clock, operation))[1]);
    }

    expect(ends).toEqual([700, 900, 1_100, 30_000]);
  });
});

describe("the silence that is allowed adapts to what an operation usually takes", () => {
  /** Answers at once until told to be silent. */
  async function venue(): Promise<{ server: LoopbackServer; silence(): void; received(): number }> {
    let isSilent = false;
    let received = 0;
    const server = await LoopbackServer.http((_request, response) => {
      received++;
      if (!isSilent) response.end("{}");
    });
    const silence = (): void => {
      isSilent = true;
    };
    return { server, silence, received: () => received };
  }

  async function warmUp(session: HttpSession, url: string): Promise<void> {
    await Promise.all(
      Array.from({ length: 120 }, () => session.request({ operation: "quote", url })),
    );
  }

  /** How long it took, on the session's clock, until silence was an error. */
  async function patience(options: {
    adaptiveTimeout?: false;
    operation: string;
    readMs?: number;
  }): Promise<number> {
    const { operation, readMs, ...sessionOptions } = options;
    const { server, silence, received } = await venue();
    await using _server = server;
    const clock = new ManualClock();
    await using session = new HttpSession({ clock, retry: false, ...sessionOptions });
    await warmUp(session, server.origin);
    silence();
    let endedMs: number | undefined;
    const startedMs = clock.monotonicMs();
    const pending = session.request({ operation, url: server.origin, readMs }).catch(() => {
      endedMs = clock.monotonicMs() - startedMs;
    });
    await eventually(() => received() === 121);
    await realDelay(5);
    for (let step = 0; step < 60 && endedMs === undefined; step++) await clock.advance(100);
    await pending;
    return endedMs ?? Number.NaN;
  }

  test("down to its floor, for a venue that answers at once", async () => {
    expect(await patience({ operation: "quote" })).toBe(500);
  });

  test("not for an operation of which nothing is known", async () => {
    expect(await patience({ operation: "bars" })).toBe(3_000);
  });

  test("not when it is switched off", async () => {
    expect(await patience({ operation: "quote", adaptiveTimeout: false })).toBe(3_000);
  });

  test("not for a request that says how long", async () => {
    expect(await patience({ operation: "quote", readMs: 2_000 })).toBe(2_000);
  });

  test("silences that are too long give the time back", async () => {
    const { server, silence, received } = await venue();
    await using _server = server;
    const clock = new ManualClock();
    await using session = new HttpSession({ clock, retry: false, breaker: false });
    await warmUp(session, server.origin);
    silence();
    const limits: number[] = [];

    for (let index = 0; index < 5; index++) {
      const pending = session
        .request({ operation: "quote", url: server.origin })
        .catch((error: { timeoutMs: number }) => void limits.push(error.timeoutMs));
      await eventually(() => received() === 121 + index);
      await clock.advance(3_000);
      await pending;
    }

    expect(limits[0]).toBe(500);
    expect(limits.at(-1)).toBe(3_000);
  });
});
