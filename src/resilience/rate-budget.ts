import { type Clock, systemClock } from "../core/clock.ts";
import { Faults } from "../core/faults.ts";
import type { Unsubscribe } from "../core/listeners.ts";
import { ForeignSpending } from "./foreign-spending.ts";
import { GrantWindow } from "./grant-window.ts";

/** How many requests a venue allows in how much time. Read once, at construction. @public */
export interface RateBudgetOptions {
  /** Requests allowed in any interval of `windowMs`, at least 1. */
  readonly limit: number;
  /** The length of the window, in milliseconds. */
  readonly windowMs: number;
  /**
   * Its name in health and metrics. Never a secret.
   * @defaultValue "default"
   */
  readonly key?: string;
  /**
   * Added to `windowMs`, in milliseconds. The venue counts arrivals and we count departures: a request
   * that was slow on its way moves nearer to the one that follows it a window later. 0 for a venue
   * that counts as we do, as in tests.
   * @defaultValue 50
   */
  readonly guardMs?: number;
  /** @defaultValue the system's clock */
  readonly clock?: Clock;
}

/** @public */
export const RATE_BUDGET_DEFAULTS: Readonly<{ key: string; guardMs: number }> = Object.freeze({
  key: "default",
  guardMs: 50,
});

/** What an answer says about the budget; whatever it does not say is left out. @public */
export interface RateObservation {
  /** How many requests the server allows in this budget's window. */
  readonly limit?: number | undefined;
  /** How many it would still accept, as it counted when it answered. */
  readonly remaining?: number | undefined;
  /**
   * When its count starts anew, in milliseconds from now. To be left out where the server states it
   * only once the limit is exceeded; then a whole window is assumed.
   */
  readonly resetAfterMs?: number | undefined;
}

/** The state of a {@link RateBudget}: plain JSON. @public */
export interface RateBudgetHealth {
  readonly key: string;
  /** What counts now: the configured limit, or the server's if that is lower. */
  readonly limit: number;
  readonly windowMs: number;
  /** Our requests in the current window. */
  readonly used: number;
  /** Requests of others in the current window, as far as the server's answers prove them. */
  readonly foreign: number;
  readonly available: number;
  /** How long until one more is allowed, in milliseconds; 0 when it is now. */
  readonly freeInMs: number;
  /** For how long the server has refused everything, in milliseconds; 0 when it has not. */
  readonly blockedForMs: number;
  /** Grants since the start. */
  readonly granted: number;
}

/**
 * An exact sliding window on the monotonic clock: no interval of `windowMs`, wherever it begins, holds
 * more than `limit` grants. A token bucket allows almost twice that around its first refill.
 *
 * The server corrects it, downwards only. When less is left there than we count, somebody else spends
 * from the same account, and no more than that goes until the server's reset. Our own requests
 * that the server has not counted yet can only make its answer look better than our count, never
 * worse: so they cause no false alarm, and an answer that looks better changes nothing.
 *
 * It does not wait; the queue with the lanes does.
 * @public
 */
export class RateBudget {
  readonly key: string;
  readonly windowMs: number;
  readonly #clock: Clock;
  readonly #spanMs: number;
  readonly #grants: GrantWindow;
  readonly #foreign = new ForeignSpending();
  readonly #watchers = new Set<() => void>();
  #limit: number;
  #blockedUntilMs = Number.NEGATIVE_INFINITY;
  #heldSinceMs = Number.NEGATIVE_INFINITY;
  #heldUntilMs = Number.NEGATIVE_INFINITY;

  /** @throws ConfigError naming every option that is wrong. */
  constructor(options: RateBudgetOptions) {
    const { limit, windowMs, clock = systemClock } = options;
    const { key, guardMs } = { ...RATE_BUDGET_DEFAULTS, ...options };
    const faults = new Faults();
    faults.integer("limit", limit, { min: 1, max: MOST_GRANTS });
    faults.number("windowMs", windowMs, { min: 1 });
    faults.number("guardMs", guardMs);
    faults.throwIfAny();
    this.key = key;
    this.windowMs = windowMs;
    this.#clock = clock;
    this.#spanMs = windowMs + guardMs;
    this.#grants = new GrantWindow(limit);
    this.#limit = limit;
  }

