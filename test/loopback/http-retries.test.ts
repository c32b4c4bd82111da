import { describe, expect, test } from "vitest";
import { HttpSession } from "../../src/http/http-session.ts";
import type { HttpSessionOptions } from "../../src/http/http-session-options.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { FAULTS, type Fault, FaultyVenue } from "./http-faulty-venue.ts";
import { eventually, rejection } from "./http-loopback-server.ts";

/** Half of every bound: pauses of 500 ms, then 1 s. */
const HALF = { next: () => 0.5 };
/** No pauses, for what is not about them. */
const AT_ONCE = { retry: { baseMs: 0 } } as const;
const SAFE = ["GET", "HEAD", "OPTIONS"] as const;
const UNSAFE = ["POST", "PUT", "PATCH", "DELETE"] as const;

interface Timed {
  readonly session: HttpSession;
  readonly clock: ManualClock;
  /** Waits until a request pauses, and lets `ms` pass. */
  pass(ms: number): Promise<void>;
}

function timed(options: HttpSessionOptions = {}): Timed & AsyncDisposable {
  const clock = new ManualClock();
  const session = new HttpSession({ clock, random: HALF, ...options });
  const pass = async (ms: number): Promise<void> => {
    await eventually(() => session.getHealth().backingOff > 0);
    await clock.advance(ms);
  };
  return { session, clock, pass, [Symbol.asyncDispose]: () => session.close() };
}

describe("a request that only asks is tried again", () => {
  test.each(FAULTS.filter((fault) => !String(fault).startsWith("stall")))("after %s", async (f) => {
    await using venue = await FaultyVenue.script(f);
    await using session = new HttpSession(AT_ONCE);

    const response = await session.request({ operation: "x", url: venue.origin });

    expect(response).toMatchObject({ statusCode: 200, attempts: 2 });
    expect(response.facts).toMatchObject({ attempts: 2, sent: true });
    expect(venue.received.length).toBe(2);
    expect(session.getHealth()).toMatchObject({
      requests: 1,
      attempts: 2,
      retries: 1,
      answered: 1,
    });
  });

  test.each(["stall", "stall-in-body"] as const)("after %s, when it has lasted", async (fault) => {
    await using venue = await FaultyVenue.script(fault);
    await using session = new HttpSession({ ...AT_ONCE, readMs: 50 });

    const response = await session.request({ operation: "x", url: venue.origin });

    expect(response).toMatchObject({ statusCode: 200, attempts: 2 });
  });

  test.each(SAFE)("%s is such a verb", async (method) => {
    await using venue = await FaultyVenue.script(503, "reset");
    await using session = new HttpSession(AT_ONCE);

    const { statusCode } = await session.request({ operation: "x", url: venue.origin, method });

    expect(statusCode).toBe(200);
    expect(venue.received.map((request) => request.method)).toEqual([method, method, method]);
  });

  test("a connection that is refused counts as a failure as well", async () => {
    await using session = new HttpSession(AT_ONCE);

    const error = await rejection(session.request({ operation: "x", url: "http://127.0.0.1:1/" }));

    expect(error).toMatchObject({ code: "ERR_REQUEST_FAILED", attempts: 3, sent: false });
  });
});

describe("an error speaks of all attempts", () => {
  test("one that was sent is not forgotten when a later one was not", async () => {
    const venue = await FaultyVenue.script("reset");
    await using session = new HttpSession({ retry: { baseMs: 100 }, random: HALF });
    const pending = rejection(session.request({ operation: "x", url: venue.origin }));
    await eventually(() => session.getHealth().backingOff === 1);
    await venue[Symbol.asyncDispose]();

    expect(await pending).toMatchObject({
      attempts: 3,
      sent: true,
      cause: { code: "ECONNREFUSED" },
    });
  });

  test("its time is that of the whole call", async () => {
    await using venue = await FaultyVenue.script("reset", "reset", "reset");
    await using run = timed();
    const pending = rejection(run.session.request({ operation: "x", url: venue.origin }));

    await run.pass(500);
    await eventually(() => venue.received.length === 2);
    await run.pass(1_000);

    expect(await pending).toMatchObject({ attempts: 3, elapsedMs: 1_500 });
  });
});

