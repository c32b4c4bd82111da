import type { CancelTimer, Clock } from "../../core/clock.ts";
import type { GapRange } from "../../model/gap.ts";
import { compareTimes, shiftTime, type VenueTime } from "../../model/venue-time.ts";
import { ConsumerGap, type LossReason } from "./consumer-gap.ts";
import { CHANNEL_NAMES } from "./message-channels.ts";

/** Losses are told this long after the first of them, all together. */
const COALESCED_MS = 1_000;
const NANOSECOND_MS = 1e-6;

interface OpenRange {
  from: VenueTime;
  to: VenueTime;
  count: number;
}

/** Gathers what one processor loses, and tells of it once a second. No timer while nothing is lost. */
export class LossGaps {
  readonly #consumer: string;
  readonly #clock: Clock;
  readonly #nameOf: (symbol: number) => string;
  readonly #emit: (gap: ConsumerGap) => void;
  /** By reason, then by channel, then by symbol. */
  readonly #open = new Map<LossReason, Map<number, Map<number, OpenRange>>>();
  #cancelTimer: CancelTimer | undefined;

  constructor(
    consumer: string,
    clock: Clock,
    nameOf: (symbol: number) => string,
    emit: (gap: ConsumerGap) => void,
  ) {
    this.#consumer = consumer;
    this.#clock = clock;
    this.#nameOf = nameOf;
    this.#emit = emit;
  }

  add(reason: LossReason, channel: number, symbol: number, time: VenueTime): void {
    const ranges = entryOf(entryOf(this.#open, reason), channel);
    const range = ranges.get(symbol);
    if (range === undefined) ranges.set(symbol, { from: time, to: time, count: 1 });
    else {
      if (compareTimes(time, range.from) < 0) range.from = time;
      else if (compareTimes(time, range.to) > 0) range.to = time;
      range.count++;
    }
    this.#cancelTimer ??= this.#clock.setTimer(() => this.flush(), COALESCED_MS, {
      keepsProcessAlive: false,
    });
  }

  /** Tells now of what was gathered. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const gathered = [...this.#open];
    this.#open.clear();
    for (const [reason, channels] of gathered) {
      for (const [channel, ranges] of channels) this.#emit(this.#gapOf(reason, channel, ranges));
    }
  }

  #gapOf(reason: LossReason, channel: number, lost: ReadonlyMap<number, OpenRange>): ConsumerGap {
    let dropped = 0;
    const ranges = new Map<string, GapRange>();
    const bySymbol = new Map<string, number>();
    for (const [symbol, { from, to, count }] of lost) {
      const name = this.#nameOf(symbol);
      dropped += count;
      bySymbol.set(name, count);
      // A gap's range is what lies between its ends.
      ranges.set(name, {
        from: shiftTime(from, -NANOSECOND_MS),
        to: shiftTime(to, NANOSECOND_MS),
      });
    }
    return new ConsumerGap(this.#consumer, bySymbol, {
      reason,
      channel: CHANNEL_NAMES[channel] as string,
      ranges,
      dropped,
    });
  }
}

function entryOf<Key, Inner, Value>(map: Map<Key, Map<Inner, Value>>, key: Key): Map<Inner, Value> {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = new Map<Inner, Value>();
  map.set(key, made);
  return made;
}
