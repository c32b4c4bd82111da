/** How many new samples may come before the percentile is computed anew. */
const REFRESH_EVERY = 16;

/**
 * The latest samples of one operation, at most `capacity`, and a percentile of exactly those. Sorting
 * them takes microseconds, and happens once in {@link REFRESH_EVERY} samples.
 */
export class LatencyWindow {
  readonly #samplesMs: Float64Array;
  readonly #percentile: number;
  #total = 0;
  #fresh = 0;
  #valueMs = 0;

  /** @param percentile - such as 0.99 */
  constructor(capacity: number, percentile: number) {
    this.#samplesMs = new Float64Array(capacity);
    this.#percentile = percentile;
  }

  /** How many samples there are, at most the capacity. */
  get size(): number {
    return Math.min(this.#total, this.#samplesMs.length);
  }

  add(sampleMs: number): void {
    this.#samplesMs[this.#total % this.#samplesMs.length] = sampleMs;
    this.#total++;
    this.#fresh++;
  }

  /** The next look computes the percentile anew. */
  refresh(): void {
    this.#fresh = REFRESH_EVERY;
  }

  /** By nearest rank: the smallest sample that so large a share of them does not exceed. */
  percentileMs(): number {
    if (this.#fresh >= REFRESH_EVERY || this.#total === this.#fresh) {
      const sorted = this.#samplesMs.slice(0, this.size).sort();
      this.#valueMs = sorted[Math.ceil(this.#percentile * sorted.length) - 1] ?? 0;
      if (this.#fresh >= REFRESH_EVERY) this.#fresh = 0;
    }
    return this.#valueMs;
  }
}
