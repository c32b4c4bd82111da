import { compareTimes, type VenueTime } from "../../model/venue-time.ts";

/** One message, as far as it must be told from others of its channel and symbol. */
export interface Mark extends VenueTime {
  /** Tells messages of the same moment apart; the same message always has the same key. */
  readonly key: number;
}

const FIRST_CAPACITY = 64;

/**
 * The latest messages of each symbol of a channel, by symbol number. Noting one is a few stores into
 * typed arrays, since it happens for every message; questions may cost more.
 */
export class ChannelMarks {
  /** How many of a symbol's latest messages are known, a power of two. */
  readonly #depth: number;
  #capacity = FIRST_CAPACITY;
  #counts = new Uint32Array(FIRST_CAPACITY);
  #seconds: Float64Array;
  #nanos: Int32Array;
  #keys: Float64Array;
  /** Of each symbol, the latest moment of which a message is no longer known. */
  #forgottenSeconds = new Float64Array(FIRST_CAPACITY).fill(Number.NEGATIVE_INFINITY);
  #forgottenNanos = new Int32Array(FIRST_CAPACITY);
  #newestSeconds = 0;
  #newestNanos = 0;

  constructor(depth: number) {
    this.#depth = depth;
    this.#seconds = new Float64Array(FIRST_CAPACITY * depth);
    this.#nanos = new Int32Array(FIRST_CAPACITY * depth);
    this.#keys = new Float64Array(FIRST_CAPACITY * depth);
  }

  note(id: number, seconds: number, nanos: number, key: number): void {
    if (id >= this.#capacity) this.#grow(id);
    const depth = this.#depth;
    const count = this.#counts[id] as number;
    const at = id * depth + (count & (depth - 1));
    this.#counts[id] = count + 1;
    // Where only the latest is known, nobody asks what was before it.
    if (count >= depth && depth > 1) {
      const gone = this.#seconds[at] as number;
      if (gone >= (this.#forgottenSeconds[id] as number)) {
        this.#forgetUntil(id, gone, this.#nanos[at] as number);
      }
    }
    this.#seconds[at] = seconds;
    this.#nanos[at] = nanos;
    this.#keys[at] = key;
    this.#newestSeconds = seconds;
    this.#newestNanos = nanos;
  }

  /** How many messages were noted. */
  count(id: number): number {
    return this.#counts[id] ?? 0;
  }

  /** Numbers of all symbols that have brought something. */
  seenIds(): number[] {
    const ids: number[] = [];
    for (const [id, count] of this.#counts.entries()) if (count > 0) ids.push(id);
    return ids;
  }

  /** The time of what was noted last, of whatever symbol. */
  get newest(): VenueTime | undefined {
    if (this.#newestSeconds === 0) return undefined;
    return { seconds: this.#newestSeconds, nanos: this.#newestNanos };
  }

  /** The messages of a symbol that are known, oldest first by arrival. */
  recent(id: number): Mark[] {
    const count = this.count(id);
    const known = Math.min(count, this.#depth);
    const marks: Mark[] = [];
    for (let back = known; back > 0; back--) {
      const at = id * this.#depth + ((count - back) & (this.#depth - 1));
      marks.push({
        seconds: this.#seconds[at] as number,
        nanos: this.#nanos[at] as number,
        key: this.#keys[at] as number,
      });
    }
    return marks;
  }

  /**
   * Up to here, inclusive, a symbol brought messages that are no longer known, so that nobody can say
   * of one as old as this whether it was seen; `undefined` while all of them are known.
   */
  forgotten(id: number): VenueTime | undefined {
    const seconds = this.#forgottenSeconds[id] ?? Number.NEGATIVE_INFINITY;
    if (seconds === Number.NEGATIVE_INFINITY) return undefined;
    return { seconds, nanos: this.#forgottenNanos[id] as number };
  }

  /** Goes on where another connection left off. */
  adopt(id: number, recent: readonly Mark[], forgotten: VenueTime | undefined): void {
    for (const { seconds, nanos, key } of recent) this.note(id, seconds, nanos, key);
    if (forgotten && id >= 0) this.#forgetUntil(id, forgotten.seconds, forgotten.nanos);
  }

  /** The latest of a symbol by time, which a message that came late does not set back. */
  last(id: number): Mark | undefined {
    const marks = this.recent(id);
    if (marks.length === 0) return undefined;
    return marks.reduce((latest, mark) => (compareTimes(mark, latest) > 0 ? mark : latest));
  }

  forget(id: number): void {
    if (id < 0 || id >= this.#capacity) return;
    this.#counts[id] = 0;
    this.#forgottenSeconds[id] = Number.NEGATIVE_INFINITY;
  }

  #forgetUntil(id: number, seconds: number, nanos: number): void {
    if (id >= this.#capacity) this.#grow(id);
    const known = this.#forgottenSeconds[id] as number;
    if (seconds < known) return;
    if (seconds === known && nanos <= (this.#forgottenNanos[id] as number)) return;
    this.#forgottenSeconds[id] = seconds;
    this.#forgottenNanos[id] = nanos;
  }

  #grow(id: number): void {
    while (this.#capacity <= id) this.#capacity *= 2;
    const size = this.#capacity * this.#depth;
    const counts = new Uint32Array(this.#capacity);
    const seconds = new Float64Array(size);
    const nanos = new Int32Array(size);
    const keys = new Float64Array(size);
    const forgottenSeconds = new Float64Array(this.#capacity).fill(Number.NEGATIVE_INFINITY);
    const forgottenNanos = new Int32Array(this.#capacity);
    counts.set(this.#counts);
    seconds.set(this.#seconds);
    nanos.set(this.#nanos);
    keys.set(this.#keys);
    forgottenSeconds.set(this.#forgottenSeconds);
    forgottenNanos.set(this.#forgottenNanos);
    this.#counts = counts;
    this.#seconds = seconds;
    this.#nanos = nanos;
    this.#keys = keys;
    this.#forgottenSeconds = forgottenSeconds;
    this.#forgottenNanos = forgottenNanos;
  }
}
