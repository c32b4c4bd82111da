import { inspect } from "node:util";
import { expect, test } from "vitest";
import type { HttpRequest } from "../../src/http/http-request.ts";
import type { HttpResponse } from "../../src/http/http-response.ts";
import { HttpSession } from "../../src/http/http-session.ts";
import { LoopbackServer, rejection } from "./http-loopback-server.ts";

const SECRET = "s3cr3t-that-must-not-leave";

/** Everything `inspect` can find, non-enumerable properties and causes included. */
function everything(value: unknown): string {
  const text = inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true });
  return `${text}\n${String(value)}\n${JSON.stringify(value)}`;
}

test("no error, session, response or health shows a header, a body or a query that was sent", async () => {
  await using server = await LoopbackServer.http((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://venue.test");
    if (pathname === "/reset") request.socket.resetAndDestroy();
    else if (pathname === "/redirect") response.writeHead(302, { location: "/ok" }).end();
    else if (pathname === "/empty") response.end();
    else if (pathname === "/ok") response.end("{}");
  });
  await using session = new HttpSession({ connectionsPerHost: 1, maxWaiting: 1 });
  const ask = (path: string, extra: Partial<HttpRequest> = {}): Promise<HttpResponse> =>
    session.request({
      operation: "probe",
      method: "POST",
      url: server.origin + path,
      query: { token: SECRET },
      headers: { "x-secret": SECRET },
      body: JSON.stringify({ secret: SECRET }),
      readMs: 100,
      ...extra,
    });

  const shown: unknown[] = [
    await rejection(ask("/reset")),
    await rejection(ask("/redirect")),
    await rejection(ask("/silent")),
    await rejection(ask("/ok", { url: "http://127.0.0.1:1/" })),
    await rejection(ask("/ok", { headers: { "x-secret": `${SECRET}\n` } })),
    await rejection(ask("/ok", { url: `https://me:${SECRET}@venue.test/` })),
    await rejection(ask("/ok", { url: `${SECRET}/` })),
    await rejection(ask("/empty").then((response) => response.json())),
    await ask("/ok"),
  ];
  const unfinished = [ask("/silent"), ask("/ok"), ask("/ok")].map(rejection);
  shown.push(session, session.getHealth(), await unfinished[2]);
  await session.close();
  shown.push(...(await Promise.all(unfinished)), session);

  expect(shown.length).toBe(16);
  for (const value of shown) expect(everything(value)).not.toContain(SECRET);
});
