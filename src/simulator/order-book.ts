import { hash32 } from "../core/random.ts";
import type { WireLevel, WireOrderBook } from "../venues/alpaca/wire.ts";
import type { Tape } from "./tape.ts";
import type { VenueTime } from "./venue-time.ts";

/** Price levels on each side. */
const DEPTH = 8;
/** A level keeps its size for this many updates of the book. */
const SIZE_LIFE = 8;
/** One event in this many changes the book. */
const EVENTS_PER_UPDATE = 4;
/** The distance between levels, as a share of the price. */
const SPACING = 0.0001;
const SALT = 0xb00c;

interface Book {
  readonly bids: readonly WireLevel[];
  readonly asks: readonly WireLevel[];
}

/** Whether the event at this index also changes the book. @internal */
export function changesBook(index: number): boolean {
  return index % EVENTS_PER_UPDATE === 0;
}

/** The index of the last change of the book at or before `index`. @internal */
export function bookIndexBy(index: number): number {
  return Math.floor(index / EVENTS_PER_UPDATE) * EVENTS_PER_UPDATE;
}

function bookAt(tape: Tape, index: number): Book {
  // A power of ten of ticks, so that the levels stand still while the middle wanders over them.
  const spacing = 10 ** Math.max(0, Math.round(Math.log10(tape.middleTicks(0) * SPACING)));
  const middle = Math.floor(tape.middleTicks(index) / spacing);
  const update = index / EVENTS_PER_UPDATE;
  const level = (cell: number): WireLevel => {
    const phase = hash32(tape.symbolHash, SALT, cell) % SIZE_LIFE;
    const epoch = Math.floor((update + phase) / SIZE_LIFE);
    const s = (1 + (hash32(tape.symbolHash, SALT, cell, epoch) % 5_000_000_000)) / 1e9;
    return { p: (cell * spacing) / tape.ticksPerUnit, s };
  };
  const bids: WireLevel[] = [];
  const asks: WireLevel[] = [];
  for (let distance = 1; distance <= DEPTH; distance++) {
    if (middle - distance > 0) bids.push(level(middle - distance));
    asks.push(level(middle + distance));
  }
  return { bids, asks };
}

/** The whole book after the change at `index`. @internal */
export function wholeBook(tape: Tape, index: number, t: VenueTime): WireOrderBook<VenueTime> {
  const { bids, asks } = bookAt(tape, index);
  return { T: "o", S: tape.symbol, t, b: bids, a: asks, r: true };
}

/** What the change at `index` did to the book, `undefined` when nothing. @internal */
export function bookChange(
  tape: Tape,
  index: number,
  t: VenueTime,
): WireOrderBook<VenueTime> | undefined {
  const before = bookAt(tape, index - EVENTS_PER_UPDATE);
  const after = bookAt(tape, index);
  const b = changedLevels(before.bids, after.bids);
  const a = changedLevels(before.asks, after.asks);
  return b.length + a.length === 0 ? undefined : { T: "o", S: tape.symbol, t, b, a };
}

/** A level that is gone has size 0. */
function changedLevels(before: readonly WireLevel[], after: readonly WireLevel[]): WireLevel[] {
  const sizes = new Map(before.map(({ p, s }) => [p, s]));
  const changed = after.filter(({ p, s }) => sizes.get(p) !== s);
  for (const { p } of after) sizes.delete(p);
  for (const p of sizes.keys()) changed.push({ p, s: 0 });
  return changed;
}
