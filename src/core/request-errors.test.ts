import { expect, test } from "vitest";
import {
  DeadlineError,
  HttpStatusError,
  RateLimitedError,
  type RequestFacts,
  RequestFailedError,
  ResponseDecodeError,
} from "./request-errors.ts";

function facts(method: string, sent: boolean): RequestFacts {
  return { operation: "order", method, sent, attempts: 1, elapsedMs: 12.4 };
}

test.each([
  ["GET", true, "retry"],
  ["GET", false, "retry"],
  ["POST", false, "retry"],
  ["POST", true, "reconcile"],
  ["PATCH", true, "reconcile"],
  ["DELETE", true, "reconcile"],
])("a failed %s (sent: %s) may be met with: %s", (method, sent, disposition) => {
  const given = facts(method, sent);

  expect(new RequestFailedError("reset", given).disposition).toBe(disposition);
  expect(new DeadlineError("total", 5_000, given).disposition).toBe(disposition);
});

test.each([
  [400, "GET", "fatal"],
  [404, "POST", "fatal"],
  [408, "GET", "retry"],
  [425, "GET", "retry"],
  [500, "GET", "retry"],
  [502, "POST", "reconcile"],
])("status %i to a %s may be met with: %s", (statusCode, method, disposition) => {
  const error = new HttpStatusError({ statusCode, message: "no" }, facts(method, true));

  expect(error.disposition).toBe(disposition);
});

test("a rate limit is refused before it is worked on, so every verb may be repeated", () => {
  expect(new RateLimitedError(7_000, facts("POST", true))).toMatchObject({
    disposition: "retry",
    retryAfterMs: 7_000,
  });
});

test("the message says what for, what, how long and whether it was sent", () => {
  expect(new DeadlineError("read", 3_000, facts("GET", true)).message).toBe(
    "order: read exceeded 3000 ms (12 ms, sent)",
  );
  expect(new RequestFailedError("refused", facts("GET", false)).message).toBe(
    "order: refused (12 ms, not sent)",
  );
});

test("the message counts the attempts from the second on, and names the last answer", () => {
  const repeated = { ...facts("GET", true), attempts: 3, requestId: "r-9" };
  const error = new RequestFailedError("reset", repeated);

  expect(error.message).toBe("order: reset (3 attempts, 12 ms, sent, request r-9)");
  expect(error).toMatchObject({ attempts: 3, requestId: "r-9" });
});

test("an unsuccessful answer is named by itself, or as an earlier one was", () => {
  const earlier = { ...facts("GET", true), requestId: "r-1" };
  const named = new HttpStatusError({ statusCode: 500, message: "no", requestId: "r-2" }, earlier);
  const unnamed = new HttpStatusError({ statusCode: 500, message: "no" }, earlier);

  expect(named.requestId).toBe("r-2");
  expect(unnamed.requestId).toBe("r-1");
});

test("an undecodable answer shows its beginning, once, and its status", () => {
  const answer = { ...facts("POST", true), statusCode: 200, requestId: "r-1" };
  const error = new ResponseDecodeError("JSON", Buffer.from("<html>"), answer);

  expect(error).toMatchObject({
    code: "ERR_DECODE",
    disposition: "reconcile",
    statusCode: 200,
    requestId: "r-1",
    firstBytes: '"<html>"',
    byteLength: 6,
    sent: true,
  });
  expect(error.message).toBe(
    'order: HTTP 200, undecodable JSON of 6 bytes, beginning "<html>" (12 ms, sent, request r-1)',
  );
});
