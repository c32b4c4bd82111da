import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ResponseDecodeError } from "../../src/core/request-errors.ts";
import type { HttpRequest } from "../../src/http/http-request.ts";
import { HttpSession } from "../../src/http/http-session.ts";
import { LoopbackServer, rejection } from "./http-loopback-server.ts";

const KEEP = "HTTP/1.1 200 OK\r\nconnection: keep-alive\r\n";
const CLOSE = "HTTP/1.1 200 OK\r\nconnection: close\r\n";

function probe(server: LoopbackServer, extra: Partial<HttpRequest> = {}): HttpRequest {
  return { operation: "probe", url: `${server.origin}/`, ...extra };
}

describe("a connection that fails under a request is an error that says whether it was sent", () => {
  test("refused: not sent, and a POST may be repeated", async () => {
    const server = await LoopbackServer.raw(() => {});
    await server[Symbol.asyncDispose]();
    await using session = new HttpSession();

    const error = await rejection(session.request(probe(server, { method: "POST" })));

    expect(error).toMatchObject({
      code: "ERR_REQUEST_FAILED",
      operation: "probe",
      sent: false,
      disposition: "retry",
      cause: { code: "ECONNREFUSED" },
    });
    expect(session.getHealth()).toMatchObject({ failed: 1, resets: 0, origins: {} });
  });

  test("reset before the answer: sent, and a POST must be looked up first", async () => {
    await using server = await LoopbackServer.raw((socket) => socket.resetAndDestroy());
    await using session = new HttpSession({ retry: false });

    const posted = await rejection(session.request(probe(server, { method: "POST", body: "{}" })));
    const got = await rejection(session.request(probe(server)));

    expect(posted).toMatchObject({ code: "ERR_REQUEST_FAILED", sent: true });
    expect(posted).toMatchObject({ disposition: "reconcile" });
    expect(got).toMatchObject({ code: "ERR_REQUEST_FAILED", sent: true, disposition: "retry" });
    expect(session.getHealth()).toMatchObject({ failed: 2, resets: 2 });
    // Each was written once: undici has not repeated them on a new connection.
    expect(server.opened).toBe(2);
  });

  test.each([
    ["reset in the middle of a body", `${KEEP}content-length: 100\r\n\r\nhalf`, true],
    ["closed in the middle of a body", `${KEEP}content-length: 100\r\n\r\nhalf`, false],
    ["closed in the middle of the last body", `${CLOSE}content-length: 100\r\n\r\nhalf`, false],
    ["closed between two chunks", `${KEEP}transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`, false],
    [
      "closed between two last chunks",
      `${CLOSE}transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`,
      false,
    ],
    ["closed within the headers", "HTTP/1.1 200 OK\r\ncontent-le", false],
    ["an answer that is not HTTP", "220 mail.example ESMTP\r\n", false],
  ])("%s", async (_name, bytes, withReset) => {
    await using server = await LoopbackServer.raw((socket) => {
      socket.write(bytes, () => {
        // Later, so that the bytes are read before the connection ends.
        setTimeout(() => (withReset ? socket.resetAndDestroy() : socket.end()), 20);
      });
    });
    await using session = new HttpSession({ retry: false });

    const error = await rejection(session.request(probe(server)));

    expect(error).toMatchObject({ code: "ERR_REQUEST_FAILED", sent: true });
  });

  test("the session works on after a failure", async () => {
    let requests = 0;
    await using server = await LoopbackServer.http((request, response) => {
      requests++;
      if (requests === 1) request.socket.resetAndDestroy();
      else response.end("{}");
    });
    await using session = new HttpSession({ connectionsPerHost: 1, retry: false });

    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => session.request(probe(server))),
    );

    const statuses = outcomes.map(({ status }) => status);
    expect(statuses).toEqual(["rejected", ...Array(4).fill("fulfilled")]);
    expect(server.peak).toBe(1);
  });
});

test.each([301, 302, 303, 307, 308])(
  "a redirect (%i) is refused, and nobody follows it",
  async (statusCode) => {
    const followed: string[] = [];
    await using target = await LoopbackServer.http((request, response) => {
      followed.push(JSON.stringify(request.headers));
      response.end("{}");
    });
    await using server = await LoopbackServer.http((_request, response) => {
      response.writeHead(statusCode, { location: `${target.origin}/elsewhere?token=abc` }).end();
    });
    await using session = new HttpSession();

    const error = await rejection(session.request(probe(server, { headers: { "x-key": "k" } })));

    expect(error).toMatchObject({ code: "ERR_HTTP_STATUS", statusCode, disposition: "fatal" });
    expect(String(error)).toContain(`${target.origin}/elsewhere refused`);
    expect(String(error)).not.toContain("abc");
    expect(followed).toEqual([]);
  },
);

