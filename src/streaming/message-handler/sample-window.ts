/** How long something took, in milliseconds, over the latest samples. @public */
export interface DurationSummary {
  /** How many samples there are; the latest 1,000 at most. */
  readonly samples: number;
  readonly averageMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

const SAMPLES = 1_000;

/** The latest samples, and what they look like when somebody asks. */
export class SampleWindow {
  readonly #samplesMs = new Float64Array(SAMPLES);
  #total = 0;

  /** What is not a number, as from a message without a time, is left out. */
  add(sampleMs: number): void {
    if (Number.isNaN(sampleMs)) return;
    this.#samplesMs[this.#total % SAMPLES] = sampleMs;
    this.#total++;
  }

  /** `undefined` before the first sample. Percentiles are by nearest rank. */
  summary(): DurationSummary | undefined {
    const sorted = this.#samplesMs.slice(0, Math.min(this.#total, SAMPLES)).sort();
    if (sorted.length === 0) return undefined;
    let sumMs = 0;
    for (const sampleMs of sorted) sumMs += sampleMs;
    const percentile = (share: number): number =>
      sorted[Math.ceil(share * sorted.length) - 1] as number;
    return {
      samples: sorted.length,
      averageMs: sumMs / sorted.length,
      p50Ms: percentile(0.5),
      p95Ms: percentile(0.95),
      p99Ms: percentile(0.99),
    };
  }
}
