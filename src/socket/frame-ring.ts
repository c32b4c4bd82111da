// Frames on their way from one thread to another, in memory that both see. One thread writes, one
// reads, neither ever waits for the other: only the two positions are synchronised.

/** Control words, a cache line apart, so that the two sides do not slow each other down. */
const WORDS_PER_LINE = 16;
/** How far has been written and read, in bytes, counted modulo 2³². */
const TAIL = 0;
const HEAD = WORDS_PER_LINE;
/** The position that lies at the start of the data. */
const ORIGIN = 2 * WORDS_PER_LINE;
const READER_WAITS = 3 * WORDS_PER_LINE;
const WRITER_WAITS = 4 * WORDS_PER_LINE;
/** Whether the writer takes nothing in at the moment, and for how long it has not, all in all. */
const IS_PAUSED = 5 * WORDS_PER_LINE;
const PAUSED_MS = 6 * WORDS_PER_LINE;
const CONTROL_WORDS = 7 * WORDS_PER_LINE;
const CONTROL_BYTES = CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT;

/** Before each frame: its length and its tag. Frames begin at multiples of it, so it is never split. */
export const FRAME_HEADER_BYTES = 8;

/** Counting begins near the overflow, so that it is passed at once and not after four gigabytes. */
const FIRST_POSITION = -4096;

/**
 * Memory for at least `bytes` of frames and their headers; the size becomes a power of two. The
 * system commits it page by page as it is written to.
 */
export function createFrameRing(bytes: number): SharedArrayBuffer {
  const capacity = 2 ** Math.ceil(Math.log2(Math.max(bytes, FRAME_HEADER_BYTES)));
  const memory = new SharedArrayBuffer(CONTROL_BYTES + capacity);
  const control = new Int32Array(memory, 0, CONTROL_WORDS);
  for (const word of [TAIL, HEAD, ORIGIN]) control[word] = FIRST_POSITION;
  return memory;
}

/** What became of a frame. One that is `full` fits later; one that is `too-large` never does. */
export type RingWrite = "written" | "full" | "too-large";

/** The end that frames go in at. */
export class FrameRingWriter {
  readonly #control: Int32Array;
  readonly #headers: Int32Array;
  readonly #data: Uint8Array;
  readonly #capacity: number;
  #tail: number;
  #origin: number;

  constructor(memory: SharedArrayBuffer) {
    this.#control = new Int32Array(memory, 0, CONTROL_WORDS);
    this.#headers = new Int32Array(memory, CONTROL_BYTES);
    this.#data = new Uint8Array(memory, CONTROL_BYTES);
    this.#capacity = this.#data.length;
    this.#tail = Atomics.load(this.#control, TAIL);
    this.#origin = Atomics.load(this.#control, ORIGIN);
  }

