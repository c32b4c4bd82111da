import { describe, expect, onTestFinished, test } from "vitest";
import { HttpSession } from "../../src/http/http-session.ts";
import type { HttpSessionOptions } from "../../src/http/http-session-options.ts";
import { LoopbackServer, rejection } from "./http-loopback-server.ts";

interface Opened {
  readonly session: HttpSession;
  readonly server: LoopbackServer;
}

async function opened(
  listener: Parameters<typeof LoopbackServer.http>[0],
  options: HttpSessionOptions = {},
): Promise<Opened> {
  const server = await LoopbackServer.http(listener);
  const session = new HttpSession({ retry: false, ...options });
  onTestFinished(async () => {
    await session.close();
    await server[Symbol.asyncDispose]();
  });
  return { server, session };
}

describe("fetch over a session", () => {
  test("sends and reads what the platform's own does", async () => {
    const { server, session } = await opened((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { method, url, headers } = request;
        const { "x-one": one, "content-type": contentType, accept } = headers;
        const body = Buffer.concat(chunks).toString();
        response.writeHead(201, { "x-answer": "yes", "content-type": "application/json" });
        response.end(JSON.stringify({ method, url, one, contentType, accept, body }));
      });
    });
    const url = `${server.origin}/v2/orders?a=b%2Cc#part`;
    const init = {
      method: "POST",
      headers: { "X-One": " 1 " },
      body: new URLSearchParams({ a: "é" }),
    };

    const ours = await session.fetch(url, init);
    const platforms = await fetch(url, init);

    expect(await ours.json()).toEqual(await platforms.json());
    const parts = ["status", "statusText", "ok", "url", "redirected", "bodyUsed"] as const;
    for (const part of parts) expect([part, ours[part]]).toEqual([part, platforms[part]]);
    expect(Object.fromEntries(ours.headers)).toEqual({
      ...Object.fromEntries(platforms.headers),
      date: ours.headers.get("date"),
    });
  });

  test("shares the session's connections", async () => {
    const { server, session } = await opened((_request, response) => response.end("{}"));
    const calls = Array.from({ length: 100 }, async () =>
      (await session.fetch(server.origin)).json(),
    );
    await Promise.all(calls);
    expect(server.peak).toBeLessThanOrEqual(10);
    expect(session.getHealth()).toMatchObject({ answered: 100 });
  });

  test.each(["follow", "error", "manual"] as const)(
    "refuses to be sent elsewhere (redirect: %s)",
    async (redirect) => {
      const { server, session } = await opened((_request, response) => {
        response.writeHead(302, { location: "https://elsewhere.test/?token=abc" }).end();
      });
      const error = await rejection(session.fetch(server.origin, { redirect }));
      expect(error).toMatchObject({
        name: "TypeError",
        message: "fetch failed",
        cause: { code: "ERR_HTTP_STATUS", statusCode: 302 },
      });
    },
  );

  test("fails as fetch does when the connection is lost, and says whether it was sent", async () => {
    const { server, session } = await opened((request) => request.socket.destroy());
    const error = await rejection(session.fetch(server.origin));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      message: "fetch failed",
      cause: { code: "ERR_REQUEST_FAILED", sent: true },
    });
  });

  test("repeats a question whose connection was lost, when the session does", async () => {
    let requests = 0;
    const { server, session } = await opened(
      (request, response) => {
        if (requests++ === 0) request.socket.destroy();
        else response.end("{}");
      },
      { retry: {} },
    );
    expect((await session.fetch(server.origin)).status).toBe(200);
    expect(requests).toBe(2);
  });

  test("ends with the signal's own reason while the answer is on its way", async () => {
    const reason = new Error("not wanted any more");
    const controller = new AbortController();
    const { server, session } = await opened(() => controller.abort(reason));
    const { signal } = controller;
    expect(await rejection(session.fetch(server.origin, { signal }))).toBe(reason);
  });

  test("ends with the platform's error for a timeout signal", async () => {
    const { server, session } = await opened(() => {});
    const signal = AbortSignal.timeout(20);
    const error = await rejection(session.fetch(server.origin, { signal }));
    expect(error).toMatchObject({ name: "TimeoutError" });
    expect(error).toBeInstanceOf(DOMException);
  });

  test("fails when the session is closed", async () => {
    const { server, session } = await opened((_request, response) => response.end());
    await session.close();
    expect(await rejection(session.fetch(server.origin))).toMatchObject({
      message: "fetch failed",
      cause: { code: "ERR_CLOSED" },
    });
  });
});

/**
 * How ccxt calls a `fetchImplementation` and reads its answer (`Exchange.fetch`, `handleRestResponse`
 * and `getResponseHeaders` of ccxt 4, read in September 2026).
 */
async function asCcxtDoes(
  fetchImplementation: (url: string, params: RequestInit) => Promise<Response>,
  url: string,
  request: {
    readonly method: string;
    readonly headers?: Record<string, string>;
    readonly body?: string;
  },
): Promise<{ status: number; statusText: string; headers: Record<string, string>; body: string }> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 5_000);
  const { method, headers, body } = request;
  const others: object = { agent: { keepAlive: true }, dispatcher: undefined, timeout: 5_000 };
  const params = { method, headers, body, ...others, signal: controller.signal } as RequestInit;
  try {
    const response = await fetchImplementation(url, params);
    const found: Record<string, string> = {};
    response.headers.forEach((value, key) => {
      found[key] = value;
    });
    const { status, statusText } = response;
    return { status, statusText, headers: found, body: await response.text() };
  } finally {
    clearTimeout(timer);
  }
}

describe("what an exchange library needs of fetch", () => {
  test("is there: detached, with options of other transports, headers one by one, text", async () => {
    const { server, session } = await opened((request, response) => {
      response.writeHead(418, { "X-Bapi-Limit": "600" });
      request.pipe(response);
    });
    const { fetch: detached } = session;
    const headers = { "Content-Type": "application/json", "X-BAPI-SIGN": "0a1b" };
    const body = JSON.stringify({ category: "linear" });
    const answer = await asCcxtDoes(detached, server.origin, { method: "POST", headers, body });
    expect(answer).toMatchObject({
      status: 418,
      statusText: "I'm a Teapot",
      headers: { "x-bapi-limit": "600" },
      body,
    });
  });

  test("is there when it fails: a TypeError, or the DOMException of its own timer", async () => {
    const { server, session } = await opened((request) => request.socket.destroy());
    const error = await rejection(asCcxtDoes(session.fetch, server.origin, { method: "GET" }));
    expect(error).toBeInstanceOf(TypeError);
    const controller = new AbortController();
    controller.abort();
    const aborted = await rejection(session.fetch(server.origin, { signal: controller.signal }));
    expect(aborted).toBeInstanceOf(DOMException);
  });
});
