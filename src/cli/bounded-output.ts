import type { Writable } from "node:stream";

/**
 * How much a slow reader may leave unread, in characters. A reader that is further behind loses whole
 * data lines, which are counted and told; the connection and everybody else stay as they are.
 */
const LIMIT = 8 * 1024 * 1024;
/** What is said about losses must get through even when data does not. */
const ROOM_FOR_FACTS = 256 * 1024;

/** What an output tells its owner. */
export interface OutputEvents {
  /** The reader has caught up, after this many lines of data were dropped. */
  resumed(dropped: number): void;
  /** The reader is gone (`EPIPE`), or the output failed. */
  closed(error: NodeJS.ErrnoException): void;
}

/** Lines to a stream whose reader may be slow or leave. Writes what one turn of the loop brings at once. */
export class BoundedOutput {
  readonly #stream: Writable;
  readonly #events: OutputEvents;
  readonly #limit: number;
  #batch = "";
  #dropped = 0;
  #droppedSinceResumed = 0;
  #closed = false;

  constructor(stream: Writable, events: OutputEvents, limit: number = LIMIT) {
    this.#stream = stream;
    this.#events = events;
    this.#limit = limit;
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (this.#closed) return;
      this.#closed = true;
      this.#batch = "";
      events.closed(error);
    });
  }

  /** Lines of data lost so far because the reader was too slow. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Whether a line of data may be written now. When not, that line counts as dropped: asked once for
   * each line, before it is made.
   */
  admitsData(): boolean {
    if (this.#closed) return false;
    // Once full, room must be worth resuming for: one loss told, not one for each line.
    const limit = this.#droppedSinceResumed > 0 ? this.#limit / 2 : this.#limit;
    if (this.#unread > limit) {
      this.#dropped++;
      this.#droppedSinceResumed++;
      return false;
    }
    this.#tellResumed();
    return true;
  }

  /** Writes a line of data that was admitted. */
  data(line: string): void {
    this.#append(line);
  }

  /** A line about ourselves: it has room of its own. */
  fact(line: string): void {
    if (this.#closed || this.#unread > this.#limit + ROOM_FOR_FACTS) return;
    this.#append(line);
  }

  /** Writes the last lines; resolves when the reader has taken everything, or is gone. */
  finish(...lastLines: readonly string[]): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#tellResumed();
    for (const line of lastLines) this.#append(line);
    this.#flush();
    return new Promise((resolve) => {
      this.#stream.once("error", () => resolve());
      this.#stream.write("", () => resolve());
    });
  }

  get #unread(): number {
    return this.#stream.writableLength + this.#batch.length;
  }

  #tellResumed(): void {
    const dropped = this.#droppedSinceResumed;
    if (dropped === 0) return;
    this.#droppedSinceResumed = 0;
    this.#events.resumed(dropped);
  }

  #append(line: string): void {
    if (this.#batch === "") queueMicrotask(() => this.#flush());
    this.#batch += `${line}\n`;
  }

  #flush(): void {
    const batch = this.#batch;
    this.#batch = "";
    if (batch !== "" && !this.#closed) this.#stream.write(batch);
  }
}
