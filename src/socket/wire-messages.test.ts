import { describe, expect, test } from "vitest";
import { errorOf, type WireEnd } from "./wire.ts";
import { connectionOf, decodeEnd, encodeEnd, kindOf, RECORD, tagOf } from "./wire-messages.ts";

function carried(end: WireEnd): WireEnd {
  return decodeEnd(Buffer.from(encodeEnd(end)));
}

describe("the end of a wire, carried to another thread", () => {
  test("is the same refusal or the same close", () => {
    const ends: WireEnd[] = [
      { kind: "rejected", statusCode: 429 },
      { kind: "closed", closeCode: 4_001, detail: "maintenance — bis später" },
    ];
    for (const end of ends) expect(carried(end)).toEqual(end);
  });

  test("keeps what the cause is called, says, and its code", () => {
    const cause = Object.assign(new TypeError("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    const error = errorOf(carried({ kind: "closed", closeCode: 1006, detail: "refused", cause }));
    expect(error).toMatchObject({
      code: "ERR_CONNECTION_CLOSED",
      closeCode: 1006,
      message: "connection closed (1006: refused)",
      cause: { name: "TypeError", message: "connect ECONNREFUSED", code: "ECONNREFUSED" },
    });
    expect(error.cause).toBeInstanceOf(Error);
  });
});

describe("a record's tag", () => {
  test("holds the connection and the kind, up to half a billion connections", () => {
    for (const connection of [0, 1, 2 ** 28, 2 ** 29 - 1]) {
      for (const kind of Object.values(RECORD)) {
        const tag = tagOf(connection, kind);
        expect([connectionOf(tag), kindOf(tag)]).toEqual([connection, kind]);
      }
    }
  });
});
