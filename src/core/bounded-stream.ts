import { BoundedQueue, type OverflowPolicy } from "./bounded-queue.ts";
import { SlowConsumerError } from "./errors.ts";

/** How a `for await` consumer is buffered. @public */
export interface BufferOptions {
  /**
   * How many values may wait for the consumer.
   * @defaultValue 10000
   */
  readonly capacity?: number;
  /**
   * What happens to a value that finds the buffer full.
   * @defaultValue "dropOldest"
   */
  readonly overflow?: OverflowPolicy;
}

/** @public */
export const BUFFER_DEFAULTS: Required<BufferOptions> = Object.freeze({
  capacity: 10_000,
  overflow: "dropOldest",
});

interface Waiting<T> {
  resolve(result: IteratorResult<T>): void;
  reject(reason: unknown): void;
}

/**
 * A bounded buffer read by `for await`. Leaving the loop closes the source first. The loop ends when
 * the source ends, and throws when the source failed or the `close` policy overflowed.
 * @public
 */
export class BoundedStream<T> implements AsyncIterableIterator<T> {
  readonly #queue: BoundedQueue<T>;
  readonly #onReturn: () => void;
  readonly #waiting: Waiting<T>[] = [];
  #ended = false;
  #failure: unknown;

  /**
   * @param onReturn - frees the source; called once, when the loop ends for whatever reason
   * @param onDrop - told of every value that is lost to overflow
   */
  constructor(options: Required<BufferOptions>, onReturn: () => void, onDrop?: (value: T) => void) {
    this.#queue = new BoundedQueue(options.capacity, options.overflow, onDrop);
    this.#onReturn = onReturn;
  }

  /** Values lost to overflow so far. */
  get dropped(): number {
    return this.#queue.dropped;
  }

  /** Hands a value to the consumer, or into the buffer. */
  push(value: T): void {
    if (this.#ended) return;
    const waiting = this.#waiting.shift();
    if (waiting) {
      waiting.resolve({ done: false, value });
      return;
    }
    if (!this.#queue.push(value) && this.#queue.closed) {
      this.end(new SlowConsumerError(`a consumer fell ${this.#queue.capacity} values behind`));
    }
  }

  /** Ends the loop once the buffer is empty, by an error when one is given. */
  end(failure?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#onReturn();
    const [first, ...others] = this.#waiting.splice(0);
    if (!first) return;
    if (failure === undefined) first.resolve({ done: true, value: undefined });
    else {
      this.#failure = undefined;
      first.reject(failure);
    }
    for (const other of others) other.resolve({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<T>> {
    const value = this.#queue.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#ended) {
      const failure = this.#failure;
      this.#failure = undefined;
      return failure === undefined
        ? Promise.resolve({ done: true, value: undefined })
        : Promise.reject(failure);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  return(): Promise<IteratorResult<T>> {
    this.end();
    this.#failure = undefined; // nobody is left to tell
    while (this.#queue.shift() !== undefined);
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
