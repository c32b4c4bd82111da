import { BoundedQueue } from "./bounded-queue.ts";
import type { BufferOptions } from "./bounded-stream.ts";
import { SlowConsumerError } from "./errors.ts";

/** How a consumer of batches is buffered. @public */
export interface BatchOptions extends BufferOptions {
  /**
   * The most values in one batch.
   * @defaultValue 1000
   */
  readonly maxBatch?: number;
}

/** @public */
export const BATCH_DEFAULTS: Required<BatchOptions> = Object.freeze({
  capacity: 10_000,
  overflow: "dropOldest",
  maxBatch: 1_000,
});

interface Waiting<T> {
  resolve(result: IteratorResult<T[]>): void;
  reject(reason: unknown): void;
}

/**
 * A bounded buffer read by `for await` in batches: each turn gets whatever has come since the last,
 * up to a limit and never nothing, so that a busy source costs a promise per batch instead of one per
 * value. Otherwise it is as a {@link BoundedStream}.
 * @public
 */
export class BoundedBatches<T> implements AsyncIterableIterator<T[]> {
  readonly #queue: BoundedQueue<T>;
  readonly #maxBatch: number;
  readonly #onReturn: () => void;
  readonly #waiting: Waiting<T>[] = [];
  #handover = false;
  #ended = false;
  #failure: unknown;

  /**
   * @param onReturn - frees the source; called once, when the loop ends for whatever reason
   * @param onDrop - told of every value that is lost to overflow
   */
  constructor(options: Required<BatchOptions>, onReturn: () => void, onDrop?: (value: T) => void) {
    this.#queue = new BoundedQueue(options.capacity, options.overflow, onDrop);
    this.#maxBatch = options.maxBatch;
    this.#onReturn = onReturn;
  }

  /** Values lost to overflow so far. */
  get dropped(): number {
    return this.#queue.dropped;
  }

  /** Hands a value to the consumer's next batch. */
  push(value: T): void {
    if (this.#ended) return;
    if (!this.#queue.push(value) && this.#queue.closed) {
      this.end(new SlowConsumerError(`a consumer fell ${this.#queue.capacity} values behind`));
      return;
    }
    if (this.#waiting.length === 0 || this.#handover) return;
    // What comes in the same turn, such as the rest of a frame, goes along.
    this.#handover = true;
    queueMicrotask(() => {
      this.#handover = false;
      this.#serve();
    });
  }

  /** Ends the loop once the buffer is empty, by an error when one is given. */
  end(failure?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#onReturn();
    this.#serve();
  }

  next(): Promise<IteratorResult<T[]>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (!this.#handover) this.#serve();
    });
  }

  return(): Promise<IteratorResult<T[]>> {
    while (this.#queue.shift() !== undefined);
    this.end();
    this.#failure = undefined; // nobody is left to tell
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      if (batch.length === 0 && !this.#ended) return;
      const waiting = this.#waiting.shift();
      if (batch.length > 0) waiting?.resolve({ done: false, value: batch });
      else if (this.#failure !== undefined) {
        waiting?.reject(this.#failure);
        this.#failure = undefined;
      } else waiting?.resolve({ done: true, value: undefined });
    }
  }

  #take(): T[] {
    const batch: T[] = [];
    while (batch.length < this.#maxBatch) {
      const value = this.#queue.shift();
      if (value === undefined) break;
      batch.push(value);
    }
    return batch;
  }
}
