/** After being held up a load catches up this much, and leaves the rest out. */
const MOST_CATCH_UP_MS = 100;
const NS_PER_SECOND = 1e9;

/**
 * Says how many frames a steady rate makes due. A process that was held up must not flood its clients
 * afterwards: it makes up for 100 ms at most.
 * @internal
 */
export class LoadPace {
  readonly #framesPerNs: number;
  readonly #mostDue: number;
  #sinceNs = 0;
  #taken = 0;
  #skipped = 0;

  constructor(framesPerSecond: number) {
    this.#framesPerNs = framesPerSecond / NS_PER_SECOND;
    // A stretch of so much time may hold one frame more than the rate makes of it.
    this.#mostDue = Math.floor((framesPerSecond * MOST_CATCH_UP_MS) / 1000) + 1;
  }

  /** Frames that were left out. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Begins anew: what would have been due until now is not. */
  restart(nowNs: number): void {
    this.#sinceNs = nowNs;
    this.#taken = 0;
  }

  /** How many frames are due now; they count as sent. */
  take(nowNs: number): number {
    const total = Math.floor((nowNs - this.#sinceNs) * this.#framesPerNs);
    const due = total - this.#taken;
    this.#taken = total;
    if (due <= this.#mostDue) return due;
    this.#skipped += due - this.#mostDue;
    return this.#mostDue;
  }
}
