/**
 * What happens to a value that finds the buffer full: `dropOldest` makes room for it, `dropNewest`
 * refuses it, `close` ends the consumer, for data that must not be lost in part.
 * @public
 */
export type OverflowPolicy = "dropOldest" | "dropNewest" | "close";

/**
 * A first-in-first-out buffer with a bound, a declared policy for what happens at the bound, and an
 * exact count of what was dropped. A ring over one array: no copying, no allocation per value.
 * @public
 */
export class BoundedQueue<T> {
  readonly capacity: number;
  readonly overflow: OverflowPolicy;
  readonly #ring: (T | undefined)[];
  readonly #onDrop: (value: T) => void;
  #head = 0;
  #size = 0;
  #dropped = 0;
  #closed = false;

  /**
   * @param capacity - how many values it holds, at least 1
   * @param onDrop - told of every value that is lost to overflow
   */
  constructor(capacity: number, overflow: OverflowPolicy, onDrop: (value: T) => void = () => {}) {
    this.capacity = capacity;
    this.overflow = overflow;
    this.#onDrop = onDrop;
    this.#ring = new Array<T | undefined>(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Values lost to overflow so far; never those refused after closing. */
  get dropped(): number {
    return this.#dropped;
  }

  /** True after `close`, or after an overflow under the `close` policy. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Takes the value in, and says whether it is in. */
  push(value: T): boolean {
    if (this.#closed) return false;
    if (this.#size === this.capacity) {
      this.#dropped++;
      if (this.overflow === "close") this.#closed = true;
      if (this.overflow !== "dropOldest") {
        this.#onDrop(value);
        return false;
      }
      const oldest = this.shift();
      if (oldest !== undefined) this.#onDrop(oldest);
    }
    this.#ring[(this.#head + this.#size) % this.capacity] = value;
    this.#size++;
    return true;
  }

  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const value = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.capacity;
    this.#size--;
    return value;
  }

  /** Takes nothing in from now on; what is inside can still be taken out. */
  close(): void {
    this.#closed = true;
  }
}
