/** How waits between attempts grow. @public */
export interface BackoffOptions {
  /**
   * The first wait, doubled with each failure, in milliseconds.
   * @defaultValue 1000
   */
  readonly baseMs?: number;
  /**
   * No wait is longer, in milliseconds.
   * @defaultValue 60000
   */
  readonly maxMs?: number;
  /**
   * `full` draws each wait evenly from zero to its bound, so that many clients cut at once do not
   * return at once; `none` waits the bound itself: 1, 2, 4, 8, 16, 32, 60 seconds.
   * @defaultValue "full"
   */
  readonly jitter?: "full" | "none";
}

/** @public */
export const BACKOFF_DEFAULTS: Required<BackoffOptions> = Object.freeze({
  baseMs: 1_000,
  maxMs: 60_000,
  jitter: "full",
});

/**
 * The wait after the `failures`-th failure in a row (from 1), in milliseconds.
 * @param roll - a random number in [0, 1), used by full jitter
 * @public
 */
export function backoffDelayMs(
  failures: number,
  backoff: Required<BackoffOptions>,
  roll: number,
): number {
  // Beyond 2^52 the doubling has long met the cap; stopping there keeps the arithmetic finite.
  const doublings = Math.min(Math.max(failures - 1, 0), 52);
  const boundMs = Math.min(backoff.baseMs * 2 ** doublings, backoff.maxMs);
  return backoff.jitter === "full" ? boundMs * roll : boundMs;
}
