import fc from "fast-check";
import { toRfc3339, type VenueTime } from "../../src/model/venue-time.ts";
import { timestampBytes } from "../fixtures/alpaca/message-pack.ts";

/** A value as it stands in either encoding. */
export interface WireValue {
  readonly json: string;
  readonly packed: Buffer;
}

const UTF8_TAGS = [0xd9, 0xda, 0xdb] as const;

function withLength(tag: number, width: 1 | 2 | 4, length: number): Buffer {
  const header = Buffer.alloc(1 + width);
  header[0] = tag;
  header.writeUIntBE(length, 1, width);
  return header;
}

/** MessagePack text; `width` 0 is the short form where there is one. */
function packedText(text: string, width: 0 | 1 | 2 | 4 = 0): Buffer {
  const bytes = Buffer.from(text);
  if (width === 0 && bytes.length < 32) {
    return Buffer.concat([Buffer.from([0xa0 | bytes.length]), bytes]);
  }
  const fitting = bytes.length < 0x100 && width <= 1 ? 1 : width === 4 ? 4 : 2;
  const tag = UTF8_TAGS[fitting === 1 ? 0 : fitting === 2 ? 1 : 2];
  return Buffer.concat([withLength(tag, fitting, bytes.length), bytes]);
}

/** MessagePack integer in eight bytes, or in the fewest of the given widths that hold it. */
function packedInteger(value: bigint, width: 0 | 1 | 2 | 4 | 8, isSigned: boolean): Buffer {
  if (width === 0 && value >= -32n && value < 128n) return Buffer.from([Number(value & 0xffn)]);
  const least = isSigned || value < 0n ? [0xd0, 0xd1, 0xd2, 0xd3] : [0xcc, 0xcd, 0xce, 0xcf];
  for (const [index, bytes] of [1, 2, 4, 8].entries()) {
    const bits = BigInt(bytes * 8);
    const fits =
      least[0] === 0xd0 ? BigInt.asIntN(bytes * 8, value) === value : value >> bits === 0n;
    if (bytes < width || !fits) continue;
    const tail = Buffer.alloc(8);
    tail.writeBigUInt64BE(BigInt.asUintN(64, value));
    return Buffer.concat([Buffer.from([least[index] ?? 0]), tail.subarray(8 - bytes)]);
  }
  throw new RangeError(`${value} is beyond 64 bits`);
}

function packedDouble(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = 0xcb;
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

export function packedList(elements: readonly Buffer[]): Buffer {
  const header =
    elements.length < 16
      ? Buffer.from([0x90 | elements.length])
      : withLength(0xdc, 2, elements.length);
  return Buffer.concat([header, ...elements]);
}

const width = fc.constantFrom<(0 | 1 | 2 | 4 | 8)[]>(0, 0, 0, 1, 2, 4, 8);

const integer: fc.Arbitrary<WireValue> = fc
  .record({
    value: fc.oneof(
      fc.bigInt({ min: 0n, max: 200n }),
      fc.bigInt({ min: -(2n ** 33n), max: 2n ** 33n }),
      fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    ),
    width,
    isSigned: fc.boolean(),
  })
  .map(({ value, width, isSigned }) => ({
    json: String(value),
    packed: packedInteger(value, width, isSigned),
  }));

const single = fc.float({ noDefaultInfinity: true, noNaN: true }).map((value) => {
  const packed = Buffer.alloc(5);
  packed[0] = 0xca;
  packed.writeFloatBE(value, 1);
  return { json: JSON.stringify(value), packed };
});

const double = fc
  .oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: 0, max: 99_999_999 }).map((cents) => cents / 100),
    fc.integer({ min: 0, max: 999_999_999 }).map((units) => units / 1e8),
    fc.double({ min: 0, max: 1000, noNaN: true }),
  )
  .map((value) => ({
    json: Object.is(value, -0) ? "-0" : String(value),
    packed: packedDouble(value),
  }));

/** Decimal text in forms that no encoder of ours would write. */
const decimals = fc
  .constantFrom(
    "1.50",
    "0.10",
    "-0",
    "0.0",
    "1e3",
    "1E-7",
    "2.5e+10",
    "12345678901234567890",
    "9".repeat(400),
    "0.1234567890123456789",
    "1e999",
  )
  .map((json) => ({ json, packed: packedDouble(Number(json)) }));

/** What is JSON only by mistake, or a number only by name. */
const oddNumber: fc.Arbitrary<WireValue> = fc.constantFrom(
  { json: "null", packed: Buffer.from([0xc0]) },
  { json: "true", packed: Buffer.from([0xc3]) },
  { json: '"12"', packed: packedText("12") },
  { json: '"1234567890123456"', packed: packedText("1234567890123456") },
  { json: "[1]", packed: Buffer.from([0x91, 1]) },
  { json: "{}", packed: Buffer.from([0x80]) },
  { json: "null", packed: packedDouble(Number.NaN) },
  { json: "1e999", packed: packedDouble(Number.POSITIVE_INFINITY) },
);

