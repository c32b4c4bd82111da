/** Calls, and how few changes they took. */
export interface ChangeCountsSnapshot {
  readonly changes: number;
  readonly calls: number;
  readonly coalesced: number;
  readonly lastChangeMs: number | null;
}

/** Counts what callers ask for against what goes to the stream. */
export class ChangeCounts {
  #calls = 0;
  #callsSinceChange = 0;
  #changes = 0;
  #coalesced = 0;
  #lastChangeMs: number | null = null;

  call(): void {
    this.#calls++;
    this.#callsSinceChange++;
  }

  /** All calls until now went in one change. */
  sent(nowMs: number): void {
    this.#coalesced += Math.max(0, this.#callsSinceChange - 1);
    this.#callsSinceChange = 0;
    this.#changes++;
    this.#lastChangeMs = nowMs;
  }

  /** All calls until now came to nothing that has to be said. */
  notNeeded(): void {
    this.#coalesced += this.#callsSinceChange;
    this.#callsSinceChange = 0;
  }

  snapshot(): ChangeCountsSnapshot {
    return {
      changes: this.#changes,
      calls: this.#calls,
      coalesced: this.#coalesced,
      lastChangeMs: this.#lastChangeMs,
    };
  }
}
