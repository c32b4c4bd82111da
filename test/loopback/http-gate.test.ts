import { expect, test } from "vitest";
import type { HttpResponse } from "../../src/http/http-response.ts";
import { HttpSession } from "../../src/http/http-session.ts";
import type { RequestGate } from "../../src/http/request-gate.ts";
import type { Admission } from "../../src/resilience/admission.ts";
import { LaneQueue } from "../../src/resilience/lane-queue.ts";
import { RateBudget } from "../../src/resilience/rate-budget.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { FaultyVenue } from "./http-faulty-venue.ts";
import { HandGate } from "./http-hand-gate.ts";
import { eventually, rejection } from "./http-loopback-server.ts";

test("every attempt passes it once, and every answer is shown to it", async () => {
  await using venue = await FaultyVenue.script(503, "reset");
  await using session = new HttpSession({ retry: { baseMs: 0 } });
  const gate = new HandGate();

  await session.request({ operation: "x", url: venue.origin, gate, lane: "backfill" });

  expect(gate.tried).toEqual(["backfill", "backfill", "backfill"]);
  expect(gate.observed).toEqual([503, 200]);
  expect(gate.waiters).toEqual([]);
});

test("an attempt that may not go at once waits until it is admitted", async () => {
  await using venue = await FaultyVenue.script();
  await using session = new HttpSession();
  const gate = new HandGate();
  gate.isOpen = false;

  const pending = session.request({ operation: "x", url: venue.origin, method: "DELETE", gate });
  await eventually(() => gate.waiters.length === 1);
  expect(session.getHealth()).toMatchObject({ atGate: 1, waiting: 0 });
  expect(venue.server.opened).toBe(0);
  gate.waiters[0]?.admit({ kind: "granted" });

  expect((await pending).statusCode).toBe(200);
  expect(gate.waiters[0]?.lane).toBe("cancel");
  expect(session.getHealth().atGate).toBe(0);
});

test("the caller's signal ends the wait at once, and the gate is told", async () => {
  await using venue = await FaultyVenue.script();
  await using session = new HttpSession();
  const gate = new HandGate();
  gate.isOpen = false;
  const controller = new AbortController();
  const reason = { because: "the caller changed its mind" };
  const { signal } = controller;
  const pending = rejection(session.request({ operation: "x", url: venue.origin, gate, signal }));
  await eventually(() => gate.waiters.length === 1);
  expect(gate.waiters[0]?.limits.signal?.aborted).toBe(false);

  controller.abort(reason);

  expect(await pending).toBe(reason);
  expect(gate.waiters[0]?.limits.signal?.aborted).toBe(true);
  gate.waiters[0]?.admit({ kind: "granted" });
  expect(venue.server.opened).toBe(0);
});

test("a gate that keeps no time does not outlast the deadline", async () => {
  const clock = new ManualClock();
  await using session = new HttpSession({ clock });
  const gate = new HandGate();
  gate.isOpen = false;
  const pending = rejection(
    session.request({ operation: "x", url: "http://venue.test/", gate, deadlineMs: 700 }),
  );
  await eventually(() => gate.waiters.length === 1);
  expect(gate.waiters[0]?.limits.deadlineMs).toBe(700);

  await clock.advance(699);
  expect(session.getHealth().atGate).toBe(1);
  await clock.advance(1);

  expect(await pending).toMatchObject({
    code: "ERR_DEADLINE",
    phase: "gate",
    timeoutMs: 700,
    attempts: 0,
    sent: false,
    elapsedMs: 700,
  });
});

