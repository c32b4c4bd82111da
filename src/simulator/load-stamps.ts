import type { LoadCounts } from "./load-channels.ts";
import type { LoadScript } from "./load-messages.ts";

/**
 * The numbers that make the messages of a frame differ from those of the last round: for each its place
 * in its symbol's and channel's sequence, and a moment. Moments never repeat and never go back, even when
 * the computer's clock does.
 * @internal
 */
export class LoadStamps {
  readonly sequences: Float64Array;
  readonly seconds: Float64Array;
  readonly nanos: Int32Array;
  #seconds = 0;
  #nanos = 0;

  /** @param most - messages per frame, at most */
  constructor(most: number) {
    this.sequences = new Float64Array(most);
    this.seconds = new Float64Array(most);
    this.nanos = new Int32Array(most);
  }

  /** Stamps the script's messages from `first` on, all with this wall time and a few nanoseconds more. */
  stamp(script: LoadScript, first: number, count: number, wallMs: number, made: LoadCounts): void {
    this.#moveTo(wallMs);
    let seconds = this.#seconds;
    let nanos = this.#nanos;
    for (let at = 0; at < count; at++) {
      const kind = script.kinds[first + at] ?? 0;
      this.sequences[at] = made.next(kind, script.symbols[first + at] ?? 0);
      nanos++;
      // The venue trims the last zero; with nine digits always, every time can be patched in place.
      if (nanos % 10 === 0) nanos++;
      if (nanos >= 1e9) {
        nanos -= 1e9;
        seconds++;
      }
      this.seconds[at] = seconds;
      this.nanos[at] = nanos;
    }
    this.#seconds = seconds;
    this.#nanos = nanos;
  }

  #moveTo(wallMs: number): void {
    const seconds = Math.floor(wallMs / 1000);
    const nanos = Math.floor((wallMs - seconds * 1000) * 1e6);
    if (seconds < this.#seconds || (seconds === this.#seconds && nanos <= this.#nanos)) return;
    this.#seconds = seconds;
    this.#nanos = nanos;
  }
}