  /** How many requests may go now. */
  available(): number {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs < this.#blockedUntilMs) return 0;
    return Math.max(0, this.#limit - this.#used(nowMs) - this.#foreign.countAt(nowMs));
  }

  /** How long until a request may go, in milliseconds, if none goes before it; 0 when it may now. */
  freeInMs(): number {
    const nowMs = this.#clock.monotonicMs();
    return this.#freeAtMs(1, nowMs) - nowMs;
  }

  /** What {@link RateBudget.freeInMs} would be if one more request went now. */
  freeAgainInMs(): number {
    const nowMs = this.#clock.monotonicMs();
    // Either there is room for two together, or the one that went has left the window.
    const endedMs = Math.max(this.#endOfMs(nowMs), this.#freeAtMs(1, nowMs));
    return Math.min(this.#freeAtMs(2, nowMs), endedMs) - nowMs;
  }

  /** For how long the server has refused everything, in milliseconds; 0 when it has not. */
  blockedForMs(): number {
    return Math.max(0, this.#blockedUntilMs - this.#clock.monotonicMs());
  }

  /** Counts one request, and says whether it may go. */
  tryCharge(): boolean {
    if (this.freeInMs() > 0) return false;
    this.#grants.add(this.#clock.monotonicMs());
    return true;
  }

  /** Takes in what an answer's rate headers said. Numbers that make no sense are ignored. */
  observe({ limit, remaining, resetAfterMs }: RateObservation): void {
    const nowMs = this.#clock.monotonicMs();
    if (isCount(limit) && limit >= 1) this.#adopt(Math.floor(limit));
    if (!isCount(remaining)) return;
    const used = this.#grants.countWhile((grantMs) => grantMs + this.#spanMs > nowMs);
    const foreign = this.#limit - used - Math.floor(remaining);
    if (foreign <= 0) return;
    const hasReset = isCount(resetAfterMs);
    // A count starts anew within a window; a reset beyond it is a clock that is wrong.
    const untilMs = nowMs + (hasReset ? Math.min(resetAfterMs, this.#spanMs) : this.#spanMs);
    this.#foreign.note(foreign, untilMs);
    if (hasReset) this.#hold(nowMs, untilMs);
  }

  /**
   * The server has refused a request for its rate (429): nothing goes before `retryAfterMs` from now,
   * or before a whole window has passed when the server did not say how long. An earlier refusal that
   * lasts longer stays.
   */
  exhausted(retryAfterMs?: number): void {
    const waitMs = isCount(retryAfterMs) ? retryAfterMs : this.#spanMs;
    const untilMs = this.#clock.monotonicMs() + waitMs;
    if (untilMs <= this.#blockedUntilMs) return;
    this.#blockedUntilMs = untilMs;
    this.#notify();
  }

  /** Calls `watcher` when a wait has become longer or shorter otherwise than by time and grants. */
  watch(watcher: () => void): Unsubscribe {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** What is used, what is left, and for how long: plain JSON. */
  getHealth(): RateBudgetHealth {
    const nowMs = this.#clock.monotonicMs();
    return {
      key: this.key,
      limit: this.#limit,
      windowMs: this.windowMs,
      used: this.#used(nowMs),
      foreign: this.#foreign.countAt(nowMs),
      available: this.available(),
      freeInMs: this.freeInMs(),
      blockedForMs: this.blockedForMs(),
      granted: this.#grants.total,
    };
  }

  /** The server's limit, but never more than was configured, which may be our share of it. */
  #adopt(limit: number): void {
    const adopted = Math.min(limit, this.#grants.capacity);
    if (adopted === this.#limit) return;
    this.#limit = adopted;
    this.#notify();
  }

  /**
   * A server that names its reset gives nothing back before it. So what is in the window now stays in
   * it until then; else we would take our own requests of its last window off its present one.
   */
  #hold(sinceMs: number, untilMs: number): void {
    this.#heldSinceMs = sinceMs;
    this.#heldUntilMs = untilMs;
  }

  #notify(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #used(nowMs: number): number {
    return this.#grants.countWhile((grantMs) => this.#endOfMs(grantMs) > nowMs);
  }

  /** When a grant leaves the window. */
  #endOfMs(grantMs: number): number {
    const endMs = grantMs + this.#spanMs;
    return endMs > this.#heldSinceMs ? Math.max(endMs, this.#heldUntilMs) : endMs;
  }

  /** When `count` requests may go together, on the monotonic clock, if none goes before them. */
  #freeAtMs(count: number, nowMs: number): number {
    let fromMs = Math.max(nowMs, this.#blockedUntilMs);
    for (const share of this.#foreign.at(nowMs)) {
      const freeMs = Math.max(fromMs, this.#roomAtMs(this.#limit - count - share.count));
      if (freeMs < share.untilMs) return freeMs;
      fromMs = Math.max(fromMs, share.untilMs);
    }
    return Math.max(fromMs, this.#roomAtMs(this.#limit - count));
  }

  /** When no more than `ours` of our grants are left in the window. */
  #roomAtMs(ours: number): number {
    return ours < 0 ? Number.POSITIVE_INFINITY : this.#endOfMs(this.#grants.latest(ours + 1));
  }
}

/** Eight bytes each: a larger ring is a mistake, not a budget. */
const MOST_GRANTS = 1_000_000;

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value) && value >= 0;
}
