// What permessage-deflate costs whoever receives: it is why it is off unless it is asked for. Every frame
// is compressed, by a server that keeps its context; the same frames come uncompressed in between.
import type { FloodOptions } from "../support/flood-process.ts";
import { interleavedTurns, middleOf } from "../support/interleaved-turns.ts";
import { type Measure, noted } from "../support/measure.ts";

const ROUNDS = 3;
const WARM_UP_MS = 200;
const DURATION_MS = 800;
const FRAME_SIZES = [1, 20, 200] as const;
/** Compressing them beforehand takes longer than making them. */
const MOST_FRAMES = 10_000;
const MOST_MESSAGES = 100_000;

/** @param scale - how long everything takes, 1 being the measure */
export async function measureCompression(scale: number): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const batch of FRAME_SIZES) measures.push(...(await compare(batch, DURATION_MS * scale)));
  return measures;
}

async function compare(batch: number, durationMs: number): Promise<Measure[]> {
  const messages = Math.min(MOST_MESSAGES, MOST_FRAMES * batch);
  const flood: FloodOptions = { frames: { encoding: "msgpack", messages, batch } };
  const { on, off } = await interleavedTurns(
    {
      on: { kind: "ours", flood: { ...flood, compression: true } },
      off: { kind: "ours", flood },
    },
    { rounds: ROUNDS, warmUpMs: WARM_UP_MS, durationMs },
  );
  const name = `compression, frames of ${batch}`;
  return [
    noted(`${name}, times the processor time`, middleOf(on, "cpuNs") / middleOf(off, "cpuNs")),
    noted(`${name}, processor time per message, ns`, middleOf(on, "cpuNs")),
    noted(`${name}, messages per second`, middleOf(on, "messagesPerSecond")),
    noted(`${name}, messages per second without`, middleOf(off, "messagesPerSecond")),
  ];
}
