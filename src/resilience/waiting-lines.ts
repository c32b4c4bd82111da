import type { Unsubscribe } from "../core/listeners.ts";
import { LANES, type LaneCounts, type LaneRank } from "./lanes.ts";
import type { RateBudget } from "./rate-budget.ts";

/** A request that waits. */
export interface Waiter {
  readonly rank: LaneRank;
  /** All are charged together. */
  readonly budgets: readonly RateBudget[];
  /** Its place in the order of arrival. */
  readonly order: number;
}

/**
 * A lane that waits for a budget is passed over at most this often in a row: one grant in twenty, five
 * per cent, is its own. Enough for a back-fill to end some day, and too little for a cancel to feel.
 */
export const PASSED_OVER_AT_MOST = 19;

/** Those who wait for the same budgets in the same lane: only the first can be next. */
interface Line<W> {
  readonly rank: LaneRank;
  readonly budgets: readonly RateBudget[];
  readonly waiters: Set<W>;
}

/** What goes on in front of one budget, by lane. */
interface Contention {
  readonly waiting: number[];
  /** How many requests of more urgent lanes went since this lane's last one. */
  readonly passedOver: number[];
  readonly unwatch: Unsubscribe;
}

/**
 * Who waits, and who is next. The more urgent lane goes first, within a lane the earlier arrival, and
 * a request that lacks room in one budget lets others use the rest, with two limits:
 *
 * - A lane that was passed over {@link PASSED_OVER_AT_MOST} times in front of a budget goes first.
 * - Whoever is first in front of a budget is not delayed by those behind: they use its room only when
 *   there will be room again by the time that the first one's other budgets allow it to go. Without
 *   this, requests of one budget each could keep a request of both waiting for ever.
 */
export class WaitingLines<W extends Waiter> {
  readonly #lines: Line<W>[] = [];
  readonly #contention = new Map<RateBudget, Contention>();
  readonly #onChange: () => void;
  #blockedForMs = Number.POSITIVE_INFINITY;

  /** @param onChange - called when a budget that somebody waits for has changed by itself */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get depth(): LaneCounts {
    const depth = { cancel: 0, order: 0, query: 0, backfill: 0 };
    for (const line of this.#lines) {
      const lane = LANES[line.rank];
      if (lane) depth[lane] += line.waiters.size;
    }
    return depth;
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  /** Whether anybody waits for any of these. */
  isContended(budgets: readonly RateBudget[]): boolean {
    return this.#contention.size > 0 && budgets.some((budget) => this.#contention.has(budget));
  }

  *waiters(): Generator<W, void, undefined> {
    for (const line of [...this.#lines]) yield* line.waiters;
  }

  add(waiter: W): void {
    let line = this.#lines.find(
      ({ rank, budgets }) => rank === waiter.rank && isSame(budgets, waiter.budgets),
    );
    if (!line) {
      line = { rank: waiter.rank, budgets: waiter.budgets, waiters: new Set() };
      this.#lines.push(line);
    }
    line.waiters.add(waiter);
    for (const budget of waiter.budgets) {
      const { waiting } = this.#contentionOf(budget);
      waiting[waiter.rank] = (waiting[waiter.rank] ?? 0) + 1;
    }
  }

  /** The waiter has gone, or has given up. */
  remove(waiter: W): void {
    const index = this.#lines.findIndex((line) => line.waiters.delete(waiter));
    if (index < 0) return;
    if (this.#lines[index]?.waiters.size === 0) this.#lines.splice(index, 1);
    for (const budget of waiter.budgets) this.#leave(budget, waiter.rank);
  }

  /** The waiter is about to go: the lanes that it overtakes are counted. */
  overtake(waiter: W): void {
    for (const budget of waiter.budgets) {
      const { waiting, passedOver } = this.#contentionOf(budget);
      passedOver[waiter.rank] = 0;
      for (let rank = waiter.rank + 1; rank < LANES.length; rank++) {
        if (waiting[rank]) passedOver[rank] = (passedOver[rank] ?? 0) + 1;
      }
    }
  }

  /** Who may go now, if anybody. */
  next(): W | undefined {
    const firsts = new Map<RateBudget, number>();
    this.#blockedForMs = Number.POSITIVE_INFINITY;
    for (const waiter of this.#heads()) {
      const startsInMs = freeInMs(waiter.budgets);
      if (startsInMs > 0) {
        this.#blockedForMs = Math.min(this.#blockedForMs, startsInMs);
        for (const budget of waiter.budgets) {
          if (!firsts.has(budget)) firsts.set(budget, startsInMs);
        }
      } else if (!waiter.budgets.some((budget) => delaysFirst(budget, firsts.get(budget)))) {
        return waiter;
      }
    }
    return undefined;
  }

  /** After {@link WaitingLines.next} found nobody: how long until it may find somebody. */
  get blockedForMs(): number {
    return this.#blockedForMs;
  }

  /** The first of each line, in the order in which they are entitled to go. */
  #heads(): W[] {
    const heads: { waiter: W; isOwed: boolean }[] = [];
    for (const line of this.#lines) {
      const [waiter] = line.waiters;
      if (waiter) heads.push({ waiter, isOwed: this.#isOwed(line) });
    }
    heads.sort(
      (a, b) =>
        Number(b.isOwed) - Number(a.isOwed) ||
        a.waiter.rank - b.waiter.rank ||
        a.waiter.order - b.waiter.order,
    );
    return heads.map(({ waiter }) => waiter);
  }

  #isOwed({ budgets, rank }: Line<W>): boolean {
    return budgets.some((budget) => {
      const passedOver = this.#contention.get(budget)?.passedOver[rank] ?? 0;
      return passedOver >= PASSED_OVER_AT_MOST;
    });
  }

  #contentionOf(budget: RateBudget): Contention {
    let contention = this.#contention.get(budget);
    if (!contention) {
      const unwatch = budget.watch(this.#onChange);
      contention = { waiting: LANES.map(() => 0), passedOver: LANES.map(() => 0), unwatch };
      this.#contention.set(budget, contention);
    }
    return contention;
  }

  #leave(budget: RateBudget, rank: LaneRank): void {
    const { waiting, passedOver, unwatch } = this.#contentionOf(budget);
    const left = (waiting[rank] ?? 0) - 1;
    waiting[rank] = left;
    if (left > 0) return;
    passedOver[rank] = 0;
    if (waiting.some((count) => count > 0)) return;
    unwatch();
    this.#contention.delete(budget);
  }
}

/** How long until all of them have room, in milliseconds. */
export function freeInMs(budgets: readonly RateBudget[]): number {
  let longestMs = 0;
  for (const budget of budgets) longestMs = Math.max(longestMs, budget.freeInMs());
  return longestMs;
}

/** Whether using the budget now would leave no room for the first one when it may go. */
function delaysFirst(budget: RateBudget, firstStartsInMs: number | undefined): boolean {
  return firstStartsInMs !== undefined && budget.freeAgainInMs() > firstStartsInMs;
}

function isSame(a: readonly RateBudget[], b: readonly RateBudget[]): boolean {
  return a === b || (a.length === b.length && a.every((budget, index) => budget === b[index]));
}
