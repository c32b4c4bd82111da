import { expect, test } from "vitest";
import { HttpSession } from "../../src/http/http-session.ts";
import type { HttpSessionOptions } from "../../src/http/http-session-options.ts";
import type { OriginCircuit } from "../../src/resilience/origin-breaker.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { type Fault, FaultyVenue } from "./http-faulty-venue.ts";
import { HandGate } from "./http-hand-gate.ts";
import { eventually, rejection } from "./http-loopback-server.ts";

/** Opens at the third failure in a row, and rests for a second. */
const BREAKER = { failuresToOpen: 3, firstPauseMs: 1_000, maxPauseMs: 4_000 };

interface Broken extends AsyncDisposable {
  readonly venue: FaultyVenue;
  readonly session: HttpSession;
  readonly clock: ManualClock;
  readonly changes: OriginCircuit[];
  /** What the venue does from now on. */
  fault: Fault;
  ask(path?: string): Promise<unknown>;
}

/** A session without retries, before a venue that works until told otherwise. */
async function open(options: HttpSessionOptions = {}): Promise<Broken> {
  const clock = new ManualClock();
  const session = new HttpSession({ clock, retry: false, breaker: BREAKER, ...options });
  const changes: OriginCircuit[] = [];
  session.onBreaker((change) => changes.push(change));
  const broken: Broken = {
    venue: await FaultyVenue.open(() => broken.fault),
    session,
    clock,
    changes,
    fault: 200,
    ask: (path = "/") => session.request({ operation: "x", url: broken.venue.origin + path }),
    async [Symbol.asyncDispose]() {
      await session.close();
      await broken.venue[Symbol.asyncDispose]();
    },
  };
  return broken;
}

async function breakIt(broken: Broken): Promise<void> {
  broken.fault = "reset";
  for (let index = 0; index < 3; index++) await rejection(broken.ask());
}

function states(changes: readonly OriginCircuit[]): string[] {
  return changes.map(({ state }) => state);
}

test("after so many failures in a row it opens: further requests fail at once, unsent", async () => {
  await using broken = await open();
  await breakIt(broken);

  const error = await rejection(broken.ask());

  expect(error).toMatchObject({
    code: "ERR_CIRCUIT_OPEN",
    origin: broken.venue.origin,
    retryAfterMs: 1_000,
    sent: false,
    attempts: 0,
    disposition: "retry",
  });
  expect(broken.venue.received.length).toBe(3);
  expect(states(broken.changes)).toEqual(["open"]);
  expect(broken.session.getHealth()).toMatchObject({
    refused: 1,
    circuits: [{ origin: broken.venue.origin, state: "open", failures: 3 }],
  });
});

test("after a rest one request goes as a probe; when it succeeds, all may go again", async () => {
  await using broken = await open();
  await breakIt(broken);
  await broken.clock.advance(1_000);
  broken.fault = 200;

  const [probe, ...others] = await Promise.allSettled([1, 2, 3, 4].map(() => broken.ask()));

  expect(probe?.status).toBe("fulfilled");
  for (const other of others) {
    expect(other).toMatchObject({ status: "rejected", reason: { code: "ERR_CIRCUIT_OPEN" } });
  }
  expect(broken.venue.received.length).toBe(4);
  await Promise.all([broken.ask(), broken.ask()]);
  expect(states(broken.changes)).toEqual(["open", "half-open", "closed"]);
});

test("of those that a gate lets go together, one is the probe", async () => {
  await using broken = await open();
  await breakIt(broken);
  await broken.clock.advance(1_000);
  broken.fault = 200;
  const gate = new HandGate();
  gate.isOpen = false;
  const url = broken.venue.origin;
  const pending = [1, 2, 3].map(() => broken.session.request({ operation: "x", url, gate }));
  const outcomes = Promise.allSettled(pending);
  await eventually(() => gate.waiters.length === 3);

  for (const waiter of gate.waiters) waiter.admit({ kind: "granted" });

  expect((await outcomes).map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "rejected",
  ]);
  expect(broken.venue.received.length).toBe(4);
});

test("a probe that fails doubles the rest", async () => {
  await using broken = await open();
  await breakIt(broken);
  await broken.clock.advance(1_000);

  await rejection(broken.ask());

  expect(await rejection(broken.ask())).toMatchObject({ retryAfterMs: 2_000 });
  expect(states(broken.changes)).toEqual(["open", "half-open", "open"]);
  expect(broken.venue.received.length).toBe(4);
});