test.each<[Admission, object]>([
  [{ kind: "deadline" }, { code: "ERR_DEADLINE", phase: "gate" }],
  [
    { kind: "rateLimited", retryAfterMs: 9_000 },
    { code: "ERR_RATE_LIMITED", retryAfterMs: 9_000 },
  ],
  [{ kind: "full", waiting: 12 }, { code: "ERR_REQUEST_FAILED" }],
])("turned away (%o), nothing is sent", async (admission, expected) => {
  await using session = new HttpSession();
  const gate = new HandGate();
  gate.isOpen = false;
  const pending = rejection(session.request({ operation: "x", url: "http://venue.test/", gate }));
  await eventually(() => gate.waiters.length === 1);

  gate.waiters[0]?.admit(admission);

  expect(await pending).toMatchObject({ ...expected, attempts: 0, sent: false });
});

test("turned away from another attempt, the answer at hand is returned", async () => {
  await using venue = await FaultyVenue.script(503);
  await using session = new HttpSession({ retry: { baseMs: 0 } });
  const gate = new HandGate();
  const pending = session.request({ operation: "x", url: venue.origin, gate });
  gate.isOpen = false;
  await eventually(() => gate.waiters.length === 1);

  gate.waiters[0]?.admit({ kind: "deadline" });

  expect(await pending).toMatchObject({ statusCode: 503, attempts: 1 });
});

test("turned away from another attempt, an earlier failure is the cause", async () => {
  await using venue = await FaultyVenue.script("reset");
  await using session = new HttpSession({ retry: { baseMs: 0 } });
  const gate = new HandGate();
  const pending = rejection(session.request({ operation: "x", url: venue.origin, gate }));
  gate.isOpen = false;
  await eventually(() => gate.waiters.length === 1);

  gate.waiters[0]?.admit({ kind: "rateLimited", retryAfterMs: 9_000 });

  expect(await pending).toMatchObject({
    code: "ERR_RATE_LIMITED",
    attempts: 1,
    sent: true,
    cause: { code: "ERR_REQUEST_FAILED" },
  });
});

test("what the gate itself fails with is passed on as it is", async () => {
  await using session = new HttpSession();
  const gate = new HandGate();
  gate.isOpen = false;
  const pending = rejection(session.request({ operation: "x", url: "http://venue.test/", gate }));
  await eventually(() => gate.waiters.length === 1);
  const reason = new Error("the account was closed");

  gate.waiters[0]?.fail(reason);

  expect(await pending).toBe(reason);
});

test("closing the session ends the wait at once", async () => {
  const session = new HttpSession();
  const gate = new HandGate();
  gate.isOpen = false;
  const pending = rejection(session.request({ operation: "x", url: "http://venue.test/", gate }));
  await eventually(() => gate.waiters.length === 1);

  await session.close();

  expect(await pending).toMatchObject({ code: "ERR_CLOSED", cause: { sent: false, attempts: 0 } });
  expect(gate.waiters[0]?.limits.signal?.aborted).toBe(true);
});

test("with a request budget behind it, cancels overtake queries, and the window holds", async () => {
  const clock = new ManualClock();
  const budgets = [new RateBudget({ limit: 2, windowMs: 1_000, guardMs: 0, clock })];
  const queue = new LaneQueue({ clock });
  const gate: RequestGate = {
    tryEnter: () => queue.tryAcquire(budgets),
    enter: (lane, limits) => queue.acquire(lane, budgets, limits),
    observe: () => {},
  };
  await using venue = await FaultyVenue.script();
  await using session = new HttpSession({ clock });
  const ask = (path: string, method = "GET"): Promise<HttpResponse> =>
    session.request({ operation: "x", url: venue.origin + path, method, gate });

  const pending = [ask("/1"), ask("/2"), ask("/3"), ask("/4"), ask("/cancel", "DELETE")];
  await eventually(() => venue.received.length === 2);
  await clock.advance(1_000);
  await eventually(() => venue.received.length === 4);
  await clock.advance(1_000);
  await Promise.all(pending);

  const paths = venue.received.map(({ path }) => path);
  expect(paths.slice(0, 2).sort()).toEqual(["/1", "/2"]);
  expect(paths.slice(2, 4).sort()).toEqual(["/3", "/cancel"]);
  expect(paths[4]).toBe("/4");
  queue.close();
});
