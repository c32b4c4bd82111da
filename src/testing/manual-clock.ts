import type { CancelTimer, Clock } from "../core/clock.ts";

interface PendingTimer {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * A clock that moves only when told to. Wall time and monotonic time move together; `jumpWall`
 * moves wall time alone, as setting the computer's clock does.
 * @public
 */
export class ManualClock implements Clock {
  #monotonicMs = 0;
  #wallOffsetMs: number;
  #order = 0;
  readonly #timers = new Set<PendingTimer>();

  /** @param startMs - wall time at the start, in milliseconds since the Unix epoch */
  constructor(startMs = 1_700_000_000_000) {
    this.#wallOffsetMs = startMs;
  }

  nowMs(): number {
    return this.#wallOffsetMs + this.#monotonicMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** How many timers wait; a leak test asserts that this is 0. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  setTimer(callback: () => void, delayMs: number): CancelTimer {
    const timer = {
      dueMs: this.#monotonicMs + Math.max(0, delayMs),
      order: this.#order++,
      callback,
    };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Sets wall time forward or back without any time passing. */
  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /**
   * Moves time forward, firing each timer at its own moment and letting promises settle after it.
   */
  async advance(byMs: number): Promise<void> {
    const targetMs = this.#monotonicMs + byMs;
    await settlePromises();
    for (let timer = this.#next(targetMs); timer; timer = this.#next(targetMs)) {
      this.#timers.delete(timer);
      this.#monotonicMs = Math.max(this.#monotonicMs, timer.dueMs);
      timer.callback();
      await settlePromises();
    }
    this.#monotonicMs = targetMs;
  }

  /**
   * Moves time forward as a blocked event loop does: no timer fires on the way, and those that
   * came due fire together, late, at the end.
   */
  async block(byMs: number): Promise<void> {
    this.#monotonicMs += byMs;
    await this.advance(0);
  }

  #next(untilMs: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs > untilMs) continue;
      if (
        !next ||
        timer.dueMs < next.dueMs ||
        (timer.dueMs === next.dueMs && timer.order < next.order)
      ) {
        next = timer;
      }
    }
    return next;
  }
}

const PROMISE_TURNS = 20;

async function settlePromises(): Promise<void> {
  for (let turn = 0; turn < PROMISE_TURNS; turn++) await undefined;
}
