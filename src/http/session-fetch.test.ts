import { describe, expect, test } from "vitest";
import { ConfigError } from "../core/errors.ts";
import { RequestFailedError } from "../core/request-errors.ts";
import type { HttpRequest, HttpRequester } from "./http-request.ts";
import { HttpResponse, type HttpResponseParts } from "./http-response.ts";
import { createFetch, type SessionFetch, type SessionFetchOptions } from "./session-fetch.ts";

const URL_TEXT = "https://venue.test/v2/orders?status=open#part";

interface Opened {
  readonly fetch: SessionFetch;
  readonly sent: HttpRequest[];
}

/** A fetch whose session notes what it is asked and answers as told, or fails. */
function opened(
  answer: Partial<HttpResponseParts> | Error = {},
  options?: SessionFetchOptions,
): Opened {
  const sent: HttpRequest[] = [];
  const session: HttpRequester = {
    request: async (request) => {
      sent.push(request);
      if (answer instanceof Error) throw answer;
      return new HttpResponse({
        operation: request.operation,
        method: request.method ?? "GET",
        statusCode: 200,
        headers: {},
        body: Buffer.from("{}"),
        elapsedMs: 1,
        ...answer,
      });
    },
  };
  return { fetch: createFetch(session, options), sent };
}

async function rejectionOf(promise: Promise<unknown>): Promise<TypeError> {
  return promise.then(
    () => expect.unreachable("it did not reject"),
    (thrown: TypeError) => thrown,
  );
}

describe("a request", () => {
  test.each<[string, () => [string | URL | Request, RequestInit?]]>([
    ["text", () => [URL_TEXT, { method: "delete", headers: { "X-One": "1" } }]],
    ["a URL", () => [new URL(URL_TEXT), { method: "DELETE", headers: [["x-one", "1"]] }]],
    ["a Request", () => [new Request(URL_TEXT, { method: "DELETE", headers: { "x-one": "1" } })]],
    [
      "a Request and what replaces parts of it",
      () => [
        new Request(URL_TEXT, { method: "PUT" }),
        { method: "DELETE", headers: new Headers({ "x-one": "1" }) },
      ],
    ],
  ])("given as %s is the session's, without the fragment", async (_name, given) => {
    const { fetch, sent } = opened();
    await fetch(...given());
    expect(sent[0]).toMatchObject({
      method: "DELETE",
      url: "https://venue.test/v2/orders?status=open",
      headers: { "x-one": "1", accept: "*/*", "accept-encoding": "identity" },
    });
  });

  test("has the verb in capitals, and asks for no compression whatever the caller says", async () => {
    const { fetch, sent } = opened();
    await fetch(URL_TEXT, {
      method: "patch",
      headers: { "Accept-Encoding": "gzip", accept: "a/b" },
    });
    expect(sent[0]).toMatchObject({
      method: "PATCH",
      headers: { accept: "a/b", "accept-encoding": "identity" },
    });
  });

  test.each<[string, NonNullable<RequestInit["body"]>, string, string | undefined]>([
    ["text", "a=é", "a=é", "text/plain;charset=UTF-8"],
    [
      "a form's parameters",
      new URLSearchParams({ a: "1 2" }),
      "a=1+2",
      "application/x-www-form-urlencoded;charset=UTF-8",
    ],
    ["bytes", new Uint8Array([0x61, 0x62, 0x63]).subarray(1), "bc", undefined],
    ["a buffer of bytes", new Uint8Array([0x61]).buffer, "a", undefined],
    ["a blob", new Blob(["{}"], { type: "application/json" }), "{}", "application/json"],
    ["a stream", new Blob(["streamed"]).stream(), "streamed", undefined],
  ])("sends %s with the content type of its kind", async (_name, body, text, contentType) => {
    const { fetch, sent } = opened();
    await fetch(URL_TEXT, { method: "POST", body, duplex: "half" });
    expect(Buffer.from(sent[0]?.body ?? "").toString()).toBe(text);
    expect(sent[0]?.headers?.["content-type"]).toBe(contentType);
  });

  test("sends a form with files in parts", async () => {
    const { fetch, sent } = opened();
    const form = new FormData();
    form.set("file", new Blob(["inside"]), "one.txt");
    await fetch(URL_TEXT, { method: "POST", body: form });
    const boundary = /boundary=(.+)$/.exec(sent[0]?.headers?.["content-type"] ?? "")?.[1];
    expect(boundary).toBeTruthy();
    expect(Buffer.from(sent[0]?.body ?? "").toString()).toContain(`--${boundary}`);
  });

  test("sends the body of a Request, whose own content type stays", async () => {
    const { fetch, sent } = opened();
    const headers = { "content-type": "application/json" };
    await fetch(new Request(URL_TEXT, { method: "POST", body: "{}", headers }));
    expect(Buffer.from(sent[0]?.body ?? "").toString()).toBe("{}");
    expect(sent[0]?.headers?.["content-type"]).toBe("application/json");
  });

  test("sends bytes as they were when it was called", async () => {
    const { fetch, sent } = opened();
    const bytes = new Uint8Array([0x61]);
    const call = fetch(URL_TEXT, { method: "POST", body: bytes });
    bytes[0] = 0x62;
    await call;
    expect(Buffer.from(sent[0]?.body ?? "").toString()).toBe("a");
  });

  test.each<[string, string, RequestInit, RegExp]>([
    ["with a relative address", "/v2/orders", {}, /URL/],
    ["to no address at all", "", {}, /URL/],
    ["with a body where there is none", URL_TEXT, { body: "x" }, /GET\/HEAD/],
    ["of a forbidden verb", URL_TEXT, { method: "connect" }, /CONNECT/],
    ["with a malformed header", URL_TEXT, { headers: { "a b": "1" } }, /a b/],
    [
      "with an endless body",
      URL_TEXT,
      { method: "POST", body: endless(), duplex: "half" },
      /longer/,
    ],
    ["with too long a text", URL_TEXT, { method: "POST", body: "é".repeat(501) }, /longer/],
  ])("%s is refused before it is sent", async (_name, url, init, message) => {
    const { fetch, sent } = opened({}, { maxRequestBytes: 1_000 });
    const error = await rejectionOf(fetch(url, init));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(message);
    expect(sent).toEqual([]);
  });
});

