import { expect, test } from "vitest";
import { HttpSession } from "../../src/http/http-session.ts";
import type { Lane } from "../../src/resilience/lanes.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { FaultyVenue } from "./http-faulty-venue.ts";
import { eventually, rejection } from "./http-loopback-server.ts";

/** Closes a kept connection under every request that comes on one, answers all others. */
function closingVenue(): Promise<FaultyVenue> {
  return FaultyVenue.open(({ nth }) => (nth > 1 ? "close" : 200));
}

/** Its clock stands still, so that any pause would last for ever. */
function frozen(): HttpSession {
  return new HttpSession({ clock: new ManualClock(), connectionsPerHost: 1 });
}

test.each(["GET", "HEAD", "OPTIONS"])(
  "%s on a kept connection that the venue was closing goes again at once, on a new one",
  async (method) => {
    await using venue = await closingVenue();
    await using session = frozen();
    await session.request({ operation: "first", url: venue.origin });

    const response = await session.request({ operation: "x", url: venue.origin, method });

    expect(response).toMatchObject({ statusCode: 200, attempts: 2, elapsedMs: 0 });
    expect(venue.received.map(({ nth }) => nth)).toEqual([1, 2, 1]);
    expect(venue.server.peak).toBe(1);
    expect(session.getHealth()).toMatchObject({ requests: 2, attempts: 3, retries: 1, resets: 1 });
  },
);

test.each(["POST", "PUT", "PATCH", "DELETE"])(
  "%s on such a connection is not sent again: the venue may have had it",
  async (method) => {
    await using venue = await closingVenue();
    await using session = frozen();
    await session.request({ operation: "first", url: venue.origin });

    const error = await rejection(session.request({ operation: "x", url: venue.origin, method }));

    expect(error).toMatchObject({ attempts: 1, sent: true, disposition: "reconcile" });
    expect(venue.received.length).toBe(2);
  },
);

test("it keeps its place: those who wait for the connection do not overtake it", async () => {
  await using venue = await closingVenue();
  await using session = frozen();
  const ask = (path: string): Promise<unknown> =>
    session.request({ operation: "x", url: venue.origin + path });
  await ask("/first");

  await Promise.all([ask("/second"), ask("/third")]);

  const paths = venue.received.map(({ path }) => path);
  expect(paths).toEqual(["/first", "/second", "/second", "/third", "/third"]);
});

test("only the first time: a new connection lost in the same way is a failure with a pause", async () => {
  await using venue = await FaultyVenue.script(200, "close", "close");
  await using session = frozen();
  await session.request({ operation: "first", url: venue.origin });

  const pending = rejection(session.request({ operation: "x", url: venue.origin }));
  await eventually(() => session.getHealth().backingOff === 1);
  await session.close();

  await pending;
  expect(venue.received.length).toBe(3);
});

test("an answer that has begun is no such loss", async () => {
  await using venue = await FaultyVenue.script(200, "cut-body");
  await using session = frozen();
  await session.request({ operation: "first", url: venue.origin });

  const pending = rejection(session.request({ operation: "x", url: venue.origin }));
  await eventually(() => session.getHealth().backingOff === 1);
  await session.close();

  await pending;
  expect(venue.received.length).toBe(2);
});

test("`retry: false` forbids it", async () => {
  await using venue = await closingVenue();
  await using session = frozen();
  await session.request({ operation: "first", url: venue.origin });

  const error = await rejection(
    session.request({ operation: "x", url: venue.origin, retry: false }),
  );

  expect(error).toMatchObject({ code: "ERR_REQUEST_FAILED", attempts: 1 });
});

test("it is one of the attempts allowed, and passes the gate like any other", async () => {
  await using venue = await closingVenue();
  await using session = new HttpSession({ retry: { attempts: 2, baseMs: 0 } });
  const lanes: Lane[] = [];
  const gate = {
    tryEnter: (lane: Lane) => lanes.push(lane) > 0,
    enter: async () => ({ kind: "granted" }) as const,
    observe: () => {},
  };
  await session.request({ operation: "first", url: venue.origin });

  const response = await session.request({ operation: "x", url: venue.origin, gate });

  expect(response.attempts).toBe(2);
  expect(lanes).toEqual(["query", "query"]);
});

test("a hundred requests over connections that close at random are all answered", async () => {
  let turn = 0;
  await using venue = await FaultyVenue.open(({ nth }) => {
    turn = (turn * 5 + 3) % 17;
    return nth > 1 && turn < 4 ? "close" : 200;
  });
  await using session = new HttpSession();

  const responses = await Promise.all(
    Array.from({ length: 100 }, () => session.request({ operation: "x", url: venue.origin })),
  );

  expect(responses.every(({ statusCode }) => statusCode === 200)).toBe(true);
  expect(session.getHealth().resets).toBeGreaterThan(5);
  expect(venue.server.peak).toBeLessThanOrEqual(10);
});
