import type { LaneRank } from "./lanes.ts";
import type { RateBudget } from "./rate-budget.ts";
import type { Abortable } from "./shared-signals.ts";
import type { Waiter } from "./waiting-lines.ts";

/** How long a request may wait. @public */
export interface AcquireLimits {
  /** Ends the wait; it then rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /** On the monotonic clock, in milliseconds. @defaultValue Infinity */
  readonly deadlineMs?: number | undefined;
}

/**
 * How a wait ended. Only `granted` has charged the budgets.
 *
 * - `granted`: the request may go now.
 * - `deadline`: its deadline came first.
 * - `rateLimited`: the server refuses everything beyond the deadline, for `retryAfterMs` from now.
 * - `full`: too many requests wait in its lane already.
 * @public
 */
export type Admission =
  | { readonly kind: "granted" }
  | { readonly kind: "deadline" }
  | { readonly kind: "rateLimited"; readonly retryAfterMs: number }
  | { readonly kind: "full"; readonly waiting: number };

export const GRANTED: Admission = Object.freeze({ kind: "granted" });
export const DEADLINE: Admission = Object.freeze({ kind: "deadline" });

/** Why there is no point in waiting: the server refuses everything for longer than is left. */
export function refusalBy(budgets: readonly RateBudget[], leftMs: number): Admission | undefined {
  let retryAfterMs = 0;
  for (const budget of budgets) retryAfterMs = Math.max(retryAfterMs, budget.blockedForMs());
  return retryAfterMs >= leftMs ? { kind: "rateLimited", retryAfterMs } : undefined;
}

/** One request in the queue. */
export class WaitingRequest implements Waiter, Abortable {
  readonly rank: LaneRank;
  readonly budgets: readonly RateBudget[];
  readonly order: number;
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  readonly admission: Promise<Admission>;
  readonly #giveUp: (waiting: WaitingRequest) => void;
  resolve!: (admission: Admission) => void;
  reject!: (reason: unknown) => void;

  constructor(place: Waiter, limits: AcquireLimits, giveUp: (waiting: WaitingRequest) => void) {
    this.rank = place.rank;
    this.budgets = place.budgets;
    this.order = place.order;
    this.deadlineMs = limits.deadlineMs ?? Number.POSITIVE_INFINITY;
    this.signal = limits.signal;
    this.#giveUp = giveUp;
    this.admission = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  abort(reason: unknown): void {
    this.#giveUp(this);
    this.reject(reason);
  }
}
