/** No slot: the end of a list. */
const NONE = -1;

/**
 * The messages that wait for one consumer, in a first-in-first-out list for each lane. The lists
 * share one pool of slots, so that a busy lane may use all of it. No allocation per message.
 *
 * Each message has an `order`, a number that rises with each push to the handler, and a `series`,
 * which stands for its channel and symbol.
 */
export class LaneSlots<Message> {
  readonly capacity: number;
  readonly #messages: (Message | undefined)[] = [];
  readonly #series: Int32Array;
  /** When the place in the list was taken … */
  readonly #order: Float64Array;
  /** … and when its message came, which is later for one that replaced another. */
  readonly #latest: Float64Array;
  readonly #arrivedMs: Float64Array;
  readonly #next: Int32Array;
  readonly #head: Int32Array;
  readonly #tail: Int32Array;
  readonly #sizes: Int32Array;
  #free = NONE;
  /** Slots from here on were never used; their memory is not touched before. */
  #fresh = 0;
  #size = 0;
  /** The series of the message that was removed last … */
  removedSeries: number = NONE;
  /** … and the slot that it was in. */
  removedSlot: number = NONE;

  /** @param replaces - whether {@link replace} will be used; it needs memory of its own */
  constructor(capacity: number, lanes: number, replaces: boolean) {
    this.capacity = capacity;
    this.#series = new Int32Array(capacity);
    this.#order = new Float64Array(capacity);
    this.#latest = replaces ? new Float64Array(capacity) : this.#order;
    this.#arrivedMs = new Float64Array(capacity);
    this.#next = new Int32Array(capacity);
    this.#head = new Int32Array(lanes).fill(NONE);
    this.#tail = new Int32Array(lanes).fill(NONE);
    this.#sizes = new Int32Array(lanes);
  }

  get size(): number {
    return this.#size;
  }

  sizeOf(lane: number): number {
    return this.#sizes[lane] as number;
  }

  /** When the lane's first message was pushed, as its order; `Infinity` for an empty lane. */
  firstOrder(lane: number): number {
    const head = this.#head[lane] as number;
    return head === NONE ? Number.POSITIVE_INFINITY : (this.#order[head] as number);
  }

  /** When the message came that the lane would give next; later than its place if it replaced one. */
  nextOrder(lane: number): number {
    const head = this.#head[lane] as number;
    return head === NONE ? Number.POSITIVE_INFINITY : (this.#latest[head] as number);
  }

  /** Since when the lane's first message waits, on the monotonic clock. */
  firstArrivedMs(lane: number): number {
    return this.#arrivedMs[this.#head[lane] as number] as number;
  }

  /** The lane whose first message has waited longest. There must be a message. */
  oldestLane(): number {
    let oldest = 0;
    for (let lane = 1; lane < this.#head.length; lane++) {
      if (this.firstOrder(lane) < this.firstOrder(oldest)) oldest = lane;
    }
    return oldest;
  }

  /** Puts a message at the end of its lane, and says in which slot. There must be room. */
  append(lane: number, message: Message, series: number, order: number, arrivedMs: number): number {
    let slot = this.#free;
    if (slot === NONE) slot = this.#fresh++;
    else this.#free = this.#next[slot] as number;
    this.#messages[slot] = message;
    this.#series[slot] = series;
    this.#order[slot] = order;
    this.#latest[slot] = order;
    this.#arrivedMs[slot] = arrivedMs;
    this.#next[slot] = NONE;
    const tail = this.#tail[lane] as number;
    if (tail === NONE) this.#head[lane] = slot;
    else this.#next[tail] = slot;
    this.#tail[lane] = slot;
    this.#sizes[lane] = (this.#sizes[lane] as number) + 1;
    this.#size++;
    return slot;
  }

  /** Puts a message in the place of another. */
  replace(slot: number, message: Message, order: number): void {
    this.#messages[slot] = message;
    this.#latest[slot] = order;
  }

  /** Takes the first message of a lane that is not empty; see {@link removedSeries}. */
  removeFirst(lane: number): Message {
    const slot = this.#head[lane] as number;
    const next = this.#next[slot] as number;
    this.#head[lane] = next;
    if (next === NONE) this.#tail[lane] = NONE;
    this.#sizes[lane] = (this.#sizes[lane] as number) - 1;
    this.#size--;
    const message = this.#messages[slot] as Message;
    this.#messages[slot] = undefined;
    this.#next[slot] = this.#free;
    this.#free = slot;
    this.removedSeries = this.#series[slot] as number;
    this.removedSlot = slot;
    return message;
  }

  /** Calls `visit` with the series of every message that waits. */
  eachSeries(visit: (series: number) => void): void {
    for (const head of this.#head) {
      for (let slot = head; slot !== NONE; slot = this.#next[slot] as number) {
        visit(this.#series[slot] as number);
      }
    }
  }
}
