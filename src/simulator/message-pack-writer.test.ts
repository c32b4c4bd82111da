import { decode, encode, encodeTimeSpecToTimestamp } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeMessagePack, MessagePackWriter } from "./message-pack-writer.ts";
import { VenueTime } from "./venue-time.ts";

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string({ unit: "binary", maxLength: 400 }),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 20 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 20 }),
  ),
})).value;

/** Negative zero has no integer form, and a decoder cannot tell `__proto__` from a prototype. */
function isPlain(value: unknown): boolean {
  if (Object.is(value, -0)) return false;
  if (typeof value !== "object" || value === null) return true;
  return !Object.keys(value).includes("__proto__") && Object.values(value).every(isPlain);
}

describe("the MessagePack writer", () => {
  test("writes what the reference library reads back, and in no more bytes than it", () => {
    fc.assert(
      fc.property(plain.filter(isPlain), (value) => {
        const bytes = encodeMessagePack(value);
        expect(decode(bytes)).toEqual(value);
        expect(bytes.length).toBeLessThanOrEqual(encode(value).length);
      }),
    );
  });

  test("keeps 64-bit identifiers", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (id) => {
        const back = decode(encodeMessagePack(id), { useBigInt64: true });
        expect(BigInt(back as number | bigint)).toBe(id);
      }),
    );
  });

  test.each([
    ["whole seconds below 2^32", new VenueTime(1, 0), "d6ff00000001"],
    ["nanoseconds", new VenueTime(1, 1), "d7ff0000000400000001"],
    ["seconds beyond 2^32", new VenueTime(2 ** 32, 0), "d7ff0000000100000000"],
    [
      "all nanoseconds and all seconds",
      new VenueTime(2 ** 34 - 1, 999_999_999),
      "d7ffee6b27ffffffffff",
    ],
    ["before 1970", new VenueTime(-1, 5), "c70cff00000005ffffffffffffffff"],
  ])("writes %s as the shortest timestamp extension", (_, time, hex) => {
    expect(encodeMessagePack(time).toString("hex")).toBe(hex);
    const reference = encodeTimeSpecToTimestamp({ sec: time.seconds, nsec: time.nanos });
    expect(hex.endsWith(Buffer.from(reference).toString("hex"))).toBe(true);
  });

  test("leaves out what is undefined, and keeps the order of the keys", () => {
    const bytes = encodeMessagePack({ T: "t", S: undefined, a: 1, B: 2 });
    expect(Object.keys(decode(bytes) as object)).toEqual(["T", "a", "B"]);
  });

  test("grows beyond its first buffer without losing what was written", () => {
    const writer = new MessagePackWriter();
    const text = "x".repeat(50_000);
    for (let round = 0; round < 5; round++) writer.write(text);
    expect(writer.length).toBe(5 * 50_003);
    expect(decode(writer.view(4 * 50_003, 5 * 50_003))).toBe(text);
  });
});
