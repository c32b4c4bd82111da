import { type CancelTimer, type Clock, systemClock } from "../core/clock.ts";
import { ClosedError } from "../core/errors.ts";
import { Faults } from "../core/faults.ts";
import {
  type AcquireLimits,
  type Admission,
  DEADLINE,
  GRANTED,
  refusalBy,
  WaitingRequest,
} from "./admission.ts";
import { type Lane, type LaneCounts, rankOf } from "./lanes.ts";
import type { RateBudget } from "./rate-budget.ts";
import { SharedSignals } from "./shared-signals.ts";
import { freeInMs, WaitingLines } from "./waiting-lines.ts";

export type { AcquireLimits, Admission } from "./admission.ts";

/** How a {@link LaneQueue} waits. Read once, at construction. @public */
export interface LaneQueueOptions {
  /**
   * Requests that may wait in one lane; one more is refused at once. Each lane has its own bound, so
   * that a thousand back-fills refuse no cancel.
   * @defaultValue 1000
   */
  readonly maxWaitingPerLane?: number;
  /** @defaultValue the system's clock */
  readonly clock?: Clock;
}

/** @public */
export const LANE_QUEUE_DEFAULTS: Readonly<{ maxWaitingPerLane: number }> = Object.freeze({
  maxWaitingPerLane: 1_000,
});

/**
 * Requests on their way to budgets that they share, in lanes: cancel before order before query before
 * back-fill. One request may charge several budgets, all at once or none. Who goes when is said at
 * {@link WaitingLines}; one timer serves all who wait.
 */
export class LaneQueue {
  readonly #clock: Clock;
  readonly #maxWaitingPerLane: number;
  readonly #lines: WaitingLines<WaitingRequest>;
  readonly #signals = new SharedSignals();
  readonly #giveUp: (waiting: WaitingRequest) => void;
  #arrivals = 0;
  #closed = false;
  /** No wait ends before this; it may have been the deadline of a wait that is over. */
  #firstDeadlineMs = Number.POSITIVE_INFINITY;
  #cancelTimer: CancelTimer | undefined;

  /** @throws ConfigError naming every option that is wrong. */
  constructor(options: LaneQueueOptions = {}) {
    const { maxWaitingPerLane = LANE_QUEUE_DEFAULTS.maxWaitingPerLane, clock = systemClock } =
      options;
    const faults = new Faults();
    faults.integer("maxWaitingPerLane", maxWaitingPerLane);
    faults.throwIfAny();
    this.#clock = clock;
    this.#maxWaitingPerLane = maxWaitingPerLane;
    this.#lines = new WaitingLines(() => {
      this.#dismiss();
      this.#serve();
    });
    this.#giveUp = (waiting) => {
      this.#lines.remove(waiting);
      this.#serve();
    };
  }

  /** How many wait in each lane. */
  get depth(): LaneCounts {
    return this.#lines.depth;
  }

  /**
   * Charges the budgets if the request may go at once: all have room and nobody waits for any of
   * them. The way of almost every request; it makes no promise and no timer.
   */
  tryAcquire(budgets: readonly RateBudget[]): boolean {
    if (this.#closed || this.#lines.isContended(budgets) || freeInMs(budgets) > 0) return false;
    for (const budget of budgets) budget.tryCharge();
    return true;
  }

  /**
   * Resolves when the request may go, with its budgets charged at that moment, or when it is sure that
   * it may not in time. Rejects with the signal's own reason when it aborts, and with a ClosedError
   * when the queue is closed.
   */
  async acquire(
    lane: Lane,
    budgets: readonly RateBudget[],
    limits: AcquireLimits = {},
  ): Promise<Admission> {
    const { signal, deadlineMs = Number.POSITIVE_INFINITY } = limits;
    if (this.#closed) throw new ClosedError("LaneQueue");
    if (signal?.aborted) throw signal.reason;
    const nowMs = this.#clock.monotonicMs();
    if (deadlineMs <= nowMs) return DEADLINE;
    if (this.tryAcquire(budgets)) return GRANTED;
    const refusal = refusalBy(budgets, deadlineMs - nowMs);
    if (refusal) return refusal;
    const waitingInLane = this.depth[lane];
    if (waitingInLane >= this.#maxWaitingPerLane) return { kind: "full", waiting: waitingInLane };

    const place = { rank: rankOf(lane), budgets, order: this.#arrivals++ };
    const waiting = new WaitingRequest(place, limits, this.#giveUp);
    this.#lines.add(waiting);
    if (signal) this.#signals.add(signal, waiting);
    this.#firstDeadlineMs = Math.min(this.#firstDeadlineMs, deadlineMs);
    this.#serve();
    return waiting.admission;
  }

  /** Ends every wait with a ClosedError; calling it again does nothing. */
  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
    for (const waiting of [...this.#lines.waiters()]) {
      this.#leave(waiting);
      waiting.reject(new ClosedError("LaneQueue"));
    }
  }

  /** Lets go whoever may, and sets the timer for the next change. */
  #serve(): void {
    if (this.#firstDeadlineMs <= this.#clock.monotonicMs()) this.#dismiss();
    for (let next = this.#lines.next(); next; next = this.#lines.next()) {
      // A signal that others share may have aborted, and not have told this one yet.
      if (next.signal?.aborted) {
        this.#leave(next);
        next.reject(next.signal.reason);
        continue;
      }
      for (const budget of next.budgets) budget.tryCharge();
      this.#lines.overtake(next);
      this.#leave(next);
      next.resolve(GRANTED);
    }
    this.#arm();
  }

  /** Ends the waits that are over, and those that have become pointless. */
  #dismiss(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#firstDeadlineMs = Number.POSITIVE_INFINITY;
    for (const waiting of [...this.#lines.waiters()]) {
      const leftMs = waiting.deadlineMs - nowMs;
      const refusal = leftMs <= 0 ? DEADLINE : refusalBy(waiting.budgets, leftMs);
      if (refusal) {
        this.#leave(waiting);
        waiting.resolve(refusal);
      } else {
        this.#firstDeadlineMs = Math.min(this.#firstDeadlineMs, waiting.deadlineMs);
      }
    }
  }

  #leave(waiting: WaitingRequest): void {
    this.#lines.remove(waiting);
    if (waiting.signal) this.#signals.remove(waiting.signal, waiting);
  }

  #arm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#lines.isEmpty) return;
    const deadlineInMs = this.#firstDeadlineMs - this.#clock.monotonicMs();
    const delayMs = Math.min(deadlineInMs, this.#lines.blockedForMs);
    // Whole milliseconds, so that a fraction lost to rounding cannot make it spin.
    this.#cancelTimer = this.#clock.setTimer(() => this.#serve(), Math.max(1, Math.ceil(delayMs)));
  }
}
