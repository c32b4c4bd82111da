import { expect, test } from "vitest";
import type { HostAddress } from "../../src/http/host-cache.ts";
import { HttpSession } from "../../src/http/http-session.ts";
import { LoopbackServer, rejection } from "./http-loopback-server.ts";

const HERE: HostAddress = { address: "127.0.0.1", family: 4 };
/** Loopback as well, but the servers of these tests do not listen there. */
const ELSEWHERE: HostAddress = { address: "127.0.0.2", family: 4 };

function named(server: LoopbackServer): string {
  return server.origin.replace("127.0.0.1", "venue.test");
}

test("a name is looked up once for many connections, and the server sees the name", async () => {
  const hosts = new Set<string | undefined>();
  await using server = await LoopbackServer.http((request, response) => {
    hosts.add(request.headers.host);
    setTimeout(() => response.end("{}"), 10);
  });
  let lookups = 0;
  await using session = new HttpSession({
    resolveHost: async () => {
      lookups++;
      return [HERE];
    },
  });

  await Promise.all(
    Array.from({ length: 40 }, () => session.request({ operation: "x", url: named(server) })),
  );

  expect(lookups).toBe(1);
  expect(server.opened).toBe(10);
  expect([...hosts]).toEqual([new URL(named(server)).host]);
});

test("however many addresses a name has, they share its ten connections", async () => {
  await using server = await LoopbackServer.http((_request, response) => {
    setTimeout(() => response.end("{}"), 5);
  });
  await using session = new HttpSession({ resolveHost: async () => [HERE, HERE, HERE] });

  await Promise.all(
    Array.from({ length: 100 }, () => session.request({ operation: "x", url: named(server) })),
  );

  expect(server.opened).toBe(10);
});

test("when one address refuses, the next one is tried", async () => {
  await using server = await LoopbackServer.http((_request, response) => response.end("{}"));
  await using session = new HttpSession({ resolveHost: async () => [ELSEWHERE, HERE] });

  const response = await session.request({ operation: "x", url: named(server) });

  expect(response.statusCode).toBe(200);
});

test("a host that cannot be reached is looked up anew: it may have moved", async () => {
  await using server = await LoopbackServer.http((_request, response) => response.end("{}"));
  let addresses = [ELSEWHERE];
  await using session = new HttpSession({ resolveHost: async () => addresses });
  const ask = (): Promise<{ statusCode: number }> =>
    session.request({ operation: "x", url: named(server) });

  expect(await rejection(ask())).toMatchObject({ code: "ERR_REQUEST_FAILED", sent: false });
  addresses = [HERE];

  expect((await ask()).statusCode).toBe(200);
});

test("a name without an address is an error that says so, and nothing was sent", async () => {
  await using session = new HttpSession();

  const error = await rejection(session.request({ operation: "x", url: "http://venue.invalid/" }));

  expect(error).toMatchObject({ code: "ERR_REQUEST_FAILED", sent: false });
  expect(String(error)).toContain("venue.invalid");
});