describe("but not for ever, and not for nothing", () => {
  test("three attempts, then the last answer as it is", async () => {
    await using venue = await FaultyVenue.script(500, "reset", 503);
    await using session = new HttpSession(AT_ONCE);

    const response = await session.request({ operation: "x", url: venue.origin });

    expect(response.facts).toMatchObject({ statusCode: 503, attempts: 3, requestId: "r-503" });
    expect(venue.received.length).toBe(3);
  });

  test("three attempts, then the last failure, naming the last answer there was", async () => {
    await using venue = await FaultyVenue.script(500, 502, "reset");
    await using session = new HttpSession(AT_ONCE);

    const error = await rejection(session.request({ operation: "quote", url: venue.origin }));

    expect(error).toMatchObject({
      code: "ERR_REQUEST_FAILED",
      operation: "quote",
      attempts: 3,
      sent: true,
      requestId: "r-502",
    });
    expect(String(error)).toMatch(/\(3 attempts, \d+ ms, sent, request r-502\)$/);
  });

  test.each([200, 204, 304, 400, 401, 403, 404, 422])("not after %i", async (statusCode) => {
    await using venue = await FaultyVenue.script(statusCode);
    await using session = new HttpSession(AT_ONCE);

    const response = await session.request({ operation: "x", url: venue.origin });

    expect(response).toMatchObject({ statusCode, attempts: 1 });
    expect(venue.received.length).toBe(1);
  });

  test("not after an answer that is too long, or leads elsewhere", async () => {
    await using venue = await FaultyVenue.script("cut-body", [302, { location: "/elsewhere" }]);
    await using session = new HttpSession({ ...AT_ONCE, maxBodyBytes: 50 });

    const long = await rejection(session.request({ operation: "x", url: venue.origin }));
    const redirect = await rejection(session.request({ operation: "x", url: venue.origin }));

    expect(long).toMatchObject({ code: "ERR_REQUEST_FAILED", attempts: 1, requestId: "r-cut" });
    expect(redirect).toMatchObject({ code: "ERR_HTTP_STATUS", attempts: 1, requestId: "r-302" });
  });

  test.each<[string, HttpSessionOptions, boolean | undefined]>([
    ["the session", { retry: false }, undefined],
    ["the request", {}, false],
  ])("not when %s says so", async (_who, options, retry) => {
    await using venue = await FaultyVenue.script(503);
    await using session = new HttpSession(options);

    const response = await session.request({ operation: "x", url: venue.origin, retry });

    expect(response).toMatchObject({ statusCode: 503, attempts: 1 });
  });

  test("as often as the session says", async () => {
    await using venue = await FaultyVenue.open(() => 503);
    await using session = new HttpSession({ retry: { attempts: 5, baseMs: 0 } });

    expect(await session.request({ operation: "x", url: venue.origin })).toMatchObject({
      attempts: 5,
    });
  });
});

describe("a request that may change something is sent once, whatever happens", () => {
  const cases = UNSAFE.flatMap((method) => FAULTS.map((fault) => [method, fault] as const));

  test.each(cases)("%s, then %s", async (method, fault) => {
    await using venue = await FaultyVenue.open(() => fault);
    await using session = new HttpSession({ ...AT_ONCE, readMs: 50 });

    const [outcome] = await Promise.allSettled([
      session.request({ operation: "x", url: venue.origin, method, body: "{}" }),
    ]);

    expect(venue.received.length).toBe(1);
    if (outcome.status === "rejected") {
      expect(outcome.reason).toMatchObject({ attempts: 1, sent: true, disposition: "reconcile" });
    } else {
      expect(outcome.value.attempts).toBe(1);
    }
  });

  test("refused a connection, it is not even tried again: only the caller knows what it does", async () => {
    await using session = new HttpSession(AT_ONCE);

    const error = await rejection(
      session.request({ operation: "x", url: "http://127.0.0.1:1/", method: "POST" }),
    );

    expect(error).toMatchObject({ attempts: 1, sent: false, disposition: "retry" });
  });
});

