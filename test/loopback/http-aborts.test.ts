import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { HttpSession } from "../../src/http/http-session.ts";
import { BlackHole } from "./http-black-hole.ts";
import { eventually, LoopbackServer, realDelay, rejection } from "./http-loopback-server.ts";

/** Not an error of ours, and not even an Error: it must come back as it is. */
const REASON = { because: "the caller changed its mind" };

/** Answers everything but `/slow`. */
function server(received: string[]): Promise<LoopbackServer> {
  return LoopbackServer.http((request, response) => {
    received.push(request.url ?? "");
    if (request.url === "/body") response.write("beginning");
    else if (request.url !== "/slow") response.end("{}");
  });
}

test("a signal that has aborted before sends nothing and opens nothing", async () => {
  const received: string[] = [];
  await using venue = await server(received);
  await using session = new HttpSession();

  const signal = AbortSignal.abort(REASON);
  const reason = await rejection(
    session.request({ operation: "probe", url: venue.origin, signal }),
  );

  expect(reason).toBe(REASON);
  expect(venue.opened).toBe(0);
  expect(session.getHealth().requests).toBe(0);
});

test("in the queue: the request leaves it at once, and those behind it move up", async () => {
  const received: string[] = [];
  await using venue = await server(received);
  await using session = new HttpSession({ connectionsPerHost: 1 });
  const controller = new AbortController();
  const occupant = new AbortController();
  const first = session.request({
    operation: "first",
    url: `${venue.origin}/slow`,
    signal: occupant.signal,
  });
  const second = rejection(
    session.request({ operation: "x", url: `${venue.origin}/second`, signal: controller.signal }),
  );
  const third = session.request({ operation: "third", url: `${venue.origin}/third` });
  await eventually(() => received.length === 1);

  const startedMs = performance.now();
  controller.abort(REASON);
  expect(await second).toBe(REASON);
  expect(performance.now() - startedMs).toBeLessThan(50);
  expect(session.getHealth().waiting).toBe(1);

  occupant.abort(REASON);
  expect(await rejection(first)).toBe(REASON);
  expect((await third).statusCode).toBe(200);
  expect(received).toEqual(["/slow", "/third"]);
});

test("while connecting: the caller is free at once, and the socket is destroyed", async () => {
  await using hole = await BlackHole.open();
  await using session = new HttpSession();
  const controller = new AbortController();
  const pending = rejection(
    session.request({ operation: "probe", url: hole.origin, signal: controller.signal }),
  );
  await realDelay(50);

  const startedMs = performance.now();
  controller.abort(REASON);

  expect(await pending).toBe(REASON);
  expect(performance.now() - startedMs).toBeLessThan(50);
  await eventually(() => Object.keys(session.getHealth().origins).length === 0);
});

test("while connecting: a host that becomes reachable later gets neither request nor connection", async () => {
  const received: string[] = [];
  await using venue = await server(received);
  let resolve: (addresses: readonly { address: string; family: number }[]) => void = () => {};
  await using session = new HttpSession({
    resolveHost: () =>
      new Promise((done) => {
        resolve = done;
      }),
  });
  const controller = new AbortController();
  const url = venue.origin.replace("127.0.0.1", "venue.test");
  const pending = rejection(
    session.request({ operation: "probe", url, method: "POST", signal: controller.signal }),
  );
  await realDelay(20);
  controller.abort(REASON);
  expect(await pending).toBe(REASON);

  resolve([{ address: "127.0.0.1", family: 4 }]);
  await realDelay(100);

  expect(received).toEqual([]);
  expect(venue.open).toBe(0);
});

test("with a connection but not on it yet: nothing is sent, and the connection stays in use", async () => {
  const received: string[] = [];
  await using venue = await server(received);
  await using session = new HttpSession();
  await session.request({ operation: "probe", url: `${venue.origin}/first` });
  await realDelay(10);
  const controller = new AbortController();

  const pending = rejection(
    session.request({
      operation: "probe",
      url: `${venue.origin}/aborted`,
      method: "POST",
      signal: controller.signal,
    }),
  );
  controller.abort(REASON);
  expect(await pending).toBe(REASON);
  await realDelay(20);
  await session.request({ operation: "probe", url: `${venue.origin}/next` });

  expect(received).toEqual(["/first", "/next"]);
  expect(venue.opened).toBe(1);
});

test("waiting for a connection that has just ended: no other is opened for it", async () => {
  const received: string[] = [];
  await using venue = await LoopbackServer.http((request, response) => {
    received.push(request.url ?? "");
    response.writeHead(200, { connection: "close" }).end("{}");
  });
  await using session = new HttpSession({ connectionsPerHost: 1 });
  const controller = new AbortController();
  const first = session.request({ operation: "first", url: `${venue.origin}/first` });
  const second = rejection(
    session.request({ operation: "x", url: `${venue.origin}/x`, signal: controller.signal }),
  );

  await first;
  controller.abort(REASON);

  expect(await second).toBe(REASON);
  await realDelay(50);
  expect(received).toEqual(["/first"]);
  expect(venue.open).toBe(0);
  expect(session.getHealth().origins).toEqual({});
});

test.each(["/slow", "/body"])(
  "on the wire (%s): the connection is closed at once",
  async (path) => {
    const received: string[] = [];
    await using venue = await server(received);
    await using session = new HttpSession();
    const controller = new AbortController();
    const pending = rejection(
      session.request({ operation: "probe", url: venue.origin + path, signal: controller.signal }),
    );
    await eventually(() => received.length === 1);
    await realDelay(20);

    controller.abort(REASON);

    expect(await pending).toBe(REASON);
    await eventually(() => venue.open === 0);
    await realDelay(20);
    // It was not opened again for a request that nobody waits for.
    expect(venue.opened).toBe(1);
    expect(session.getHealth()).toMatchObject({ aborted: 1, failed: 0 });
  },
);

test("after the answer: aborting changes nothing, and no listener is left on the signal", async () => {
  await using venue = await server([]);
  await using session = new HttpSession();
  const controller = new AbortController();

  const response = await session.request({
    operation: "probe",
    url: venue.origin,
    signal: controller.signal,
  });
  expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  controller.abort(REASON);

  expect(response.json()).toEqual({});
  expect(session.getHealth()).toMatchObject({ answered: 1, aborted: 0 });
});
