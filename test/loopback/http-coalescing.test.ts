import { inspect } from "node:util";
import { expect, test } from "vitest";
import type { HttpRequest } from "../../src/http/http-request.ts";
import type { HttpResponse } from "../../src/http/http-response.ts";
import { HttpSession } from "../../src/http/http-session.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { FaultyVenue } from "./http-faulty-venue.ts";
import { eventually, LoopbackServer, realDelay, rejection } from "./http-loopback-server.ts";

/** A venue that answers when it is told to. */
interface Patient extends AsyncDisposable {
  readonly session: HttpSession;
  readonly clock: ManualClock;
  readonly server: LoopbackServer;
  readonly received: string[];
  answer(): void;
  ask(extra?: Partial<HttpRequest>): Promise<HttpResponse>;
}

async function open(): Promise<Patient> {
  const clock = new ManualClock();
  const session = new HttpSession({ clock, retry: false });
  const received: string[] = [];
  const answers: (() => void)[] = [];
  const server = await LoopbackServer.http((request, response) => {
    received.push(request.url ?? "");
    answers.push(() => response.end('{"n":1}'));
  });
  return {
    session,
    clock,
    server,
    received,
    answer() {
      for (const answer of answers.splice(0)) answer();
    },
    ask: (extra = {}) =>
      session.request({ operation: "x", url: `${server.origin}/q`, coalesce: true, ...extra }),
    async [Symbol.asyncDispose]() {
      await session.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

test("who asks the same at the same time shares one request and its answer", async () => {
  await using venue = await open();
  const pending = Array.from({ length: 20 }, () => venue.ask());
  await eventually(() => venue.received.length > 0);

  venue.answer();
  const responses = await Promise.all(pending);

  expect(venue.received.length).toBe(1);
  expect(new Set(responses).size).toBe(1);
  expect(venue.session.getHealth()).toMatchObject({ requests: 1, attempts: 1, coalesced: 19 });
});

test("nothing is kept: who asks after the answer asks anew", async () => {
  await using venue = await FaultyVenue.script();
  await using session = new HttpSession();
  const request = { operation: "x", url: venue.origin, coalesce: true };

  await session.request(request);
  await session.request(request);

  expect(venue.received.length).toBe(2);
});

test.each<[string, Partial<HttpRequest>]>([
  ["another query", { query: { symbol: "B" } }],
  ["another header", { headers: { "x-key": "b" } }],
  ["a further header", { headers: { "x-key": "a", "x-more": "1" } }],
])("%s is another question", async (_name, other) => {
  await using venue = await open();
  const first = { query: { symbol: "A" }, headers: { "x-key": "a" } };

  const pending = [venue.ask(first), venue.ask({ ...first, ...other })];
  await eventually(() => venue.received.length === 2);
  venue.answer();

  await Promise.all(pending);
});

test("the order of headers and the case of their names make no other question", async () => {
  await using venue = await open();

  const pending = [
    venue.ask({ headers: { "x-key": "a", accept: "text/csv" } }),
    venue.ask({ headers: { Accept: "text/csv", "X-Key": "a" } }),
  ];
  await eventually(() => venue.received.length === 1);
  venue.answer();

  await Promise.all(pending);
  expect(venue.received.length).toBe(1);
});

test("who does not want to share makes a request of its own", async () => {
  await using venue = await open();

  const pending = [venue.ask(), venue.ask({ coalesce: false })];
  await eventually(() => venue.received.length === 2);
  venue.answer();

  await Promise.all(pending);
});

test("one caller's signal ends that caller's wait alone, be it the first", async () => {
  await using venue = await open();
  const controller = new AbortController();
  const first = rejection(venue.ask({ signal: controller.signal }));
  const second = venue.ask();
  await eventually(() => venue.received.length === 1);

  controller.abort("enough");

  expect(await first).toBe("enough");
  venue.answer();
  expect((await second).statusCode).toBe(200);
  expect(venue.received.length).toBe(1);
});

test("when nobody waits any more the request is ended, and the next caller makes another", async () => {
  await using venue = await open();
  const controller = new AbortController();
  const { signal } = controller;
  const pending = [rejection(venue.ask({ signal })), rejection(venue.ask({ signal }))];
  await eventually(() => venue.received.length === 1);

  controller.abort("enough");
  expect(await Promise.all(pending)).toEqual(["enough", "enough"]);
  const next = venue.ask();

  await eventually(() => venue.received.length === 2);
  await eventually(() => venue.server.open === 1);
  venue.answer();
  expect((await next).statusCode).toBe(200);
  expect(venue.session.getHealth()).toMatchObject({ requests: 2, aborted: 1, answered: 1 });
});

test("each caller has its own deadline, and learns what was sent for it", async () => {
  await using venue = await open();
  const patient = venue.ask({ deadlineMs: 2_000 });
  const hasty = rejection(venue.ask({ deadlineMs: 500 }));
  await eventually(() => venue.received.length === 1);

  await venue.clock.advance(500);

  expect(await hasty).toMatchObject({
    code: "ERR_DEADLINE",
    phase: "deadline",
    timeoutMs: 500,
    sent: true,
    attempts: 1,
  });
  venue.answer();
  expect((await patient).statusCode).toBe(200);
});

test("a caller with time left is not ended by the first one's deadline", async () => {
  await using venue = await open();
  const hasty = rejection(venue.ask({ deadlineMs: 500 }));
  const patient = venue.ask({ deadlineMs: 2_000 });
  await eventually(() => venue.received.length === 1);

  await venue.clock.advance(500);

  expect(await hasty).toMatchObject({ code: "ERR_DEADLINE" });
  await eventually(() => venue.received.length === 2);
  venue.answer();
  expect((await patient).statusCode).toBe(200);
});

test("a failure is shared, and kept for nobody", async () => {
  await using venue = await FaultyVenue.script("reset");
  await using session = new HttpSession({ retry: false });
  const request = { operation: "x", url: venue.origin, coalesce: true };

  const errors = await Promise.all([1, 2, 3].map(() => rejection(session.request(request))));

  expect(new Set(errors).size).toBe(1);
  expect(errors[0]).toMatchObject({ code: "ERR_REQUEST_FAILED" });
  expect((await session.request(request)).statusCode).toBe(200);
});

test("closing the session ends every caller", async () => {
  await using venue = await open();
  const pending = [rejection(venue.ask()), rejection(venue.ask())];
  await eventually(() => venue.received.length === 1);

  await venue.session.close();

  for (const error of await Promise.all(pending)) {
    expect(error).toMatchObject({ code: "ERR_CLOSED" });
  }
  await realDelay(1);
  expect(venue.clock.pendingTimers).toBe(0);
});

test("nothing about it shows a header or a query", async () => {
  await using venue = await open();
  const secret = "s3cr3t-that-must-not-leave";
  const pending = rejection(venue.ask({ headers: { "x-key": secret }, query: { key: secret } }));
  await eventually(() => venue.received.length === 1);

  const shown = inspect(venue.session, { depth: Number.POSITIVE_INFINITY, showHidden: true });
  await venue.session.close();

  expect(shown + inspect(await pending, { depth: Number.POSITIVE_INFINITY })).not.toContain(secret);
});
