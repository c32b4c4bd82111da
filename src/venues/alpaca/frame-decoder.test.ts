import { encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EXAMPLE_MESSAGES } from "../../../test/fixtures/alpaca/example-messages.ts";
import { timestampBytes, toMessagePack } from "../../../test/fixtures/alpaca/message-pack.ts";
import { decodeFrame } from "./frame-decoder.ts";

function fromMessagePack(bytes: Uint8Array): unknown {
  return decodeFrame(Buffer.from(bytes), true, "msgpack");
}

function fromText(text: string): unknown {
  return decodeFrame(Buffer.from(text), false, "json");
}

/** `{"t": <timestamp extension>}` around the bytes. */
function withTime(bytes: Uint8Array): Buffer {
  const header = { 4: [0xd6, 0xff], 8: [0xd7, 0xff] }[bytes.length] ?? [0xc7, bytes.length, 0xff];
  return Buffer.from([0x81, 0xa1, 0x74, ...header, ...bytes]);
}

describe("MessagePack timestamps", () => {
  test.each<[string, bigint, bigint, number]>([
    ["seconds alone", 1_680_782_066n, 0n, 4],
    ["the epoch", 0n, 0n, 4],
    ["the last second of 32 bits", 2n ** 32n - 1n, 0n, 4],
    ["nanoseconds", 1_680_782_066n, 838_232_225n, 8],
    ["seconds beyond 32 bits", 2n ** 32n, 0n, 8],
    ["the last second of 34 bits", 2n ** 34n - 1n, 999_999_999n, 8],
    ["seconds beyond 34 bits", 2n ** 34n, 1n, 12],
    ["before 1970", -1n, 5n, 12],
  ])("%s are exact", (_name, seconds, nanos, length) => {
    const bytes = timestampBytes(seconds, nanos);
    expect(bytes).toHaveLength(length);
    expect(fromMessagePack(withTime(bytes))).toEqual({
      t: { seconds: Number(seconds), nanos: Number(nanos) },
    });
  });

  test("every moment survives", () => {
    const seconds = fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n });
    fc.assert(
      fc.property(seconds, fc.bigInt({ min: 0n, max: 999_999_999n }), (second, nanos) => {
        expect(fromMessagePack(withTime(timestampBytes(second, nanos)))).toEqual({
          t: { seconds: Number(second), nanos: Number(nanos) },
        });
      }),
    );
  });

  test("a timestamp of another length is refused", () => {
    expect(() => fromMessagePack(withTime(Buffer.alloc(5)))).toThrow(/5 bytes/);
  });
});

describe("64-bit ids", () => {
  test("are exact in MessagePack, whatever their size", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (id) => {
        const decoded = fromMessagePack(encode({ i: id }, { useBigInt64: true })) as { i: unknown };
        expect(String(decoded.i)).toBe(String(id));
      }),
    );
  });

  test("are exact in JSON, whatever their size", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (id) => {
        const decoded = fromText(`[{"i":${id}}]`) as [{ i: unknown }];
        expect(String(decoded[0].i)).toBe(String(id));
      }),
    );
  });
});

describe("the encoding of a frame", () => {
  const value = [{ T: "success", msg: "connected" }];
  const json = Buffer.from(JSON.stringify(value));

  test.each([
    ["a text frame on a JSON connection", json, false, "json"],
    ["a binary frame of JSON, as the paper trading stream sends it", json, true, "json"],
    ["a text frame on a MessagePack connection", json, false, "msgpack"],
    ["a binary frame on a MessagePack connection", Buffer.from(encode(value)), true, "msgpack"],
  ] as const)("%s is understood", (_name, frame, isBinary, encoding) => {
    expect(decodeFrame(frame, isBinary, encoding)).toEqual(value);
  });
});

describe("bad frames", () => {
  const packed = toMessagePack(EXAMPLE_MESSAGES.cryptoTrade);

  test("a MessagePack frame cut anywhere throws", () => {
    for (let length = 0; length < packed.length; length++) {
      expect(() => fromMessagePack(packed.subarray(0, length))).toThrow();
    }
  });

  test("a JSON frame cut anywhere throws", () => {
    const text = `[${EXAMPLE_MESSAGES.news}]`;
    for (let length = 0; length < text.length; length++) {
      expect(() => fromText(text.slice(0, length))).toThrow(SyntaxError);
    }
  });

  test("random bytes give a value or throw an Error, in either encoding", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, isBinary) => {
        try {
          decodeFrame(Buffer.from(bytes), isBinary, "msgpack");
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("a frame after a bad one is read as if nothing had been", () => {
    expect(() => fromMessagePack(packed.subarray(0, 20))).toThrow();
    expect(fromMessagePack(packed)).toMatchObject({ T: "t", i: 3_447_222_699_101_865_076n });
  });

  test("a list that claims more elements than any frame could hold is refused unread", () => {
    const claims = Buffer.from([0xdd, 0x01, 0xff, 0xff, 0xff]); // 33 million: 256 MiB to set aside
    expect(() => fromMessagePack(claims)).toThrow(/length/i);
  });

  test("keys named like an object's workings pollute nothing", () => {
    expect(() =>
      fromMessagePack(Buffer.from([0x81, 0xa9, ...Buffer.from("__proto__"), 0x80])),
    ).toThrow();
    fromMessagePack(encode({ constructor: { prototype: { polluted: 1 } } }));
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});
