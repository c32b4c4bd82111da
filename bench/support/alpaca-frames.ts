// Frames as the venue's stock stream sends them: 85 % quotes, 14 % trades, 1 % bars, of 8,000 symbols
// of which few make up most. The same seed gives the same bytes.
import { type Random, seededRandom } from "../../src/core/random.ts";
import { MessagePackBytes } from "./message-pack-bytes.ts";

export type FrameEncoding = "msgpack" | "json";

/** What the frames are made of. */
export interface FrameOptions {
  readonly encoding: FrameEncoding;
  readonly messages: number;
  /** Messages per frame; `mixed`: 1 to 200, small frames being the more frequent. */
  readonly batch: number | "mixed";
  readonly symbols?: number;
  readonly seed?: number;
  /** The keys behind `T` in the opposite of the venue's order. */
  readonly reversedKeys?: boolean;
}

interface Time {
  readonly seconds: number;
  readonly nanos: number;
}

/** Keys in the venue's order. Whole numbers are of two widths: `bigint` here says the wide one. */
type Message = readonly (readonly [string, string | number | bigint | readonly string[] | Time])[];

const SHARE_OF_QUOTES = 0.85;
const SHARE_OF_TRADES = 0.14;
const FIRST_SECOND = 1_704_207_845;
const FIRST_TRADE_ID = 52_983_525_000_000n;
const EXCHANGES = "VQZPKNTXYBJHMU";
const TAPES = "ABC";
const QUOTE_CONDITIONS = [["R"], ["R"], ["R"], ["R"], ["A"], ["B"]] as const;
const TRADE_CONDITIONS = [["@"], ["@", "I"], ["@", "F", "I"], [" ", "T"], ["@", "T", "I"]] as const;

/** All the frames, made beforehand: making them is no part of any measurement. */
export function alpacaFrames(options: FrameOptions): Buffer[] {
  const random = seededRandom(options.seed ?? 42);
  const next = messageSource(random, options.symbols ?? 8_000);
  const frames: Buffer[] = [];
  for (let left = options.messages; left > 0; ) {
    const batch = options.batch === "mixed" ? mixedBatch(random) : options.batch;
    const messages = Array.from({ length: Math.min(batch, left) }, () => {
      const [type, ...fields] = next();
      return options.reversedKeys ? [type, ...fields.reverse()] : [type, ...fields];
    }) as Message[];
    left -= messages.length;
    frames.push(options.encoding === "json" ? toJson(messages) : toMessagePack(messages));
  }
  return frames;
}

function mixedBatch(random: Random): number {
  return Math.max(1, Math.round(200 ** random.next()));
}

function messageSource(random: Random, symbolCount: number): () => Message {
  const below = (limit: number): number => Math.floor(random.next() * limit);
  const oneOf = <T>(values: ArrayLike<T>): T => values[below(values.length)] as T;
  const symbols = symbolNames(random, symbolCount);
  const pick = zipf(random, symbolCount);
  const prices = symbols.map(() => cents(1 + random.next() * 400));
  let time: Time = { seconds: FIRST_SECOND, nanos: 0 };
  let id = FIRST_TRADE_ID;
  return () => {
    const index = pick();
    const symbol = symbols[index] as string;
    const moved = (prices[index] as number) + (random.next() - 0.5) / 10;
    const price = Math.max(0.01, cents(moved));
    prices[index] = price;
    time = later(time, below(20_000));
    const share = random.next();
    if (share < SHARE_OF_QUOTES) {
      return [
        ["T", "q"],
        ["S", symbol],
        ["bx", oneOf(EXCHANGES)],
        ["bp", price],
        ["bs", 1 + below(40)],
        ["ax", oneOf(EXCHANGES)],
        ["ap", cents(price + 0.01 + below(5) / 100)],
        ["as", 1 + below(40)],
        ["c", oneOf(QUOTE_CONDITIONS)],
        ["z", oneOf(TAPES)],
        ["t", time],
      ];
    }
    if (share < SHARE_OF_QUOTES + SHARE_OF_TRADES) {
      id += 7n;
      return [
        ["T", "t"],
        ["S", symbol],
        ["i", id],
        ["x", oneOf(EXCHANGES)],
        ["p", random.next() < 0.2 ? Number((price + 0.0049).toFixed(4)) : price],
        ["s", 1 + below(800)],
        ["c", oneOf(TRADE_CONDITIONS)],
        ["z", oneOf(TAPES)],
        ["t", time],
      ];
    }
    return [
      ["T", "b"],
      ["S", symbol],
      ["o", price],
      ["h", cents(price + 0.2)],
      ["l", cents(price - 0.2)],
      ["c", price],
      ["v", BigInt(100 + below(90_000))],
      ["t", { seconds: time.seconds - (time.seconds % 60), nanos: 0 }],
      ["n", BigInt(1 + below(900))],
      ["vw", Number((price + random.next() / 100).toFixed(6))],
    ];
  };
}

function symbolNames(random: Random, count: number): string[] {
  const names = new Set<string>(["AAPL", "SPY", "TSLA", "NVDA", "QQQ", "F", "T", "BRK.A", "BRK.B"]);
  while (names.size < count) {
    const draw = random.next();
    const length = draw < 0.03 ? 2 : draw < 0.3 ? 3 : draw < 0.88 ? 4 : 5;
    const letter = (): string => String.fromCharCode(65 + Math.floor(random.next() * 26));
    names.add(Array.from({ length }, letter).join(""));
  }
  return [...names].slice(0, count);
}

/** The n-th symbol is drawn in proportion to 1/n. */
function zipf(random: Random, count: number): () => number {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let index = 0; index < count; index++) {
    sum += 1 / (index + 1);
    sums[index] = sum;
  }
  return () => {
    const draw = random.next() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) < draw) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

function cents(price: number): number {
  return Math.round(price * 100) / 100;
}

function later({ seconds, nanos }: Time, byNanos: number): Time {
  const sum = nanos + byNanos;
  return { seconds: seconds + Math.floor(sum / 1e9), nanos: sum % 1e9 };
}

function isTime(value: unknown): value is Time {
  return typeof value === "object" && value !== null && "nanos" in value;
}

function toMessagePack(messages: readonly Message[]): Buffer {
  const bytes = new MessagePackBytes();
  bytes.list(messages.length);
  for (const message of messages) {
    bytes.map(message.length);
    for (const [key, value] of message) {
      bytes.text(key);
      if (typeof value === "string") bytes.text(value);
      else if (typeof value === "bigint") bytes.int64(value);
      else if (isTime(value)) bytes.time(value.seconds, value.nanos);
      else if (typeof value === "object") {
        bytes.list(value.length);
        for (const text of value) bytes.text(text);
      } else if (key === "bs" || key === "as" || key === "s") bytes.uint32(value);
      else bytes.float64(value);
    }
  }
  return bytes.take();
}

function toJson(messages: readonly Message[]): Buffer {
  const texts = messages.map((message) => {
    const pairs = message.map(([key, value]) => `"${key}":${jsonValue(value)}`);
    return `{${pairs.join(",")}}`;
  });
  return Buffer.from(`[${texts.join(",")}]`);
}

function jsonValue(value: Message[number][1]): string {
  if (typeof value === "bigint") return String(value);
  if (!isTime(value)) return JSON.stringify(value);
  const second = new Date(value.seconds * 1_000).toISOString().slice(0, 19);
  const fraction = String(value.nanos).padStart(9, "0").replace(/0+$/, "");
  return `"${second}${fraction && `.${fraction}`}Z"`;
}
