// From the socket to a callback: ours beside the official SDK's stream client, and beside the two things
// that nobody can do without: taking frames from a socket, and decoding them.
import type { FloodOptions } from "../support/flood-process.ts";
import {
  type Entry,
  interleavedTurns,
  middleOf,
  type TurnLengths,
  type Turns,
} from "../support/interleaved-turns.ts";
import { atMost, type Measure, noted, ratioAtLeast } from "../support/measure.ts";
import type { StreamClientKind } from "../support/stream-clients.ts";

const ROUNDS = 4;
const WARM_UP_MS = 300;
const SATURATED_MS = 1_000;
const PACED_MS = 2_000;

const SATURATING = { encoding: "msgpack", messages: 200_000 } as const;
const MIXED: FloodOptions["frames"] = { encoding: "msgpack", messages: 200_000, batch: "mixed" };

/** @param scale - how long everything takes, 1 being the measure */
export async function measureReceive(scale: number): Promise<Measure[]> {
  return [
    ...(await large(scale)),
    ...(await small(scale)),
    ...(await json(scale)),
    ...(await paced(scale)),
  ];
}

async function large(scale: number): Promise<Measure[]> {
  const turns = await saturated({ ...SATURATING, batch: 200 }, scale);
  return [
    ...besideSdk("frames of 200", turns, 10),
    atMost(
      "frames of 200, processor time per message, times ws and decoder alone",
      share(turns),
      2,
    ),
    ...parts("frames of 200", turns),
  ];
}

async function small(scale: number): Promise<Measure[]> {
  const turns = await saturated({ ...SATURATING, batch: 1 }, scale);
  return [
    ...besideSdk("frames of 1", turns, 4.5),
    noted("frames of 1, processor time per message, times ws and decoder alone", share(turns)),
    ...parts("frames of 1", turns),
  ];
}

/** Ours alone: the SDK's streams of market data speak MessagePack only. */
async function json(scale: number): Promise<Measure[]> {
  const flood: FloodOptions = { frames: { encoding: "json", messages: 100_000, batch: 200 } };
  const { ours } = await interleavedTurns(
    { ours: { kind: "ours", flood } },
    lengths(SATURATED_MS, scale),
  );
  return [
    noted("json frames of 200, messages per second", middleOf(ours, "messagesPerSecond")),
    noted("json frames of 200, processor time per message, ns", middleOf(ours, "cpuNs")),
  ];
}

async function paced(scale: number): Promise<Measure[]> {
  const at = (messagesPerSecond: number): FloodOptions => ({ frames: MIXED, messagesPerSecond });
  const { ours, sdk, oursFaster } = await interleavedTurns(
    {
      ours: { kind: "ours", flood: at(100_000) },
      sdk: { kind: "sdk", flood: at(100_000) },
      oursFaster: { kind: "ours", flood: at(500_000) },
    },
    lengths(PACED_MS, scale),
  );
  return [
    atMost(
      "100,000/s, processor time per message, times the official SDK's",
      middleOf(ours, "cpuNs") / middleOf(sdk, "cpuNs"),
      1 / 3,
    ),
    atMost(
      "latency at 500,000/s, times the official SDK's at 100,000/s (median)",
      middleOf(oursFaster, "p50Us") / middleOf(sdk, "p50Us"),
      1,
    ),
    ...pacedFigures("100,000/s", ours),
    ...pacedFigures("500,000/s", oursFaster),
    ...pacedFigures("100,000/s, official SDK", sdk),
  ];
}

function pacedFigures(name: string, turns: Turns): Measure[] {
  return [
    noted(`${name}, messages per second`, middleOf(turns, "messagesPerSecond")),
    noted(`${name}, processor time per message, ns`, middleOf(turns, "cpuNs")),
    noted(`${name}, latency, µs (median)`, middleOf(turns, "p50Us")),
    noted(`${name}, latency, µs (99th percentile)`, middleOf(turns, "p99Us")),
    noted(`${name}, garbage collection, ms per second`, middleOf(turns, "gcMsPerSecond")),
  ];
}

type Compared = Readonly<Record<StreamClientKind, Turns>>;

function saturated(frames: FloodOptions["frames"], scale: number): Promise<Compared> {
  const entry = (kind: StreamClientKind): Entry => ({ kind, flood: { frames } });
  return interleavedTurns(
    { ours: entry("ours"), sdk: entry("sdk"), socket: entry("socket"), decoder: entry("decoder") },
    lengths(SATURATED_MS, scale),
  );
}

function besideSdk(name: string, { ours, sdk }: Compared, target: number): Measure[] {
  const rate = (turns: Turns): number => middleOf(turns, "messagesPerSecond");
  return [
    ratioAtLeast(
      `${name}, messages per second beside the official SDK`,
      rate(ours),
      rate(sdk),
      target,
    ),
  ];
}

function share({ ours, socket, decoder }: Compared): number {
  return middleOf(ours, "cpuNs") / (middleOf(socket, "cpuNs") + middleOf(decoder, "cpuNs"));
}

function parts(name: string, { ours, sdk, socket, decoder }: Compared): Measure[] {
  return [
    noted(`${name}, processor time per message, ns`, middleOf(ours, "cpuNs")),
    noted(`${name}, ws alone, ns`, middleOf(socket, "cpuNs")),
    noted(`${name}, decoder alone, ns`, middleOf(decoder, "cpuNs")),
    noted(`${name}, official SDK, ns`, middleOf(sdk, "cpuNs")),
  ];
}

function lengths(durationMs: number, scale: number): TurnLengths {
  return { rounds: ROUNDS, warmUpMs: WARM_UP_MS, durationMs: durationMs * scale };
}