test("a probe whose caller goes away decides nothing, and another may follow", async () => {
  await using broken = await open();
  await breakIt(broken);
  await broken.clock.advance(1_000);
  broken.fault = "stall";
  const controller = new AbortController();
  const { signal } = controller;
  const probe = rejection(
    broken.session.request({ operation: "x", url: broken.venue.origin, signal }),
  );
  await eventually(() => broken.venue.received.length === 4);

  controller.abort("enough");
  expect(await probe).toBe("enough");
  await broken.clock.advance(1_000);
  broken.fault = 200;

  await broken.ask();
  expect(states(broken.changes).at(-1)).toBe("closed");
});

test.each<[string, Fault, boolean]>([
  ["500", 500, true],
  ["503", 503, true],
  ["a reset", "reset", true],
  ["400", 400, false],
  ["404", 404, false],
  ["429", 429, false],
])("%s counts as a failure of the venue: %s", async (_name, fault, counts) => {
  await using broken = await open();
  broken.fault = fault;

  for (let index = 0; index < 6; index++) await broken.ask().catch(() => {});

  expect(states(broken.changes)).toEqual(counts ? ["open"] : []);
});

test("silence counts, running out of the caller's own time does not", async () => {
  await using broken = await open({ readMs: 500 });
  const { venue, session, clock } = broken;
  broken.fault = "stall";
  const stall = async (deadlineMs: number): Promise<void> => {
    const before = venue.received.length;
    const url = venue.origin;
    const pending = rejection(session.request({ operation: "x", url, deadlineMs }));
    await eventually(() => venue.received.length > before);
    await clock.advance(500);
    await pending;
  };

  for (let index = 0; index < 5; index++) await stall(400);
  expect(broken.changes).toEqual([]);
  for (let index = 0; index < 3; index++) await stall(10_000);

  expect(states(broken.changes)).toEqual(["open"]);
});

test("connections that are refused count", async () => {
  await using session = new HttpSession({ retry: false, breaker: BREAKER });
  const ask = (): Promise<unknown> =>
    rejection(session.request({ operation: "x", url: "http://127.0.0.1:1/" }));

  const errors = [await ask(), await ask(), await ask(), await ask()];

  expect(errors.map((error) => (error as { code: string }).code)).toEqual([
    "ERR_REQUEST_FAILED",
    "ERR_REQUEST_FAILED",
    "ERR_REQUEST_FAILED",
    "ERR_CIRCUIT_OPEN",
  ]);
});

test.each<[Fault, object]>([
  [503, { statusCode: 503, attempts: 2 }],
  [
    "reset",
    {
      code: "ERR_CIRCUIT_OPEN",
      attempts: 2,
      sent: true,
      cause: { code: "ERR_REQUEST_FAILED" },
    },
  ],
])("when it opens between two attempts, what they met (%s) is told", async (fault, expected) => {
  await using venue = await FaultyVenue.open(() => fault);
  await using session = new HttpSession({ retry: { baseMs: 20 }, breaker: { failuresToOpen: 2 } });

  const [outcome] = await Promise.allSettled([
    session.request({ operation: "x", url: venue.origin }),
  ]);

  expect(outcome.status === "fulfilled" ? outcome.value : outcome.reason).toMatchObject(expected);
  expect(venue.received.length).toBe(2);
});

test("one origin's circuit is not another's", async () => {
  await using broken = await open();
  await using other = await FaultyVenue.script();
  await breakIt(broken);

  const response = await broken.session.request({ operation: "x", url: other.origin });

  expect(response.statusCode).toBe(200);
});

test("an open circuit charges no budget", async () => {
  await using broken = await open();
  await breakIt(broken);
  let charged = 0;
  const gate = {
    tryEnter: () => ++charged > 0,
    enter: async () => ({ kind: "granted" }) as const,
    observe: () => {},
  };

  await rejection(broken.session.request({ operation: "x", url: broken.venue.origin, gate }));

  expect(charged).toBe(0);
});

test("control: without a breaker every request is sent", async () => {
  await using broken = await open({ breaker: false });
  await breakIt(broken);

  for (let index = 0; index < 10; index++) await rejection(broken.ask());

  expect(broken.venue.received.length).toBe(13);
  expect(broken.changes).toEqual([]);
  expect(broken.session.getHealth().circuits).toEqual([]);
});