  /** The whole frame or nothing of it. The tag is any 32 bits, for the reader to have. */
  write(tag: number, frame: Uint8Array): RingWrite {
    const length = frame.length;
    if (length > this.#capacity - FRAME_HEADER_BYTES) return "too-large";
    const space = spaceOf(length);
    const head = Atomics.load(this.#control, HEAD);
    if (space > this.#capacity - ((this.#tail - head) >>> 0)) return "full";
    if (head === this.#tail) {
      // Empty: starting over at the front keeps to memory that is in use, and in the cache, already.
      this.#origin = this.#tail;
      Atomics.store(this.#control, ORIGIN, this.#origin);
    }
    const offset = (this.#tail - this.#origin) & (this.#capacity - 1);
    this.#headers[offset >> 2] = length;
    this.#headers[(offset >> 2) + 1] = tag;
    const start = (offset + FRAME_HEADER_BYTES) & (this.#capacity - 1);
    const untilEnd = this.#capacity - start;
    if (length <= untilEnd) this.#data.set(frame, start);
    else {
      this.#data.set(frame.subarray(0, untilEnd), start);
      this.#data.set(frame.subarray(untilEnd), 0);
    }
    this.#tail = (this.#tail + space) | 0;
    Atomics.store(this.#control, TAIL, this.#tail); // publishes everything above
    return "written";
  }

  /** Whether the reader asked to be woken; asking once is answered once. */
  takeReaderWaits(): boolean {
    return (
      Atomics.load(this.#control, READER_WAITS) === 1 &&
      Atomics.exchange(this.#control, READER_WAITS, 0) === 1
    );
  }

  /** Asks the reader to tell when there is room. To be called before the write that may fail. */
  askForRoom(): void {
    Atomics.store(this.#control, WRITER_WAITS, 1);
  }

  /** Tells the reader that nothing is taken in for now. */
  pause(): void {
    Atomics.store(this.#control, IS_PAUSED, 1);
  }

  resume(pausedMs: number): void {
    Atomics.store(this.#control, WRITER_WAITS, 0);
    Atomics.add(this.#control, PAUSED_MS, Math.round(pausedMs));
    Atomics.store(this.#control, IS_PAUSED, 0);
  }
}

/** The end that frames come out of, in order. */
export class FrameRingReader {
  readonly #control: Int32Array;
  readonly #headers: Int32Array;
  readonly #data: Uint8Array;
  readonly #capacity: number;
  #head: number;
  #tail: number;
  #origin: number;
  #tag = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#control = new Int32Array(memory, 0, CONTROL_WORDS);
    this.#headers = new Int32Array(memory, CONTROL_BYTES);
    this.#data = new Uint8Array(memory, CONTROL_BYTES);
    this.#capacity = this.#data.length;
    this.#head = Atomics.load(this.#control, HEAD);
    this.#tail = this.#head;
    this.#origin = Atomics.load(this.#control, ORIGIN);
  }

  /** The tag of the frame that was read last. */
  get tag(): number {
    return this.#tag;
  }

  /** A copy of the next frame, or `undefined` when there is none; its place is free again at once. */
  read(): Buffer | undefined {
    if (this.#head === this.#tail) {
      this.#tail = Atomics.load(this.#control, TAIL);
      if (this.#head === this.#tail) return undefined;
      // Moves only while the ring is empty, and before the tail does: this order reads a fitting pair.
      this.#origin = Atomics.load(this.#control, ORIGIN);
    }
    const offset = (this.#head - this.#origin) & (this.#capacity - 1);
    const length = this.#headers[offset >> 2] as number;
    this.#tag = this.#headers[(offset >> 2) + 1] as number;
    const frame = Buffer.allocUnsafe(length);
    const start = (offset + FRAME_HEADER_BYTES) & (this.#capacity - 1);
    const untilEnd = this.#capacity - start;
    if (length <= untilEnd) frame.set(this.#data.subarray(start, start + length));
    else {
      frame.set(this.#data.subarray(start));
      frame.set(this.#data.subarray(0, length - untilEnd), untilEnd);
    }
    this.#head = (this.#head + spaceOf(length)) | 0;
    Atomics.store(this.#control, HEAD, this.#head);
    return frame;
  }

  get isEmpty(): boolean {
    return this.#head === Atomics.load(this.#control, TAIL);
  }

  /** Asks to be woken by the next frame; `false` when there is one already. */
  waitForFrame(): boolean {
    Atomics.store(this.#control, READER_WAITS, 1);
    if (this.isEmpty) return true;
    Atomics.store(this.#control, READER_WAITS, 0);
    return false;
  }

  /** Whether the writer is to be told that there is room: half the ring, so that it is worth its while. */
  takeRoomRequest(): boolean {
    return (
      Atomics.load(this.#control, WRITER_WAITS) === 1 &&
      (Atomics.load(this.#control, TAIL) - this.#head) >>> 0 <= this.#capacity / 2 &&
      Atomics.exchange(this.#control, WRITER_WAITS, 0) === 1
    );
  }

  /** Whether the writer takes nothing in at the moment. */
  get isPaused(): boolean {
    return Atomics.load(this.#control, IS_PAUSED) === 1;
  }

  /** For how long it has not, all in all, in milliseconds. */
  get pausedMs(): number {
    return Atomics.load(this.#control, PAUSED_MS);
  }
}

/** What a frame takes up together with its header. */
function spaceOf(length: number): number {
  return (FRAME_HEADER_BYTES + length + (FRAME_HEADER_BYTES - 1)) & -FRAME_HEADER_BYTES;
}
