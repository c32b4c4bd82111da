/** Undoes one timer; calling it late or twice does nothing. @public */
export type CancelTimer = () => void;

/** How a timer relates to the life of the process. @public */
export interface TimerOptions {
  /**
   * Whether a pending timer keeps the process alive.
   * @defaultValue true
   */
  readonly keepsProcessAlive?: boolean;
}

/**
 * The only source of time. Wall time may jump (it is set by people and by NTP) and is for stamps;
 * monotonic time never does and is for ages, deadlines and timers.
 * @public
 */
export interface Clock {
  /** Wall time in milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Milliseconds since an arbitrary start, never going backwards. */
  monotonicMs(): number;
  /** Calls `callback` once, after at least `delayMs`. */
  setTimer(callback: () => void, delayMs: number, options?: TimerOptions): CancelTimer;
}

/** Node fires a longer timer at once instead of late, so longer waits are cut to this (24.8 days). */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Real time. @public */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(callback, delayMs, options) {
    const timer = setTimeout(callback, Math.min(delayMs, LONGEST_TIMER_MS));
    if (options?.keepsProcessAlive === false) timer.unref();
    return () => clearTimeout(timer);
  },
};

/**
 * Resolves after `delayMs`; rejects with the signal's own reason as soon as it aborts.
 * @public
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.setTimer(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, delayMs);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** Lets whatever else is ready run first: between two parts of a long computation. Waits for no time. */
export function letOthersRun(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