function endless(): ReadableStream {
  return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(100)) });
}

describe("an answer", () => {
  test("is a Response: status, text, headers, address and body", async () => {
    const body = Buffer.from('{"message":"order not found"}');
    const headers = { "x-request-id": "r-1", "set-cookie": ["a=1", "b=2"] };
    const { fetch } = opened({ statusCode: 404, headers, body });
    const response = await fetch(URL_TEXT);
    expect(response).toBeInstanceOf(Response);
    expect(response).toMatchObject({
      status: 404,
      statusText: "Not Found",
      ok: false,
      redirected: false,
      bodyUsed: false,
      url: "https://venue.test/v2/orders?status=open",
    });
    expect(response.headers.get("X-Request-Id")).toBe("r-1");
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(await response.json()).toEqual({ message: "order not found" });
    expect(response.bodyUsed).toBe(true);
  });

  test("can be read as text, bytes, a blob or a stream, and cloned until it is read", async () => {
    const { fetch } = opened({ body: Buffer.from("abc"), headers: { "content-type": "text/x" } });
    const response = await fetch(URL_TEXT);
    const copies = Array.from({ length: 3 }, () => response.clone());
    expect(copies.map(({ url }) => url)).toEqual(copies.map(() => response.url));
    expect(new TextDecoder().decode(await copies[0]?.arrayBuffer())).toBe("abc");
    expect((await copies[1]?.blob())?.type).toBe("text/x");
    const read = await copies[2]?.body?.getReader().read();
    expect(new TextDecoder().decode(read?.value)).toBe("abc");
    expect(await response.text()).toBe("abc");
    expect(() => response.clone()).toThrow(TypeError);
  });

  test.each([204, 205, 304])("of status %i has no body", async (statusCode) => {
    const { fetch } = opened({ statusCode, body: Buffer.alloc(0) });
    const response = await fetch(URL_TEXT);
    expect(response.status).toBe(statusCode);
    expect(response.body).toBeNull();
  });

  test("keeps the bytes of a header that the server wrote in UTF-8", async () => {
    const { fetch } = opened({ headers: { "x-name": "é–" } });
    const value = (await fetch(URL_TEXT)).headers.get("x-name") ?? "";
    expect(Buffer.from(value, "latin1").toString("utf8")).toBe("é–");
  });

  test.each<[string, Partial<HttpResponseParts>, string]>([
    ["that is compressed all the same", { headers: { "content-encoding": "gzip" } }, "ERR_DECODE"],
    ["of no status that fetch knows", { statusCode: 999 }, "RangeError"],
  ])("%s is a failure with its cause", async (_name, answer, cause) => {
    const error = await rejectionOf(opened(answer).fetch(URL_TEXT));
    expect(error).toMatchObject({ name: "TypeError", message: "fetch failed" });
    const { code, name } = error.cause as { code?: string; name: string };
    expect([code, name]).toContain(cause);
  });
});

