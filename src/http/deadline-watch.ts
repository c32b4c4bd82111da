import type { CancelTimer, Clock } from "../core/clock.ts";

/** Something with a time limit that moves while it works. */
export interface Limited {
  /** On the monotonic clock; `Infinity` for none. */
  readonly deadlineMs: number;
  /** The limit has passed. */
  expire(): void;
}

/** A timer that fires this much late, in milliseconds, means that the event loop stood still. */
const STALL_MS = 20;

/** Enough for the loop to go round once and read what has arrived, in milliseconds. */
const GRACE_MS = 1;

/**
 * All time limits of a session on one timer. The timer is set for the earliest limit known, and
 * limits that move further away (as silence limits do with every chunk) cost nothing: when it fires,
 * what is not due is looked at again later. A busy session so sets a timer every few seconds, not
 * two for every request.
 *
 * After a stall of our own event loop, timers run before sockets are read: an answer that came in
 * time would be judged missing. So a late timer first lets the loop go round once.
 */
export class DeadlineWatch {
  readonly #clock: Clock;
  readonly #watched = new Set<Limited>();
  #armedForMs = Number.POSITIVE_INFINITY;
  #cancelTimer: CancelTimer | undefined;
  #isGracePeriod = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(limited: Limited): void {
    this.#watched.add(limited);
    this.sooner(limited.deadlineMs);
  }

  remove(limited: Limited): void {
    this.#watched.delete(limited);
  }

  /** Some limit may have come nearer: it is at `deadlineMs` now. */
  sooner(deadlineMs: number): void {
    if (deadlineMs < this.#armedForMs) this.#arm(deadlineMs);
  }

  /** Forgets everything and stops the timer. */
  close(): void {
    this.#watched.clear();
    this.#cancelTimer?.();
    this.#armedForMs = Number.POSITIVE_INFINITY;
  }

  #arm(deadlineMs: number, earliestMs = 0): void {
    this.#cancelTimer?.();
    this.#armedForMs = deadlineMs;
    const delayMs = Math.max(earliestMs, deadlineMs - this.#clock.monotonicMs());
    // Sockets keep the process alive while a request is on its way; the watch alone must not.
    this.#cancelTimer = this.#clock.setTimer(() => this.#fire(), delayMs, {
      keepsProcessAlive: false,
    });
  }

  #fire(): void {
    const nowMs = this.#clock.monotonicMs();
    const isLate = nowMs - this.#armedForMs > STALL_MS;
    if (isLate && !this.#isGracePeriod) {
      this.#isGracePeriod = true;
      this.#arm(this.#armedForMs, GRACE_MS);
      return;
    }
    this.#isGracePeriod = false;
    this.#armedForMs = Number.POSITIVE_INFINITY;
    for (const limited of this.#watched) {
      if (limited.deadlineMs <= nowMs) limited.expire();
    }
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const limited of this.#watched) earliestMs = Math.min(earliestMs, limited.deadlineMs);
    this.sooner(earliestMs);
  }
}
