import type { CancelTimer, Clock } from "../core/clock.ts";

/** The clock is looked at this often, at most, while a timer runs. */
const LONGEST_SLICE_MS = 250;
const SLICES = 10;

/**
 * A timer that counts only time in which our own event loop was able to listen. After a block of
 * seconds the peer's answer may already lie in the kernel's buffer, so a block counts for next to
 * nothing, and no verdict falls on the late tick that ends it: there is always one more round of
 * reading first. A process that slept or computed for long does not declare a healthy peer dead.
 */
export class ListeningTimer {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #sliceMs: number;
  readonly #onLimit: (listenedMs: number) => void;
  readonly #counts: () => boolean;
  #listenedMs = 0;
  #lastMs = 0;
  #cancel: CancelTimer | undefined;

  /**
   * @param onLimit - called once the limit is reached; the timer has stopped by then
   * @param counts - asked each slice; while it says no, the count stays at zero
   */
  constructor(
    clock: Clock,
    limitMs: number,
    onLimit: (listenedMs: number) => void,
    counts: () => boolean = () => true,
  ) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#sliceMs = Math.min(Math.max(limitMs / SLICES, 1), LONGEST_SLICE_MS);
    this.#onLimit = onLimit;
    this.#counts = counts;
  }

  get running(): boolean {
    return this.#cancel !== undefined;
  }

  start(): void {
    this.stop();
    this.#listenedMs = 0;
    this.#lastMs = this.#clock.monotonicMs();
    this.#arm();
  }

  /** Starts the count from zero again; cheap enough for every frame. */
  heard(): void {
    this.#listenedMs = 0;
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(): void {
    const delayMs = Math.min(this.#sliceMs, Math.max(this.#limitMs - this.#listenedMs, 1));
    this.#cancel = this.#clock.setTimer(() => this.#tick(), delayMs, { keepsProcessAlive: false });
  }

  #tick(): void {
    const nowMs = this.#clock.monotonicMs();
    const elapsedMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    const late = elapsedMs > 2 * this.#sliceMs;
    this.#listenedMs = this.#counts() ? this.#listenedMs + (late ? this.#sliceMs : elapsedMs) : 0;
    if (this.#listenedMs >= this.#limitMs && !late) {
      this.#cancel = undefined;
      this.#onLimit(this.#listenedMs);
      return;
    }
    this.#arm();
  }
}
