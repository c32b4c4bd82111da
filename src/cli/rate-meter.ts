const WINDOW_MS = 2_000;

/** Events per second over the last couple of seconds, at the cost of a few additions per event. */
export class RateMeter {
  readonly #startMs: number;
  #windowStartMs: number;
  #previous = 0;
  #current = 0;

  constructor(nowMs: number) {
    this.#startMs = nowMs;
    this.#windowStartMs = nowMs;
  }

  count(nowMs: number): void {
    this.#turn(nowMs);
    this.#current++;
  }

  /** The part of the window before that is still young enough counts as if it were spread evenly. */
  perSecond(nowMs: number): number {
    this.#turn(nowMs);
    const kept = this.#previous * (1 - (nowMs - this.#windowStartMs) / WINDOW_MS);
    // A meter younger than its window has had less time to count in; the very first is no measure.
    const seenMs = Math.min(Math.max(nowMs - this.#startMs, 1_000), WINDOW_MS);
    return ((kept + this.#current) / seenMs) * 1_000;
  }

  #turn(nowMs: number): void {
    const windows = Math.floor((nowMs - this.#windowStartMs) / WINDOW_MS);
    if (windows <= 0) return;
    this.#previous = windows === 1 ? this.#current : 0;
    this.#current = 0;
    this.#windowStartMs += windows * WINDOW_MS;
  }
}
