const BUCKET_MS = 500;
/** Five seconds, and the bucket that is being filled. */
const COUNTED_BUCKETS = 11;
const WINDOW_SECONDS = 5;
const BUCKETS = 16;

/** How many messages arrived lately, by the time of arrival that they carry: no clock is read. */
export class ArrivalRate {
  readonly #counts = new Float64Array(BUCKETS);
  /** Which half second each bucket counts. */
  readonly #periods = new Float64Array(BUCKETS).fill(Number.NaN);
  // Neighbours mostly arrive in one half second, and finding the bucket is a slow division.
  #bucket = 0;
  #fromMs = Number.POSITIVE_INFINITY;
  #untilMs = Number.NEGATIVE_INFINITY;
  #total = 0;

  get total(): number {
    return this.#total;
  }

  count(receivedMs: number): void {
    this.#total++;
    if (receivedMs < this.#fromMs || receivedMs >= this.#untilMs) this.#turnTo(receivedMs);
    this.#counts[this.#bucket] = (this.#counts[this.#bucket] as number) + 1;
  }

  /** Messages a second over the last 5 to 5.5 seconds. */
  perSecond(nowMs: number): number {
    const current = Math.floor(nowMs / BUCKET_MS);
    const first = current - COUNTED_BUCKETS + 1;
    let count = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const period = this.#periods[bucket] as number;
      if (period >= first && period <= current) count += this.#counts[bucket] as number;
    }
    return count / (WINDOW_SECONDS + (nowMs - current * BUCKET_MS) / 1_000);
  }

  #turnTo(receivedMs: number): void {
    const period = Math.floor(receivedMs / BUCKET_MS);
    this.#fromMs = period * BUCKET_MS;
    this.#untilMs = this.#fromMs + BUCKET_MS;
    this.#bucket = ((period % BUCKETS) + BUCKETS) % BUCKETS || 0;
    if (this.#periods[this.#bucket] === period) return;
    this.#periods[this.#bucket] = period;
    this.#counts[this.#bucket] = 0;
  }
}
