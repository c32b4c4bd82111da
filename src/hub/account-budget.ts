import type { Clock } from "../core/clock.ts";
import type { HttpResponse } from "../http/http-response.ts";
import type { RequestGate } from "../http/request-gate.ts";
import { type AcquireLimits, type Admission, LaneQueue } from "../resilience/lane-queue.ts";
import type { Lane, LaneCounts } from "../resilience/lanes.ts";
import { RateBudget, type RateBudgetHealth } from "../resilience/rate-budget.ts";
import { rateOf, refusalWaitMs } from "../venues/alpaca/rest-rate.ts";

/** What an account may ask of one host. */
export interface AccountBudgetOptions {
  /** Its name in health and metrics. Never a secret. */
  readonly key: string;
  readonly requestsPerMinute: number;
  /** How long that minute is, in milliseconds. */
  readonly rateWindowMs: number;
  readonly clock: Clock;
}

/** How much of what an account may ask of one host is used, and who waits for it: plain JSON. @public */
export interface AccountBudgetHealth extends RateBudgetHealth {
  /** Clients in this process that share it. */
  readonly clients: number;
  /** Requests that were let go since the start, by lane. */
  readonly grantedByLane: LaneCounts;
  /** Requests that wait now, by lane. */
  readonly waitingByLane: LaneCounts;
}

/**
 * How much longer than a window a request counts, in milliseconds. The venue counts arrivals, and a
 * request that has been let go may first need a connection (two seconds at most) or wait for a free
 * one, while one that follows it a window later does not: without this the two could meet there.
 */
const GUARD_MS = 2_000;

/** The largest part of a window that this may take. */
const MOST_GUARD = 0.25;

/**
 * What one account may ask of one host, for all clients of it in this process: an exact count with
 * lanes in front, corrected by what the venue's answers say.
 */
export class AccountBudget implements RequestGate {
  readonly requestsPerMinute: number;
  readonly rateWindowMs: number;
  readonly #clock: Clock;
  readonly #budget: RateBudget;
  readonly #budgets: readonly RateBudget[];
  readonly #queue: LaneQueue;
  readonly #granted: Record<Lane, number> = { cancel: 0, order: 0, query: 0, backfill: 0 };

  /** @throws ConfigError when the limit is none. */
  constructor({ key, requestsPerMinute, rateWindowMs, clock }: AccountBudgetOptions) {
    this.requestsPerMinute = requestsPerMinute;
    this.rateWindowMs = rateWindowMs;
    this.#clock = clock;
    const guardMs = Math.min(GUARD_MS, rateWindowMs * MOST_GUARD);
    const limits = { limit: requestsPerMinute, windowMs: rateWindowMs, guardMs };
    this.#budget = new RateBudget({ ...limits, key, clock });
    this.#budgets = [this.#budget];
    this.#queue = new LaneQueue({ clock });
  }

  tryEnter(lane: Lane): boolean {
    if (!this.#queue.tryAcquire(this.#budgets)) return false;
    this.#granted[lane]++;
    return true;
  }

  async enter(lane: Lane, limits: AcquireLimits): Promise<Admission> {
    const admission = await this.#queue.acquire(lane, this.#budgets, limits);
    if (admission.kind === "granted") this.#granted[lane]++;
    return admission;
  }

  observe(response: HttpResponse): void {
    const wallMs = this.#clock.nowMs();
    this.#budget.observe(rateOf(response, wallMs));
    if (response.statusCode === 429) this.#budget.exhausted(refusalWaitMs(response, wallMs));
  }

  /** @param clients - how many share it */
  getHealth(clients: number): AccountBudgetHealth {
    return {
      ...this.#budget.getHealth(),
      clients,
      grantedByLane: { ...this.#granted },
      waitingByLane: { ...this.#queue.depth },
    };
  }

  /** Ends every wait with a ClosedError. */
  close(): void {
    this.#queue.close();
  }
}