describe("a body is what it is, or an error that shows its beginning", () => {
  test.each([
    ["empty", "", '""'],
    ["HTML", "<html><body>502 Bad Gateway</body></html>", '"<html><body>502'],
    ["cut JSON", '{"quote":{"bp":1', '"{"quote"'],
    ["two values", "{}{}", '"{}{}"'],
  ])("json() of a body that is %s", async (_name, body, firstBytes) => {
    await using server = await LoopbackServer.http((_request, response) => {
      response.writeHead(502, { "x-request-id": "r-1" }).end(body);
    });
    await using session = new HttpSession();
    const response = await session.request(probe(server));

    const error = await rejection((async () => response.json())());

    expect(error).toBeInstanceOf(ResponseDecodeError);
    expect(error).toMatchObject({
      code: "ERR_DECODE",
      operation: "probe",
      statusCode: 502,
      requestId: "r-1",
      sent: true,
      byteLength: body.length,
    });
    expect((error as ResponseDecodeError).firstBytes).toContain(firstBytes);
  });

  test("plain bytes are asked for, and compressed ones are not taken for text", async () => {
    let accepted: string | string[] | undefined;
    await using server = await LoopbackServer.http((request, response) => {
      accepted = request.headers["accept-encoding"];
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync('{"ok":true}'));
    });
    await using session = new HttpSession();
    const response = await session.request(probe(server));

    expect(accepted).toBe("identity");
    expect(() => response.json()).toThrow(ResponseDecodeError);
    expect(() => response.text()).toThrow(/gzip/);
  });

  test.each(["declared", "undeclared"])(
    "a body longer than maxBodyBytes, its length %s",
    async (kind) => {
      await using server = await LoopbackServer.http((_request, response) => {
        const body = Buffer.alloc(200_000, "x");
        if (kind === "declared") response.setHeader("content-length", body.byteLength);
        response.write(body.subarray(0, 100_000));
        response.end(body.subarray(100_000));
      });
      await using session = new HttpSession({ maxBodyBytes: 150_000 });

      const error = await rejection(session.request(probe(server)));

      expect(error).toMatchObject({ code: "ERR_REQUEST_FAILED", sent: true });
      expect(String(error)).toContain("150000 bytes");
    },
  );

  test("a body that comes in many pieces is put together in order", async () => {
    const body = JSON.stringify(Array.from({ length: 50_000 }, (_, index) => index));
    await using server = await LoopbackServer.http((_request, response) => response.end(body));
    await using session = new HttpSession();

    const response = await session.request(probe(server));

    expect(response.text()).toBe(body);
  });
});

describe("a request that is wrong is refused before anything is opened", () => {
  test.each<[string, Partial<HttpRequest>, RegExp]>([
    ["a relative address", { url: "/v2/clock" }, /url must be absolute/],
    ["another protocol", { url: "ftp://venue.test/" }, /url must be absolute/],
    ["credentials in the address", { url: "https://me:pass@venue.test/" }, /credentials/],
    ["a blank operation and NaN", { operation: " ", totalMs: Number.NaN }, /operation.*totalMs/],
    ["a method that is none", { method: "get " }, /method/],
    ["a header with a line break", { headers: { "x-note": "a\r\nb: c" } }, /x-note/],
  ])("%s", async (_name, extra, message) => {
    await using server = await LoopbackServer.http((_request, response) => response.end("{}"));
    await using session = new HttpSession();

    const error = await rejection(session.request(probe(server, extra)));

    expect(error).toMatchObject({ code: "ERR_CONFIG" });
    expect(String(error)).toMatch(message);
    expect(server.opened).toBe(0);
  });

  test("all wrong options of a session are named at once", () => {
    const options = { totalConnections: 0, readMs: Number.NaN, keepAliveMs: -1, userAgent: "a\nb" };

    expect(() => new HttpSession(options)).toThrow(
      /totalConnections.*keepAliveMs.*readMs.*userAgent/s,
    );
  });
});
