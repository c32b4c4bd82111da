/** Market times are later, times since the computer was started are earlier. */
const FIRST_MARKET_SECOND = 1e9;
const MOST_LATENCIES = 2 ** 20;
const NS_PER_SECOND = 1e9;

/** Counts what a client brings, and how long that took where the sender has said when it sent. */
export class ReceiveTally {
  messages = 0;
  readonly #latenciesNs = new Float64Array(MOST_LATENCIES);
  #latencies = 0;

  /** A message of this time. */
  count(seconds: number, nanos: number): void {
    this.messages++;
    if (seconds >= FIRST_MARKET_SECOND) return;
    const [nowSeconds, nowNanos] = process.hrtime();
    this.#latenciesNs[this.#latencies++ % MOST_LATENCIES] =
      (nowSeconds - seconds) * NS_PER_SECOND + nowNanos - nanos;
  }

  /** The same for a time that is a `Date` and a text. */
  countDate(time: Date | undefined, text: () => string | undefined): void {
    const seconds = time === undefined ? FIRST_MARKET_SECOND : time.getTime() / 1_000;
    if (seconds >= FIRST_MARKET_SECOND) this.messages++;
    else this.count(Math.floor(seconds), Number(text()?.slice(20, 29)));
  }

  forgetLatencies(): void {
    this.#latencies = 0;
  }

  /** In microseconds; `NaN` without latencies. */
  percentiles(...shares: readonly number[]): readonly number[] {
    const sorted = this.#latenciesNs.slice(0, Math.min(this.#latencies, MOST_LATENCIES)).sort();
    return shares.map((share) => (sorted[Math.floor(sorted.length * share)] ?? Number.NaN) / 1_000);
  }
}