describe("a failure", () => {
  test("of the network is the TypeError that users of fetch expect, the session's error its cause", async () => {
    const facts = { operation: "orders", method: "GET", sent: true, attempts: 1, elapsedMs: 3 };
    const cause = new RequestFailedError("other side closed", facts);
    const error = await rejectionOf(opened(cause).fetch(URL_TEXT));
    expect(error).toMatchObject({ name: "TypeError", message: "fetch failed", cause });
  });

  test("of the request says what is wrong with it", async () => {
    const cause = new ConfigError(["url must not contain credentials"]);
    const error = await rejectionOf(opened(cause).fetch(URL_TEXT));
    expect(error).toMatchObject({ name: "TypeError", message: cause.message, cause });
  });

  test("by a signal that was aborted before is its own reason, and nothing is sent", async () => {
    const { fetch, sent } = opened();
    const reason = new Error("not wanted any more");
    expect(await rejectionOf(fetch(URL_TEXT, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(sent).toEqual([]);
  });

  test("by a signal while a body is read is its own reason, and the stream is let go", async () => {
    const { fetch, sent } = opened();
    const controller = new AbortController();
    const reason = new Error("not wanted any more");
    let letGo: unknown;
    const body = new ReadableStream({
      pull: () => controller.abort(reason),
      cancel: (with_) => {
        letGo = with_;
      },
    });
    const call = fetch(URL_TEXT, {
      method: "POST",
      body,
      duplex: "half",
      signal: controller.signal,
    });
    expect(await rejectionOf(call)).toBe(reason);
    expect(letGo).toBe(reason);
    expect(sent).toEqual([]);
  });

  test("by the signal of a Request is its own reason", async () => {
    const reason = new Error("not wanted any more");
    const request = new Request(URL_TEXT, { signal: AbortSignal.abort(reason) });
    expect(await rejectionOf(opened().fetch(request))).toBe(reason);
  });
});

describe("the name of an operation", () => {
  test.each([
    ["/v2/account", "account"],
    ["/v2/stocks/AAPL/quotes/latest", "stocks-quotes-latest"],
    ["/v1beta3/crypto/us/latest/quotes", "crypto-us-latest-quotes"],
    ["/v2/orders/7b08df51-c1ac-453c-99f9-323a5f075f0d", "orders"],
    ["/v2/orders:by_client_order_id", "orders:by_client_order_id"],
    ["/v2/assets/BTC%2FUSD", "assets"],
    ["/", "fetch"],
  ])("of %s is %s", async (path, name) => {
    const { fetch, sent } = opened();
    await fetch(`https://venue.test${path}`);
    expect(sent[0]?.operation).toBe(name);
  });

  test("is one of at most a hundred and one, however many paths there are", async () => {
    const { fetch, sent } = opened();
    const letters = "abcdefghijklmnopqrstuvwxyz";
    for (const first of letters) {
      for (const second of letters) await fetch(`https://venue.test/${first}${second}`);
    }
    expect(new Set(sent.map(({ operation }) => operation)).size).toBe(101);
    await fetch("https://venue.test/aa");
    expect(sent.at(-1)?.operation).toBe("aa");
  });

  test("is the caller's own choice", async () => {
    const one = opened({}, { operation: "rest" });
    await one.fetch(URL_TEXT);
    expect(one.sent[0]?.operation).toBe("rest");
    const other = opened({}, { operation: (method, url) => `${method} ${url.pathname}` });
    await other.fetch(URL_TEXT);
    expect(other.sent[0]?.operation).toBe("GET /v2/orders");
  });
});
