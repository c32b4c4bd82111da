import { describe, expect, test } from "vitest";
import { HttpSession } from "../../src/http/http-session.ts";
import { BlackHole } from "./http-black-hole.ts";
import { eventually, LoopbackServer, realDelay, rejection } from "./http-loopback-server.ts";
import { runInOwnProcess } from "./http-own-process.ts";

function slowServer(serviceMs: number): Promise<LoopbackServer> {
  return LoopbackServer.http((_request, response) => {
    setTimeout(() => response.end("{}"), serviceMs);
  });
}

describe("close", () => {
  test("leaves no socket, ends what is under way and what waits, and may be called again", async () => {
    await using server = await slowServer(10_000);
    const session = new HttpSession({ connectionsPerHost: 2 });
    const pending = Array.from({ length: 5 }, () =>
      rejection(session.request({ operation: "probe", url: server.origin })),
    );
    await eventually(() => server.open === 2);

    const first = session.close();
    const second = session.close();
    expect(second).toBe(first);
    await first;
    const errors = await Promise.all(pending);

    for (const error of errors) expect(error).toMatchObject({ code: "ERR_CLOSED" });
    const sent = errors.map((error) => (error as { cause: { sent: boolean } }).cause.sent);
    expect(sent).toEqual([true, true, false, false, false]);
    await eventually(() => server.open === 0);
    expect(session.getHealth()).toMatchObject({ state: "closed", origins: {}, waiting: 0 });
    await session.close();
  });

  test("closes idle connections", async () => {
    await using server = await slowServer(1);
    const session = new HttpSession();
    await Promise.all(
      Array.from({ length: 10 }, () => session.request({ operation: "probe", url: server.origin })),
    );
    expect(server.open).toBe(10);

    await session.close();

    await eventually(() => server.open === 0);
  });

  test("ends a connection that is still being opened", async () => {
    await using hole = await BlackHole.open();
    const session = new HttpSession();
    const pending = rejection(session.request({ operation: "probe", url: hole.origin }));
    await realDelay(20);

    const startedMs = performance.now();
    await session.close();

    expect(await pending).toMatchObject({ code: "ERR_CLOSED", cause: { sent: false } });
    expect(performance.now() - startedMs).toBeLessThan(200);
  });

  test("a closed session refuses requests; one that never worked can be closed", async () => {
    const session = new HttpSession();
    await session.close();

    const error = await rejection(session.request({ operation: "x", url: "http://venue.test/" }));

    expect(error).toMatchObject({ code: "ERR_CLOSED" });
  });
});

describe("drain", () => {
  test("lets requests under way and in the queue end, takes no new ones, then closes", async () => {
    await using server = await slowServer(30);
    const session = new HttpSession({ connectionsPerHost: 2 });
    const pending = Array.from({ length: 6 }, () =>
      session.request({ operation: "probe", url: server.origin }),
    );

    const drained = session.drain(5_000);
    expect(session.getHealth().state).toBe("draining");
    const late = await rejection(session.request({ operation: "late", url: server.origin }));
    const responses = await Promise.all(pending);
    await drained;

    expect(late).toMatchObject({ code: "ERR_CLOSED" });
    expect(responses.map(({ statusCode }) => statusCode)).toEqual(Array(6).fill(200));
    expect(session.getHealth().state).toBe("closed");
    await eventually(() => server.open === 0);
  });

  test("does not wait longer than its deadline", async () => {
    await using server = await slowServer(10_000);
    const session = new HttpSession();
    const pending = rejection(session.request({ operation: "probe", url: server.origin }));
    await eventually(() => server.open === 1);

    const startedMs = performance.now();
    await session.drain(100);

    expect(performance.now() - startedMs).toBeLessThan(400);
    expect(await pending).toMatchObject({ code: "ERR_CLOSED" });
  });

  test("ends early when the last request is aborted in the queue", async () => {
    await using server = await slowServer(50);
    const session = new HttpSession({ connectionsPerHost: 1 });
    const controller = new AbortController();
    const first = session.request({ operation: "first", url: server.origin });
    const second = rejection(
      session.request({ operation: "x", url: server.origin, signal: controller.signal }),
    );

    const startedMs = performance.now();
    const drained = session.drain(5_000);
    await first;
    controller.abort(new Error("no longer needed"));
    await Promise.all([drained, second]);

    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });
});

describe("a process ends by itself", () => {
  test("after its session was closed, with requests still under way", async () => {
    await using server = await slowServer(10_000);

    const run = await runInOwnProcess(`
      const session = new HttpSession();
      const pending = session.request({ operation: "probe", url: "${server.origin}" });
      pending.catch((error) => console.log(error.code));
      setTimeout(() => session.close(), 50);
    `);

    expect(run).toMatchObject({ exitCode: 0, output: "ERR_CLOSED\n" });
    expect(run.elapsedMs).toBeLessThan(2_500);
  });

  test("with an idle session that nobody closed", async () => {
    await using server = await slowServer(1);

    const run = await runInOwnProcess(`
      const session = new HttpSession({ totalMs: 60_000, connectMs: 60_000, readMs: 60_000 });
      const response = await session.request({ operation: "probe", url: "${server.origin}" });
      console.log(response.statusCode);
    `);

    expect(run).toMatchObject({ exitCode: 0, output: "200\n" });
    expect(run.elapsedMs).toBeLessThan(2_500);
  });

  test("control: a socket left open keeps it alive", async () => {
    await using server = await slowServer(1);

    const run = await runInOwnProcess(`
      const { connect } = await import("node:net");
      connect(${new URL(server.origin).port}, "127.0.0.1");
    `);

    expect(run.exitCode).toBeUndefined();
  });
});
