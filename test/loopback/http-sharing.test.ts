import { expect, test } from "vitest";
import { HttpSession } from "../../src/http/http-session.ts";
import { eventually, LoopbackServer, realDelay } from "./http-loopback-server.ts";

/** Long enough that requests sent together overlap. */
const SERVICE_MS = 10;

function slowServer(): Promise<LoopbackServer> {
  return LoopbackServer.http((_request, response) => {
    setTimeout(() => response.end('{"ok":true}'), SERVICE_MS);
  });
}

function ask(session: HttpSession, server: LoopbackServer): Promise<number> {
  const answer = session.request({ operation: "probe", url: `${server.origin}/probe` });
  return answer.then((response) => response.statusCode);
}

test("a single request is answered, and its answer read whole", async () => {
  await using server = await slowServer();
  await using session = new HttpSession();

  const response = await session.request({ operation: "probe", url: `${server.origin}/probe` });

  expect(response.statusCode).toBe(200);
  expect(response.json()).toEqual({ ok: true });
  expect(response.headers["content-length"]).toBe("11");
});

test("making a session opens nothing, and five first requests at once share one set of connections", async () => {
  await using server = await slowServer();
  await using session = new HttpSession({ connectionsPerHost: 3 });
  expect(session.getHealth().state).toBe("idle");
  await realDelay(SERVICE_MS);
  expect(server.opened).toBe(0);

  const statuses = await Promise.all(Array.from({ length: 5 }, () => ask(session, server)));

  expect(statuses).toEqual([200, 200, 200, 200, 200]);
  expect(server.opened).toBe(3);
  expect(session.getHealth()).toMatchObject({ state: "open", connectionsOpened: 3, answered: 5 });
});

test("200 requests at once use ten connections and no more, and all succeed", async () => {
  await using server = await slowServer();
  await using session = new HttpSession();

  const statuses = await Promise.all(Array.from({ length: 200 }, () => ask(session, server)));

  expect(statuses.every((status) => status === 200)).toBe(true);
  expect(server.opened).toBe(10);
  expect(server.peak).toBe(10);
});

test("control: one session for each request opens one connection for each", async () => {
  await using server = await slowServer();
  const sessions = Array.from({ length: 50 }, () => new HttpSession());

  await Promise.all(sessions.map((session) => ask(session, server)));

  expect(server.peak).toBe(50);
  await Promise.all(sessions.map((session) => session.close()));
});

test("requests one after another stay on one connection", async () => {
  await using server = await slowServer();
  await using session = new HttpSession();

  for (let index = 0; index < 10; index++) await ask(session, server);

  expect(server.opened).toBe(1);
});

test.each(["", "keep-alive: timeout=60\r\n"])(
  "a connection idle for keepAliveMs is closed, also with the header %j",
  async (header) => {
    await using server = await LoopbackServer.raw((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${header}content-length: 2\r\n\r\n{}`);
    });
    await using session = new HttpSession({ keepAliveMs: 50 });

    await ask(session, server);
    expect(session.getHealth().origins[server.origin]).toMatchObject({ open: 1, idle: 1 });
    await eventually(() => server.open === 0);
    await eventually(() => session.getHealth().origins[server.origin] === undefined);
    await ask(session, server);

    expect(server.opened).toBe(2);
  },
);

test("a server that keeps connections for a shorter time is believed", async () => {
  await using server = await LoopbackServer.raw((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 2\r\n\r\n{}");
  });
  await using session = new HttpSession();

  await ask(session, server);

  await eventually(() => server.open === 0);
});

test("over three hosts, twenty connections are open at most, and no host starves", async () => {
  await using first = await slowServer();
  await using second = await slowServer();
  await using third = await slowServer();
  await using session = new HttpSession();
  let peak = 0;
  const observe = (): void => {
    const { origins } = session.getHealth();
    const open = Object.values(origins).reduce((sum, origin) => sum + origin.open, 0);
    peak = Math.max(peak, open);
  };
  const finished: string[] = [];
  const askAll = (server: LoopbackServer, name: string, count: number): Promise<void>[] =>
    Array.from({ length: count }, async () => {
      await ask(session, server);
      observe();
      finished.push(name);
    });

  const busy = [...askAll(first, "first", 150), ...askAll(second, "second", 150)];
  const late = askAll(third, "third", 10);
  const later = [...askAll(first, "first", 100), ...askAll(second, "second", 100)];
  await Promise.all(late);
  const finishedBeforeLate = finished.length;
  await Promise.all([...busy, ...later]);

  expect(peak).toBe(20);
  expect(first.peak).toBeLessThanOrEqual(10);
  expect(third.peak).toBeLessThanOrEqual(10);
  // First come, first served: the 300 before it were, the 200 after it were not all.
  expect(finishedBeforeLate).toBeLessThan(450);
  expect(finished.length).toBe(510);
});

test("requests are served in the order of their arrival", async () => {
  const served: string[] = [];
  await using server = await LoopbackServer.http((request, response) => {
    served.push(request.url ?? "");
    response.end("{}");
  });
  await using session = new HttpSession({ connectionsPerHost: 1 });

  const paths = Array.from({ length: 20 }, (_, index) => `/${index}`);
  await Promise.all(
    paths.map((path) => session.request({ operation: "probe", url: server.origin + path })),
  );

  expect(served).toEqual(paths);
});

test("one request more than may wait fails at once, unsent", async () => {
  await using server = await slowServer();
  await using session = new HttpSession({ connectionsPerHost: 1, maxWaiting: 2 });

  const accepted = [ask(session, server), ask(session, server), ask(session, server)];
  const refused = session.request({ operation: "probe", url: server.origin });

  await expect(refused).rejects.toMatchObject({ code: "ERR_REQUEST_FAILED", sent: false });
  expect(await Promise.all(accepted)).toEqual([200, 200, 200]);
});

test("a signal shared by many requests makes no warning of a leak", async () => {
  await using server = await slowServer();
  await using session = new HttpSession();
  const warnings: Error[] = [];
  const remember = (warning: Error): void => void warnings.push(warning);
  process.on("warning", remember);
  const { signal } = new AbortController();

  await Promise.all(
    Array.from({ length: 50 }, () =>
      session.request({ operation: "probe", url: server.origin, signal }),
    ),
  );
  await realDelay(5);
  process.off("warning", remember);

  expect(warnings).toEqual([]);
});
