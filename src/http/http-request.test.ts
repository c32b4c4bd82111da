import { expect, test } from "vitest";
import { type HttpRequest, prepareRequest } from "./http-request.ts";

const DEFAULTS = { userAgent: "holdfast", totalMs: 5, connectMs: 2 };

function prepare(request: Partial<HttpRequest>): ReturnType<typeof prepareRequest> {
  return prepareRequest({ operation: "x", url: "https://venue.test/", ...request }, DEFAULTS);
}

test("the address is split into origin and path, and its fragment dropped", () => {
  expect(prepare({ url: "https://venue.test:8443/v2/a%2Fb?x=1#part" })).toMatchObject({
    method: "GET",
    origin: "https://venue.test:8443",
    path: "/v2/a%2Fb?x=1",
  });
});

test("query values are escaped, commas kept, undefined left out, order kept", () => {
  const query = { symbols: "A,B/C", limit: 10, until: undefined, note: "a b&c", all: true };

  expect(prepare({ query }).path).toBe("/?symbols=A,B%2FC&limit=10&note=a%20b%26c&all=true");
  expect(prepare({ url: "https://venue.test/p?a=1", query: { b: 2 } }).path).toBe("/p?a=1&b=2");
});

test("a request's own headers replace the standard ones, however they are written", () => {
  const { headers } = prepare({ headers: { "User-Agent": "mine", "APCA-API-KEY-ID": "k" } });

  expect(headers).toEqual({
    accept: "application/json",
    "accept-encoding": "identity",
    "user-agent": "mine",
    "apca-api-key-id": "k",
  });
});

test("a request's own limits replace the session's", () => {
  expect(prepare({ totalMs: 7 })).toMatchObject({ totalMs: 7, connectMs: 2 });
  expect(prepare({})).toMatchObject({ deadlineMs: undefined, readMs: undefined });
  expect(() => prepare({ totalMs: 0, readMs: Number.NaN, deadlineMs: -1 })).toThrow(
    /deadlineMs.*totalMs.*readMs/,
  );
});

test("a view of a larger buffer sends its own bytes only", () => {
  const bytes = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);

  expect(prepare({ body: bytes }).body).toEqual(Buffer.from([2, 3]));
});

test.each([
  ["GET", "query"],
  ["HEAD", "query"],
  ["OPTIONS", "query"],
  ["DELETE", "cancel"],
  ["POST", "order"],
  ["PATCH", "order"],
  ["PUT", "order"],
])("a %s stands in the lane `%s`, unless it says otherwise", (method, lane) => {
  expect(prepare({ method }).lane).toBe(lane);
  expect(prepare({ method, lane: "backfill" }).lane).toBe("backfill");
});

test("an unknown lane, and sharing what is no GET, are refused", () => {
  expect(() => prepare({ lane: "fast" as never })).toThrow(/lane must be one of cancel, order/);
  expect(() => prepare({ method: "POST", coalesce: true })).toThrow(
    /coalesce is for GET, not POST/,
  );
});
