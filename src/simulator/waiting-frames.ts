/** A frame that a socket has not been given yet. @internal */
export interface WaitingFrame {
  readonly payload: string | Buffer;
  readonly isText: boolean;
  /** Data messages in it. */
  readonly messageCount: number;
}

/** Frames in the order in which they are to leave. @internal */
export class WaitingFrames {
  /** From `#next` on. */
  #frames: WaitingFrame[] = [];
  #next = 0;
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#next === this.#frames.length;
  }

  /** The length of all payloads. */
  get bytes(): number {
    return this.#bytes;
  }

  add(frame: WaitingFrame): void {
    this.#frames.push(frame);
    this.#bytes += frame.payload.length;
  }

  /** Takes the first one out. */
  take(): WaitingFrame | undefined {
    const frame = this.#frames[this.#next];
    if (!frame) return undefined;
    this.#next++;
    this.#bytes -= frame.payload.length;
    // What has been taken is forgotten half the queue at a time, which costs next to nothing per frame.
    if (this.#next * 2 > this.#frames.length) {
      this.#frames = this.#frames.slice(this.#next);
      this.#next = 0;
    }
    return frame;
  }

  /** Takes all of them out. */
  takeAll(): readonly WaitingFrame[] {
    const taken = this.#frames.slice(this.#next);
    this.#frames = [];
    this.#next = 0;
    this.#bytes = 0;
    return taken;
  }
}
