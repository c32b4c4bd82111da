import { describe, expect, test } from "vitest";
import { HttpSession } from "../../src/http/http-session.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { BlackHole } from "./http-black-hole.ts";
import { eventually, LoopbackServer, realDelay, rejection } from "./http-loopback-server.ts";

/** What a loaded machine may add to a deadline, in milliseconds. */
const SLACK_MS = 250;

/** Answers nothing at all. */
function silentServer(received: string[] = []): Promise<LoopbackServer> {
  return LoopbackServer.http((request) => void received.push(request.url ?? ""));
}

/** Sends a header block and the first part of a body, then nothing. */
function stallingServer(): Promise<LoopbackServer> {
  return LoopbackServer.http((_request, response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write("beginning");
  });
}

/** Connections being opened or open, as Node counts them. */
function ownSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => /TCP(SocketWrap|ConnectWrap)/.test(name))
    .length;
}

describe("each phase of an attempt has its limit, in real time", () => {
  test("waiting for a connection: the deadline says `queue`, and nothing was sent", async () => {
    const received: string[] = [];
    await using server = await silentServer(received);
    await using session = new HttpSession({ retry: false, connectionsPerHost: 1, readMs: 2_000 });
    const occupant = session.request({ operation: "first", url: `${server.origin}/first` });
    occupant.catch(() => {});

    const startedMs = performance.now();
    const error = await rejection(
      session.request({ operation: "second", url: `${server.origin}/second`, deadlineMs: 150 }),
    );
    const elapsedMs = performance.now() - startedMs;

    expect(error).toMatchObject({
      code: "ERR_DEADLINE",
      phase: "queue",
      timeoutMs: 150,
      sent: false,
      operation: "second",
      disposition: "retry",
    });
    expect(elapsedMs).toBeGreaterThanOrEqual(149);
    expect(elapsedMs).toBeLessThan(150 + SLACK_MS);
    expect(received).toEqual(["/first"]);
    await session.close();
  });

  test("connecting: a host that does not answer is given up, and its socket destroyed", async () => {
    await using hole = await BlackHole.open();
    await using session = new HttpSession({ retry: false });
    const socketsBefore = ownSockets();

    const startedMs = performance.now();
    const pending = rejection(
      session.request({ operation: "probe", url: hole.origin, method: "POST", connectMs: 300 }),
    );
    await realDelay(50);
    expect(ownSockets()).toBeGreaterThan(socketsBefore);
    const error = await pending;
    const elapsedMs = performance.now() - startedMs;

    // Not even a POST needs to be looked up at the venue: it cannot have arrived.
    expect(error).toMatchObject({ phase: "connect", timeoutMs: 300, sent: false });
    expect(error).toMatchObject({ disposition: "retry" });
    expect(elapsedMs).toBeGreaterThanOrEqual(299);
    expect(elapsedMs).toBeLessThan(300 + SLACK_MS);
    await eventually(() => ownSockets() === socketsBefore);
    expect(session.getHealth().origins).toEqual({});
  });

  test("looking a name up is part of connecting", async () => {
    await using session = new HttpSession({
      retry: false,
      resolveHost: () => new Promise(() => {}),
    });

    const error = await rejection(
      session.request({ operation: "probe", url: "http://venue.test/", connectMs: 100 }),
    );

    expect(error).toMatchObject({ code: "ERR_DEADLINE", phase: "connect", sent: false });
  });

  test("reading: silence before the answer ends the request and its connection", async () => {
    await using server = await silentServer();
    await using session = new HttpSession({ retry: false });

    const startedMs = performance.now();
    const error = await rejection(
      session.request({ operation: "probe", url: server.origin, method: "POST", readMs: 200 }),
    );
    const elapsedMs = performance.now() - startedMs;

    expect(error).toMatchObject({ phase: "read", timeoutMs: 200, sent: true });
    // The venue may have done what the POST said.
    expect(error).toMatchObject({ disposition: "reconcile" });
    expect(elapsedMs).toBeLessThan(200 + SLACK_MS);
    await eventually(() => server.open === 0);
  });

  test("reading: silence in the middle of a body counts as well", async () => {
    await using server = await stallingServer();
    await using session = new HttpSession({ retry: false });

    const error = await rejection(
      session.request({ operation: "probe", url: server.origin, readMs: 200 }),
    );

    expect(error).toMatchObject({ phase: "read", sent: true, disposition: "retry" });
  });

  test("in all: an answer that drips without ever falling silent is cut at the total limit", async () => {
    await using server = await LoopbackServer.http((_request, response) => {
      const drip = setInterval(() => response.write("."), 20);
      response.on("close", () => clearInterval(drip));
    });
    await using session = new HttpSession({ retry: false });

    const startedMs = performance.now();
    const error = await rejection(
      session.request({ operation: "probe", url: server.origin, readMs: 100, totalMs: 400 }),
    );
    const elapsedMs = performance.now() - startedMs;

    expect(error).toMatchObject({ phase: "total", timeoutMs: 400, sent: true });
    expect(elapsedMs).toBeGreaterThanOrEqual(399);
    expect(elapsedMs).toBeLessThan(400 + SLACK_MS);
  });
});

