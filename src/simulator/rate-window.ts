import type { Clock } from "../core/clock.ts";
import type { ResolvedPlan } from "./plan.ts";

/** What the rate headers of a response say. @internal */
export interface RateAnswer {
  readonly isAllowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** How long until there is room again, or, while there is some, until there is more; in milliseconds. */
  readonly resetInMs: number;
}

/** How one key has used its budget. @internal */
export interface RateUse {
  /** The most requests, refused ones included, that ever arrived within one window. */
  readonly mostInWindow: number;
  /** Requests answered with 429 for having no budget left. */
  readonly refused: number;
}

/** Moments in order, of which only those of the last window are kept. */
class RecentMoments {
  readonly #lengthMs: number;
  #moments: number[] = [];
  #first = 0;

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  get count(): number {
    return this.#moments.length - this.#first;
  }

  /** The oldest one; `undefined` when there is none. */
  get oldest(): number | undefined {
    return this.#moments[this.#first];
  }

  add(nowMs: number): void {
    this.#moments.push(nowMs);
  }

  /** Forgets what is a whole window ago or longer. */
  forget(nowMs: number): void {
    while ((this.oldest ?? Number.POSITIVE_INFINITY) <= nowMs - this.#lengthMs) this.#first++;
    if (this.#first < this.#moments.length / 2) return;
    this.#moments = this.#moments.slice(this.#first);
    this.#first = 0;
  }
}

interface KeyUse {
  /** Everything that arrived. */
  readonly arrived: RecentMoments;
  /** What was allowed, for the sliding window. */
  readonly allowed: RecentMoments;
  mostInWindow: number;
  refused: number;
  /** For the fixed window. */
  endMs: number;
  used: number;
}

/** Counts each key's requests against its budget. Refused requests use nothing of it. @internal */
export class RateWindows {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #lengthMs: number;
  readonly #isSliding: boolean;
  readonly #keys = new Map<string, KeyUse>();

  constructor(
    clock: Clock,
    plan: Pick<ResolvedPlan, "requestsPerMinute" | "rateWindowMs" | "rateWindow">,
  ) {
    this.#clock = clock;
    this.#limit = plan.requestsPerMinute;
    this.#lengthMs = plan.rateWindowMs;
    this.#isSliding = plan.rateWindow === "sliding";
  }

  /** Takes one request from a key's budget, if it has any left. */
  charge(key: string): RateAnswer {
    const nowMs = this.#clock.monotonicMs();
    const use = this.#useOf(key);
    use.arrived.forget(nowMs);
    use.arrived.add(nowMs);
    use.mostInWindow = Math.max(use.mostInWindow, use.arrived.count);
    const answer = this.#isSliding ? this.#slide(use, nowMs) : this.#fill(use, nowMs);
    if (!answer.isAllowed) use.refused++;
    return answer;
  }

  /** How each key has used its budget so far. */
  get uses(): Readonly<Record<string, RateUse>> {
    return Object.fromEntries(
      [...this.#keys].map(([key, { mostInWindow, refused }]) => [key, { mostInWindow, refused }]),
    );
  }

  #slide({ allowed }: KeyUse, nowMs: number): RateAnswer {
    allowed.forget(nowMs);
    const isAllowed = allowed.count < this.#limit;
    if (isAllowed) allowed.add(nowMs);
    const resetInMs = (allowed.oldest ?? nowMs) + this.#lengthMs - nowMs;
    return this.#answer(isAllowed, allowed.count, resetInMs);
  }

  #fill(use: KeyUse, nowMs: number): RateAnswer {
    if (nowMs >= use.endMs) {
      use.endMs = nowMs + this.#lengthMs;
      use.used = 0;
    }
    const isAllowed = use.used < this.#limit;
    if (isAllowed) use.used++;
    return this.#answer(isAllowed, use.used, use.endMs - nowMs);
  }

  #answer(isAllowed: boolean, used: number, resetInMs: number): RateAnswer {
    return { isAllowed, limit: this.#limit, remaining: this.#limit - used, resetInMs };
  }

  #useOf(key: string): KeyUse {
    let use = this.#keys.get(key);
    if (!use) {
      use = {
        arrived: new RecentMoments(this.#lengthMs),
        allowed: new RecentMoments(this.#lengthMs),
        mostInWindow: 0,
        refused: 0,
        endMs: Number.NEGATIVE_INFINITY,
        used: 0,
      };
      this.#keys.set(key, use);
    }
    return use;
  }
}