const number: fc.Arbitrary<WireValue> = fc.oneof(
  { weight: 20, arbitrary: double },
  { weight: 12, arbitrary: integer },
  { weight: 1, arbitrary: single },
  { weight: 1, arbitrary: decimals },
  { weight: 1, arbitrary: oddNumber },
);

const usualText = fc.constantFrom(
  "V",
  "Q",
  " ",
  "B",
  "S",
  "AAPL",
  "BTC/USD",
  "SPXW240327P04925000",
);

const plainText = fc.constantFrom(
  "V",
  "Q",
  "",
  " ",
  "AAPL",
  "BTC/USD",
  "SPXW240327P04925000",
  "AB",
  "ABCDE",
  "ABCDEFGH",
  "ABCDEFGHI",
  "A\u0000",
  "A",
  "é",
  "日本",
  "😀",
  'a"b',
  "a\\b",
  "\n",
  "1234567890123456",
  "__proto__",
  "x".repeat(40),
  "x".repeat(300),
);

const text: fc.Arbitrary<WireValue> = fc
  .record({
    value: fc.oneof(
      { weight: 60, arbitrary: usualText },
      { weight: 4, arbitrary: plainText },
      { weight: 1, arbitrary: fc.string() },
    ),
    width: fc.constantFrom<(0 | 1 | 2 | 4)[]>(0, 0, 0, 0, 1, 2, 4),
  })
  .map(({ value, width }) => ({ json: JSON.stringify(value), packed: packedText(value, width) }));

const conditions: fc.Arbitrary<WireValue> = fc.oneof(
  { weight: 4, arbitrary: text },
  {
    weight: 4,
    arbitrary: fc
      .array(fc.oneof({ weight: 9, arbitrary: text }, { weight: 1, arbitrary: number }), {
        maxLength: 18,
      })
      .map(listOf),
  },
  {
    weight: 16,
    arbitrary: fc
      .array(fc.constantFrom("R", "@", "I", " ", "F").map(textOf), { maxLength: 5 })
      .map(listOf),
  },
  { weight: 1, arbitrary: oddNumber },
);

function textOf(value: string): WireValue {
  return { json: JSON.stringify(value), packed: packedText(value) };
}

function listOf(values: readonly WireValue[]): WireValue {
  return {
    json: `[${values.map(({ json }) => json).join(",")}]`,
    packed: packedList(values.map(({ packed }) => packed)),
  };
}

const moment: fc.Arbitrary<VenueTime> = fc.record({
  seconds: fc.oneof(
    fc.integer({ min: 1_700_000_000, max: 1_700_000_300 }),
    fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }),
  ),
  nanos: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 999_999_999 })),
});

const goodTime = fc
  .record({ moment, form: fc.constantFrom("utc", "+00:00", "-00:00", "long", "lower", "text") })
  .map(({ moment, form }): WireValue => {
    const utc = toRfc3339(moment);
    const spelt = {
      utc,
      text: utc,
      "+00:00": utc.replace("Z", "+00:00"),
      "-00:00": utc.replace("Z", "-00:00"),
      long: utc.includes(".") ? utc.replace("Z", "0000000001Z") : utc.replace("Z", ".000Z"),
      lower: utc.toLowerCase(),
    }[form] as string;
    const packed =
      form === "text"
        ? packedText(spelt)
        : packedTime(timestampBytes(BigInt(moment.seconds), BigInt(moment.nanos)));
    return { json: JSON.stringify(spelt), packed };
  });

function packedTime(bytes: Uint8Array): Buffer {
  const header = { 4: [0xd6, 0xff], 8: [0xd7, 0xff] }[bytes.length] ?? [0xc7, bytes.length, 0xff];
  return Buffer.concat([Buffer.from(header), bytes]);
}

const badTime: fc.Arbitrary<WireValue> = fc.constantFrom(
  { json: '"now"', packed: packedText("now") },
  { json: "null", packed: Buffer.from([0xc0]) },
  { json: '"2023-02-30T11:54:26Z"', packed: packedTime(timestampBytes(2n ** 40n, 1n)) },
  { json: '"2023-02-20T11:54:60Z"', packed: packedTime(timestampBytes(1n, 2n ** 30n - 1n)) },
  { json: '"2023-02-20T11:54:26.Z"', packed: Buffer.from([0xd6, 5, 0, 0, 0, 1]) },
  { json: '"2023-02-20T11:54:2xZ"', packed: packedTime(Buffer.alloc(5)) },
  { json: '"2023-02-20T11:54:26"', packed: Buffer.from([0xd4, 0xff, 0]) },
  { json: "12", packed: Buffer.from([12]) },
);

