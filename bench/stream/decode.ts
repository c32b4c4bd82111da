// What it costs to make models of the frames of a stock stream, nothing of sockets in it: ours beside
// the official SDK's own way, the two libraries for MessagePack and JSON.parse, in turns within each
// round of one run. All of them read the same bytes.
import { streaming } from "@alpacahq/alpaca-trade-api";
import { Arrival } from "../../src/model/arrival.ts";
import { SymbolTable } from "../../src/streaming/symbol-table.ts";
import {
  AlpacaFrameDecoder,
  type DecodedFrame,
} from "../../src/venues/alpaca/decode/alpaca-frame-decoder.ts";
import { decodeFrame } from "../../src/venues/alpaca/frame-decoder.ts";
import { alpacaFrames, type FrameEncoding, type FrameOptions } from "../support/alpaca-frames.ts";
import { atMost, type Measure, median, noted, ratioAtLeast } from "../support/measure.ts";
import { importPeer } from "../support/peers.ts";

const MESSAGES = 100_000;
const WARM_UP_ROUNDS = 6;
const ROUNDS = 12;

/** So few that their models fit beside each other where nothing is collected yet. */
const ALLOCATED_MESSAGES = 2_000;
const ALLOCATION_ROUNDS = 40;
const MOST_ALLOCATED_BYTES = 200;

const MIXED: Omit<FrameOptions, "encoding"> = { messages: MESSAGES, batch: "mixed" };

type Pass = () => void;

export async function measureDecode(): Promise<Measure[]> {
  const packed = alpacaFrames({ ...MIXED, encoding: "msgpack" });
  const reversed = alpacaFrames({ ...MIXED, encoding: "msgpack", reversedKeys: true });
  const json = alpacaFrames({ ...MIXED, encoding: "json" });
  const passes = {
    ours: ourPass(packed, "msgpack"),
    oursReversed: ourPass(reversed, "msgpack"),
    oursJson: ourPass(json, "json"),
    sdk: sdkPass(packed),
    msgpackr: await msgpackrPass(packed),
    msgpack: each(packed, (frame) => decodeFrame(frame, true, "msgpack")),
    parse: each(json, (frame) => JSON.parse(frame.toString())),
  };
  const rates = interleaved(passes);
  return [
    ratioAtLeast("msgpack messages/s, official SDK beside", rates.ours, rates.sdk, 20),
    ratioAtLeast("msgpack messages/s, msgpackr beside", rates.ours, rates.msgpackr, 5),
    ratioAtLeast("json messages/s, JSON.parse beside", rates.oursJson, rates.parse, 4),
    ratioAtLeast(
      "msgpack messages/s in another order of keys, @msgpack/msgpack beside",
      rates.oursReversed,
      rates.msgpack,
      4,
    ),
    atMost("bytes allocated per msgpack message", allocated("msgpack"), MOST_ALLOCATED_BYTES),
    noted("bytes allocated per json message", allocated("json")),
    noted("msgpack, times @msgpack/msgpack", rates.ours / rates.msgpack),
    noted("msgpack, ns per message", 1e9 / rates.ours),
    noted("json, ns per message", 1e9 / rates.oursJson),
  ];
}

/** The latest models stay reachable, as they do in a program that uses them. */
class Sink implements DecodedFrame {
  readonly latest: unknown[] = new Array(256).fill(undefined);
  #count = 0;

  data(message: unknown): void {
    this.latest[this.#count++ & 0xff] = message;
  }

  other(): void {
    throw new Error("the frames hold nothing but data");
  }

  bad(cause: unknown): void {
    throw cause;
  }
}

function ourPass(frames: readonly Buffer[], encoding: FrameEncoding): Pass {
  const decoder = new AlpacaFrameDecoder(new SymbolTable());
  const sink = new Sink();
  return () => {
    for (const frame of frames) {
      const arrival = new Arrival(Date.now(), performance.now());
      decoder.decode(frame, encoding === "msgpack", encoding, arrival, sink);
    }
    if (decoder.fallbacks > 0)
      throw new Error(`${decoder.fallbacks} messages were not read directly`);
  };
}

/** The SDK from the frame to its listeners, without its socket. */
function sdkPass(frames: readonly Buffer[]): Pass {
  const credentials = { keyId: "PKBENCH", secret: "bench" };
  const stream = new streaming.StockDataStream({ credentials, reconnect: false });
  const sink = new Sink();
  stream.onTrade((trade) => sink.data(trade));
  stream.onQuote((quote) => sink.data(quote));
  stream.onBar((bar) => sink.data(bar));
  const inner = stream as unknown as {
    decode(frame: Buffer): unknown;
    handleMessage(decoded: unknown): void;
  };
  return each(frames, (frame) => inner.handleMessage(inner.decode(frame)));
}

/** Nanoseconds kept, as ours are; maps to plain objects, nothing mapped to a model. */
async function msgpackrPass(frames: readonly Buffer[]): Promise<Pass> {
  const { addExtension, Unpackr } = await importPeer<{
    addExtension(extension: { type: number; unpack(bytes: Uint8Array): unknown }): void;
    Unpackr: new (options: object) => { unpack(frame: Buffer): unknown };
  }>("msgpackr");
  addExtension({ type: 0xff, unpack: timestamp });
  const unpackr = new Unpackr({ useRecords: false });
  return each(frames, (frame) => unpackr.unpack(frame));
}

function timestamp(bytes: Uint8Array): { seconds: number; nanos: number } {
  const word = (at: number): number =>
    (((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)) >>>
    0;
  if (bytes.length === 4) return { seconds: word(0), nanos: 0 };
  return { seconds: (word(0) & 3) * 2 ** 32 + word(4), nanos: word(0) >>> 2 };
}

function each(frames: readonly Buffer[], decode: (frame: Buffer) => unknown): Pass {
  const sink = new Sink();
  return () => {
    for (const frame of frames) sink.data(decode(frame));
  };
}

/**
 * Messages per second of processor time, all threads of the process counted. Of each the best of the
 * rounds: what else the machine does can only make one slower.
 */
function interleaved<Name extends string>(
  passes: Readonly<Record<Name, Pass>>,
): Record<Name, number> {
  const names = Object.keys(passes) as Name[];
  const rates = Object.fromEntries(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    for (const name of names) {
      // Nobody pays for what the one before left behind.
      globalThis.gc?.();
      const before = process.cpuUsage();
      passes[name]();
      const { user, system } = process.cpuUsage(before);
      const seconds = (user + system) / 1e6;
      if (round >= WARM_UP_ROUNDS) rates[name]?.push(MESSAGES / seconds);
    }
  }
  const best = names.map((name) => [name, Math.max(...(rates[name] ?? []))] as const);
  return Object.fromEntries(best) as Record<Name, number>;
}

/** What the heap grows by, per message, before anything is collected; needs `--expose-gc`. */
function allocated(encoding: FrameEncoding): number {
  const { gc } = globalThis;
  if (!gc) return Number.NaN;
  const frames = alpacaFrames({ messages: ALLOCATED_MESSAGES, batch: 50, encoding });
  const pass = ourPass(frames, encoding);
  for (let round = 0; round < ALLOCATION_ROUNDS; round++) pass();
  const grown: number[] = [];
  for (let round = 0; round < ALLOCATION_ROUNDS; round++) {
    gc();
    const before = process.memoryUsage().heapUsed;
    pass();
    grown.push(process.memoryUsage().heapUsed - before);
  }
  return median(grown) / ALLOCATED_MESSAGES;
}
