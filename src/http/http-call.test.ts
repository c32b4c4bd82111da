import { expect, test } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { type CallContext, HttpCall } from "./http-call.ts";
import { prepareRequest } from "./http-request.ts";
import { OperationTable } from "./operation-table.ts";
import { RequestProgress } from "./request-progress.ts";

interface Begun {
  readonly call: HttpCall;
  readonly clock: ManualClock;
  readonly log: string[];
}

/** A call of a POST with a deadline of 60 ms, 5 ms in all, 2 to connect and 3 of silence. */
function begin(): Begun {
  const clock = new ManualClock();
  const log: string[] = [];
  const context: CallContext = {
    maxBodyBytes: 100,
    monotonicMs: () => clock.monotonicMs(),
    deadlineMoved: () => {},
    written: () => void log.push("written"),
    settled: ({ outcome }) => void log.push(`settled ${outcome}`),
    abandoned: () => void log.push("abandoned"),
    released: () => void log.push("released"),
    replay: () => true,
  };
  const defaults = { userAgent: "holdfast", totalMs: 5, connectMs: 2 };
  const request = {
    operation: "order",
    method: "POST",
    url: "https://venue.test/",
    deadlineMs: 60,
  };
  const prepared = prepareRequest(request, defaults);
  const operation = new OperationTable({}).of("order");
  const progress = new RequestProgress(prepared, operation, clock.monotonicMs());
  return { call: new HttpCall(progress, 3, context), clock, log };
}

test("a request is written once, even if the transport would repeat it on a new connection", () => {
  const { call, log } = begin();

  call.onRequestStart();

  expect(() => call.onRequestStart()).toThrow("not sent again");
  expect(log).toEqual(["written"]);
});

test("a request whose caller has gone is not written", () => {
  const { call, log } = begin();

  call.abort(new Error("changed its mind"));

  expect(log).toEqual(["settled aborted", "abandoned"]);
  expect(() => call.onRequestStart()).toThrow("gone");
});

test("a request whose deadline has passed is not written, though no timer has said so", async () => {
  const { call, clock, log } = begin();

  await clock.block(60);

  expect(() => call.onRequestStart()).toThrow("out of time");
  expect(log).toEqual(["settled outOfTime", "abandoned"]);
  expect(call.error).toMatchObject({ code: "ERR_DEADLINE", phase: "queue", sent: false });
});

test("it has one outcome, whatever happens afterwards", async () => {
  const { call, log } = begin();

  call.onRequestStart();
  call.abort("first");
  call.expire();
  call.onResponseError(undefined, new Error("third"));
  await call.ended;

  expect(log).toEqual(["written", "settled aborted", "abandoned", "released"]);
  expect(call.error).toBe("first");
  expect(call.response).toBeUndefined();
});

test("the wait for a connection counts towards the deadline, not towards the attempt", async () => {
  const { call, clock } = begin();
  expect(call.deadlineMs).toBe(60);

  await clock.advance(50);
  call.assigned(true);

  expect(call.deadlineMs).toBe(55);
});

test("the longest silence is from the request to its answer, or within that", async () => {
  const { call, clock } = begin();
  const controller = {} as never;

  call.assigned(true);
  call.onRequestStart();
  await clock.advance(1);
  call.onResponseStart(controller, 200, {});
  await clock.advance(2);
  call.onResponseData(controller, Buffer.from("{}"));
  call.onResponseEnd();

  expect(call.silenceMs).toBe(2);
});