const time: fc.Arbitrary<WireValue> = fc.oneof(
  { weight: 20, arbitrary: goodTime },
  { weight: 1, arbitrary: badTime },
);

/** A key nobody knows, with all that may stand behind it. */
const otherKey = fc.tuple(
  fc.constantFrom(
    "r",
    "Q",
    "xy",
    "zzz",
    "later",
    "",
    "a\u0000",
    "é",
    "__proto__",
    "constructor",
    "a key longer than thirty-one letters",
  ),
  fc.oneof(
    number,
    text,
    conditions,
    time,
    fc.constantFrom<WireValue>(
      { json: '{"S":"X","T":"t"}', packed: Buffer.from([0x81, 0xa1, 0x53, 0xa1, 0x58]) },
      { json: '{"__proto__":{"S":1}}', packed: Buffer.from([0x81, 0xa1, 0x41, 0xc4, 1, 0x58]) },
      { json: "[[],[[true]]]", packed: Buffer.from([0x92, 0x90, 0x91, 0x91, 0xc3]) },
    ),
  ),
);

const KEYS: Readonly<Record<string, Readonly<Record<string, fc.Arbitrary<WireValue>>>>> = {
  q: {
    S: text,
    bx: text,
    bp: number,
    bs: number,
    ax: text,
    ap: number,
    as: number,
    c: conditions,
    z: text,
    t: time,
  },
  t: {
    S: text,
    i: fc.oneof(integer, number, text),
    x: text,
    p: number,
    s: number,
    c: conditions,
    z: text,
    t: time,
    tks: text,
    u: text,
  },
  ...Object.fromEntries(
    ["b", "d", "u"].map((type) => [
      type,
      {
        S: text,
        o: number,
        h: number,
        l: number,
        c: number,
        v: number,
        t: time,
        n: number,
        vw: number,
      },
    ]),
  ),
  l: { S: text, u: number, d: number, i: text, t: time, z: text },
  zz: { S: text },
};

/** A message in which anything may be in any order, missing, repeated, unknown, or wrong. */
export const message: fc.Arbitrary<WireValue> = fc
  .record({
    type: fc.constantFrom("q", "q", "q", "t", "t", "t", "b", "d", "u", "l", "zz"),
    missing: fc.constantFrom(0, 0, 0, 0, 1, 3),
    order: fc.constantFrom("venue", "venue", "shuffled", "type last"),
    others: fc.array(otherKey, { maxLength: 2 }),
    chances: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
    isRepeated: fc.constantFrom(false, false, false, true),
  })
  .chain(({ type, missing, order, others, chances, isRepeated }) => {
    const fields = KEYS[type] ?? {};
    return fc.record(fields).map((values) => {
      let drawn = 0;
      const random = (below: number): number => (chances[drawn++ % 40] ?? 0) % below;
      let pairs: (readonly [string, WireValue])[] = Object.entries(values);
      // Not every trade has a taker side, nor any on the stream a revision.
      if (random(2) === 0) pairs = pairs.filter(([key]) => key !== "tks");
      if (type === "t" && random(8) > 0) pairs = pairs.filter(([key]) => key !== "u");
      for (let count = 0; count < missing; count++) pairs.splice(random(pairs.length), 1);
      for (const other of others) pairs.splice(random(pairs.length + 1), 0, other);
      if (isRepeated) pairs.push(pairs[random(pairs.length)] ?? ["S", textOf("A")]);
      if (order === "shuffled") {
        pairs = pairs
          .map((pair) => [random(1e9), pair] as const)
          .sort(([a], [b]) => a - b)
          .map(([, pair]) => pair);
      }
      const typePair = ["T", textOf(type)] as const;
      return messageOf(order === "type last" ? [...pairs, typePair] : [typePair, ...pairs]);
    });
  });

function messageOf(pairs: readonly (readonly [string, WireValue])[]): WireValue {
  const header =
    pairs.length < 16 ? Buffer.from([0x80 | pairs.length]) : withLength(0xde, 2, pairs.length);
  const packed = pairs.flatMap(([key, value]) => [packedText(key), value.packed]);
  const json = pairs.map(([key, value]) => `${JSON.stringify(key)}:${value.json}`);
  return { json: `{${json.join(",")}}`, packed: Buffer.concat([header, ...packed]) };
}

/** Messages as one frame of that encoding. */
export function frameOf(messages: readonly WireValue[], encoding: "json" | "msgpack"): Buffer {
  return encoding === "json"
    ? Buffer.from(listOf(messages).json)
    : packedList(messages.map(({ packed }) => packed));
}