describe("limits are exact on the session's clock", () => {
  test("silence is allowed for readMs and not a millisecond more", async () => {
    const clock = new ManualClock();
    const received: string[] = [];
    await using server = await silentServer(received);
    await using session = new HttpSession({ retry: false, clock });
    let error: unknown;
    session.request({ operation: "probe", url: server.origin }).catch((reason: unknown) => {
      error = reason;
    });
    await eventually(() => received.length === 1);

    await clock.advance(2_999);
    expect(error).toBeUndefined();
    await clock.advance(1);

    expect(error).toMatchObject({ phase: "read", timeoutMs: 3_000, elapsedMs: 3_000 });
  });

  test("every piece of a body begins the silence anew, until the total limit", async () => {
    const clock = new ManualClock();
    let more: () => void = () => {};
    await using server = await LoopbackServer.http((_request, response) => {
      more = () => response.write("piece");
      more();
    });
    await using session = new HttpSession({ retry: false, clock, totalMs: 7_000 });
    let error: unknown;
    session.request({ operation: "probe", url: server.origin }).catch((reason: unknown) => {
      error = reason;
    });
    await eventually(() => server.open === 1);
    await realDelay(50);

    for (let piece = 0; piece < 3; piece++) {
      await clock.advance(2_000);
      more();
      await realDelay(50);
    }
    expect(error).toBeUndefined();
    await clock.advance(999);
    expect(error).toBeUndefined();
    await clock.advance(1);

    expect(error).toMatchObject({ phase: "total", timeoutMs: 7_000, elapsedMs: 7_000 });
  });

  test("the connect limit is two seconds by default", async () => {
    const clock = new ManualClock();
    await using session = new HttpSession({
      retry: false,
      clock,
      resolveHost: () => new Promise(() => {}),
    });
    let error: unknown;
    session.request({ operation: "probe", url: "http://venue.test/" }).catch((reason: unknown) => {
      error = reason;
    });

    await clock.advance(1_999);
    expect(error).toBeUndefined();
    await clock.advance(1);

    expect(error).toMatchObject({ phase: "connect", timeoutMs: 2_000, elapsedMs: 2_000 });
  });

  test("closing a session leaves no timer", async () => {
    const clock = new ManualClock();
    await using server = await LoopbackServer.http((_request, response) => response.end("{}"));
    const session = new HttpSession({ retry: false, clock });
    await session.request({ operation: "probe", url: server.origin });

    await session.close();

    expect(clock.pendingTimers).toBe(0);
  });
});

test("a connection given up makes room for the next request in the queue", async () => {
  let requests = 0;
  await using server = await LoopbackServer.http((_request, response) => {
    requests++;
    if (requests > 1) response.end("{}");
  });
  await using session = new HttpSession({ retry: false, connectionsPerHost: 1 });

  const [stalled, next] = await Promise.allSettled([
    session.request({ operation: "stalled", url: server.origin, readMs: 100 }),
    session.request({ operation: "next", url: server.origin }),
  ]);

  expect(stalled.status).toBe("rejected");
  expect(next.status).toBe("fulfilled");
  expect(server.peak).toBe(1);
});
