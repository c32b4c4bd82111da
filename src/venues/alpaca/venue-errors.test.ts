import { describe, expect, test } from "vitest";
import { ConnectionClosedError, HandshakeRejectedError } from "../../core/errors.ts";
import { meaningOf, reconnectFloorMs } from "./venue-errors.ts";

describe("what the venue's error codes mean", () => {
  test.each([
    [400, "invalid syntax"],
    [405, "symbol limit exceeded"],
    [410, "invalid subscribe action for this feed"],
    [413, "star subscription is not allowed for option quotes"],
  ])("%d %s refuses the message in flight and nothing else", (code, message) => {
    expect(meaningOf(code, message)).toEqual({ kind: "refuse" });
  });

  test("406 asks for the slot again", () => {
    expect(meaningOf(406, "connection limit exceeded")).toMatchObject({
      kind: "limit",
      error: { code: "ERR_CONNECTION_LIMIT", disposition: "retry" },
    });
  });

  test("403 only tells somebody", () => {
    expect(meaningOf(403, "already authenticated")).toMatchObject({
      kind: "report",
      error: { code: "ERR_VENUE_REJECTED", venueCode: 403 },
    });
  });

  test.each([
    [401, "not authenticated", "ERR_VENUE_REJECTED"],
    [404, "auth timeout", "ERR_CONNECT_TIMEOUT"],
    [407, "slow client", "ERR_SLOW_CONSUMER"],
    [500, "internal error", "ERR_VENUE_REJECTED"],
    [503, "something new", "ERR_VENUE_REJECTED"],
  ])("%d %s costs the connection, and another is made", (code, message, expected) => {
    const meaning = meaningOf(code, message);
    expect(meaning).toMatchObject({
      kind: "drop",
      error: { code: expected, disposition: "retry" },
    });
  });

  test.each([
    [402, "auth failed", "ERR_AUTH_REJECTED"],
    [408, "v2 not enabled", "ERR_NOT_ENTITLED"],
    [409, "insufficient subscription", "ERR_NOT_ENTITLED"],
    [411, "insufficient scope", "ERR_NOT_ENTITLED"],
    [412, "option messages are only available in MsgPack format", "ERR_VENUE_REJECTED"],
  ])("%d %s is the end: no other connection would be different", (code, message, expected) => {
    const meaning = meaningOf(code, message);
    expect(meaning).toMatchObject({
      kind: "drop",
      error: { code: expected, disposition: "fatal" },
    });
    expect(meaning).toMatchObject({ error: { venueCode: code } });
  });

  test("a code below 500 that is not known refuses a message, and costs no connection", () => {
    expect(meaningOf(499, "something new")).toEqual({ kind: "refuse" });
  });
});

describe("the shortest wait after a failure", () => {
  test.each([
    [new HandshakeRejectedError(429, "retry"), 30_000],
    [new HandshakeRejectedError(503, "retry"), 0],
    [new ConnectionClosedError(1006), 0],
  ])("after %s it is %d ms", (cause, floorMs) => {
    expect(reconnectFloorMs(cause)).toBe(floorMs);
  });
});