describe("between two attempts there is a pause", () => {
  test("of up to 1 s, then up to 2 s", async () => {
    await using venue = await FaultyVenue.script(503, 503);
    await using run = timed();
    const pending = run.session.request({ operation: "x", url: venue.origin });

    await run.pass(499);
    expect(venue.received.length).toBe(1);
    await run.pass(1);
    await eventually(() => venue.received.length === 2);
    await run.pass(999);
    expect(venue.received.length).toBe(2);
    await run.pass(1);

    expect(await pending).toMatchObject({ statusCode: 200, attempts: 3, elapsedMs: 1_500 });
  });

  test.each<[string, Fault, Record<string, string>]>([
    ["Retry-After in seconds", 429, { "retry-after": "3" }],
    ["Retry-After of a 503", 503, { "retry-after": "3" }],
    [
      "Retry-After as a date, by the server's own clock",
      429,
      {
        date: "Tue, 01 Sep 2026 14:30:00 GMT",
        "retry-after": "Tue, 01 Sep 2026 14:30:03 GMT",
      },
    ],
    [
      "the time when its count starts anew, in seconds",
      429,
      { date: "Tue, 01 Sep 2026 14:30:00 GMT", "x-ratelimit-reset": "1788273003" },
    ],
    [
      "the time when its count starts anew, in milliseconds",
      429,
      { date: "Tue, 01 Sep 2026 14:30:00 GMT", "x-bapi-limit-reset-timestamp": "1788273003000" },
    ],
  ])("as long as the venue asks for: %s", async (_name, fault, headers) => {
    await using venue = await FaultyVenue.script([fault, headers]);
    await using run = timed();
    const pending = run.session.request({ operation: "x", url: venue.origin });

    await run.pass(2_999);
    expect(venue.received.length).toBe(1);
    await run.pass(1);

    expect(await pending).toMatchObject({ statusCode: 200, attempts: 2, elapsedMs: 3_000 });
  });

  test("a venue that wants to be left alone beyond the deadline is not waited for", async () => {
    await using venue = await FaultyVenue.script([429, { "retry-after": "3" }]);
    await using run = timed();

    const error = await rejection(
      run.session.request({ operation: "x", url: venue.origin, deadlineMs: 3_000 }),
    );

    expect(error).toMatchObject({
      code: "ERR_RATE_LIMITED",
      retryAfterMs: 3_000,
      attempts: 1,
      elapsedMs: 0,
      requestId: "r-429",
      cause: { statusCode: 429 },
    });
    expect(run.session.getHealth()).toMatchObject({ refused: 1, backingOff: 0 });
  });

  test("a pause that would end beyond the deadline is not made: the answer at hand is returned", async () => {
    await using venue = await FaultyVenue.script(503);
    await using run = timed();

    const response = await run.session.request({
      operation: "x",
      url: venue.origin,
      deadlineMs: 500,
    });

    expect(response).toMatchObject({ statusCode: 503, attempts: 1 });
  });

  test("the caller's signal ends it at once, and leaves no timer behind", async () => {
    await using venue = await FaultyVenue.script(503);
    await using run = timed();
    const controller = new AbortController();
    const reason = { because: "the caller changed its mind" };
    const { signal } = controller;
    const before = run.clock.pendingTimers;
    const pending = rejection(run.session.request({ operation: "x", url: venue.origin, signal }));
    await run.pass(1);
    const whilePausing = run.clock.pendingTimers;

    controller.abort(reason);

    expect(await pending).toBe(reason);
    // One is left that all deadlines share; it keeps no process alive.
    expect([before, whilePausing, run.clock.pendingTimers]).toEqual([0, 2, 1]);
    expect(run.session.getHealth()).toMatchObject({ aborted: 1, backingOff: 0 });
    await run.clock.advance(60_000);
    expect(run.clock.pendingTimers).toBe(0);
    expect(venue.received.length).toBe(1);
  });

  test("closing the session ends it at once", async () => {
    await using venue = await FaultyVenue.script(503);
    await using run = timed();
    const pending = rejection(run.session.request({ operation: "x", url: venue.origin }));
    await run.pass(1);

    await run.session.close();

    expect(await pending).toMatchObject({ code: "ERR_CLOSED", cause: { attempts: 1, sent: true } });
    expect(run.clock.pendingTimers).toBe(0);
  });
});
