import { describe, expect, test } from "vitest";
import { HttpSession } from "../../src/http/http-session.ts";
import type { PoolPressure } from "../../src/http/pool-pressure.ts";
import type { RequestEvent } from "../../src/http/request-event.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { FaultyVenue } from "./http-faulty-venue.ts";
import { eventually, LoopbackServer, rejection } from "./http-loopback-server.ts";

describe("each request that has ended is told of, once", () => {
  test("however it ended", async () => {
    await using venue = await FaultyVenue.open(({ path }) => {
      if (path === "/limited") return [429, { "retry-after": "99" }];
      if (path === "/reset") return "reset";
      if (path === "/silent") return "stall";
      return path === "/down" ? 503 : 200;
    });
    await using session = new HttpSession({ retry: { baseMs: 0 }, readMs: 50 });
    const events: RequestEvent[] = [];
    const stop = session.onRequest((event) => events.push(event));
    const ask = (operation: string, extra: object = {}): Promise<unknown> =>
      session
        .request({ operation, url: `${venue.origin}/${operation}`, ...extra })
        .catch(() => undefined);

    await ask("fine");
    await ask("down");
    await ask("reset", { method: "POST" });
    await ask("silent", { method: "DELETE" });
    await ask("limited");
    const controller = new AbortController();
    const aborted = ask("silent", { signal: controller.signal });
    await eventually(() => venue.received.at(-1)?.path === "/silent");
    controller.abort("enough");
    await aborted;
    stop();
    await ask("fine");

    const brief = events.map(({ operation, method, outcome, statusCode, attempts, sent }) =>
      [operation, method, outcome, statusCode, attempts, sent].join(" "),
    );
    expect(brief).toEqual([
      "fine GET answered 200 1 true",
      "down GET answered 503 3 true",
      "reset POST failed  1 true",
      "silent DELETE timedOut  1 true",
      "limited GET refused  1 true",
      "silent GET aborted  1 true",
    ]);
    expect(events.every(({ elapsedMs }) => elapsedMs >= 0)).toBe(true);
    expect(session.getHealth().operations).toMatchObject({
      fine: { answered: 2, retries: 0 },
      down: { answered: 1, retries: 2 },
      reset: { failed: 1 },
      silent: { timedOut: 1, aborted: 1 },
      limited: { refused: 1 },
    });
  });

  test("a listener that throws harms nobody, and is counted", async () => {
    await using venue = await FaultyVenue.script();
    await using session = new HttpSession();
    const events: RequestEvent[] = [];
    session.onRequest(() => {
      throw new Error("a fault of the listener");
    });
    session.onRequest((event) => events.push(event));

    const response = await session.request({ operation: "x", url: venue.origin });

    expect(response.statusCode).toBe(200);
    expect(events.length).toBe(1);
    expect(session.getHealth().listenerFailures).toBe(1);
  });
});

test("health counts how often a connection was used again", async () => {
  await using venue = await FaultyVenue.script();
  await using session = new HttpSession({ connectionsPerHost: 1 });
  expect(session.getHealth().reuseRatio).toBe(0);

  for (let index = 0; index < 10; index++) {
    await session.request({ operation: "x", url: venue.origin });
  }

  expect(session.getHealth()).toMatchObject({ connectionsOpened: 1, reuseRatio: 0.9 });
});

test("names of operations without end are counted together", async () => {
  await using session = new HttpSession({ breaker: false });
  const ask = (operation: string): Promise<unknown> =>
    rejection(session.request({ operation, url: "http://127.0.0.1:1/", method: "POST" }));

  for (let index = 0; index < 250; index++) await ask(`symbol-${index}`);

  const { operations } = session.getHealth();
  expect(Object.keys(operations).length).toBe(201);
  expect(operations["others"]).toMatchObject({ failed: 50 });
});

describe("connections that become scarce are told of", () => {
  /** Ten connections, of which `busy` are in use while `ms` pass. */
  async function load(
    session: HttpSession,
    clock: ManualClock,
    { server, answer }: Holding,
    [busy, ms]: [number, number],
  ): Promise<void> {
    const pending = Array.from({ length: busy }, () =>
      session.request({ operation: "x", url: server.origin }),
    );
    await eventually(() => session.getHealth().origins[server.origin]?.active === busy);
    await eventually(() => server.open >= Math.min(busy, 10));
    await clock.advance(ms);
    await answer(busy);
    await Promise.all(pending);
  }

  interface Holding {
    readonly server: LoopbackServer;
    /** Answers so many requests as soon as they have come. */
    answer(count: number): Promise<void>;
  }

  async function holding(): Promise<Holding> {
    const held: (() => void)[] = [];
    const server = await LoopbackServer.http((_request, response) => {
      held.push(() => response.end("{}"));
    });
    const answer = async (count: number): Promise<void> => {
      await eventually(() => held.length === count);
      for (const respond of held.splice(0)) respond();
    };
    return { server, answer };
  }

  test("once above four fifths, once again below three fifths, and not in between", async () => {
    const venue = await holding();
    await using _server = venue.server;
    const clock = new ManualClock();
    await using session = new HttpSession({ clock });
    const levels: PoolPressure[] = [];
    session.onPoolPressure((pressure) => levels.push(pressure));

    await load(session, clock, venue, [8, 1_000]);
    expect(levels).toEqual([]);
    await load(session, clock, venue, [9, 1_000]);
    await load(session, clock, venue, [10, 1_000]);
    await load(session, clock, venue, [7, 1_000]);
    expect(levels.map(({ level }) => level)).toEqual(["high"]);
    expect(levels[0]).toMatchObject({ origin: venue.server.origin, limit: 10, utilisation: 0.9 });
    await load(session, clock, venue, [5, 1_000]);
    await load(session, clock, venue, [1, 1_000]);

    expect(levels.map(({ level }) => level)).toEqual(["high", "normal"]);
    expect(session.getHealth().origins[venue.server.origin]?.utilisation).toBe(0.1);
  });

  test("a burst that is over within a second is none", async () => {
    const venue = await holding();
    await using _server = venue.server;
    const clock = new ManualClock();
    await using session = new HttpSession({ clock });
    const levels: PoolPressure[] = [];
    session.onPoolPressure((pressure) => levels.push(pressure));

    for (let burst = 0; burst < 5; burst++) {
      await load(session, clock, venue, [10, 300]);
      await clock.advance(700);
    }

    expect(levels).toEqual([]);
  });
});
