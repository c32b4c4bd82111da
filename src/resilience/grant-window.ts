/**
 * When the latest grants were made, at most `capacity` of them: a ring over one typed array, so that
 * its memory is fixed and a grant allocates nothing. Times must not go backwards.
 */
export class GrantWindow {
  readonly capacity: number;
  readonly #timesMs: Float64Array;
  #total = 0;

  /** @param capacity - how many grants are remembered, at least 1 */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#timesMs = new Float64Array(capacity).fill(Number.NEGATIVE_INFINITY);
  }

  /** Grants so far, the forgotten ones too. */
  get total(): number {
    return this.#total;
  }

  add(timeMs: number): void {
    this.#timesMs[this.#total % this.capacity] = timeMs;
    this.#total++;
  }

  /** When the `place`-th latest grant was made (1 is the latest), or `-Infinity`. */
  latest(place: number): number {
    if (place > this.#total || place > this.capacity) return Number.NEGATIVE_INFINITY;
    return this.#timesMs[(this.#total - place) % this.capacity] ?? Number.NEGATIVE_INFINITY;
  }

  /** How many of the remembered grants satisfy `isRecent`, which holds for all after some moment. */
  countWhile(isRecent: (timeMs: number) => boolean): number {
    let recent = 0;
    let forgotten = Math.min(this.#total, this.capacity) + 1;
    while (forgotten - recent > 1) {
      const middle = (recent + forgotten) >>> 1;
      if (isRecent(this.latest(middle))) recent = middle;
      else forgotten = middle;
    }
    return recent;
  }
}
