import type { Clock } from "../core/clock.ts";
import type { MarketClock } from "../model/market-clock.ts";
import type { Sourced } from "../model/sourced.ts";
import { SingleFlight } from "../resilience/single-flight.ts";

interface Entry {
  readonly clock: MarketClock;
  readonly askedMs: number;
  readonly expiresMs: number;
}

/** After a failed look in the background, the next one waits this long, in milliseconds. */
const FAILURE_PAUSE_MS = 60_000;

/**
 * The venue's market clock, asked for at most once per lifetime and never kept beyond the moment at
 * which the market opens or closes: an answer that has become wrong is not given.
 */
export class MarketClockCache {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #fetch: () => Promise<MarketClock>;
  readonly #flight = new SingleFlight<Entry>();
  #entry: Entry | undefined;
  #noLookBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, ttlMs: number, fetch: () => Promise<MarketClock>) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
    this.#fetch = fetch;
  }

  async get(signal?: AbortSignal): Promise<Sourced<MarketClock>> {
    const kept = this.#current();
    const entry = kept ?? (await this.#flight.run(() => this.#load(), signal));
    return {
      data: entry.clock,
      asOf: entry.clock.timestamp,
      ageMs: this.#clock.monotonicMs() - entry.askedMs,
      source: kept ? "cache" : "rest",
      stale: false,
    };
  }

  /**
   * Whether the market is open, as far as is known at once; `undefined` while it is not. Not knowing
   * starts a look in the background.
   */
  peekOpen(): boolean | undefined {
    const entry = this.#current();
    if (entry) return entry.clock.isOpen;
    const nowMs = this.#clock.monotonicMs();
    if (!this.#flight.busy && nowMs >= this.#noLookBeforeMs) {
      this.#flight
        .run(() => this.#load())
        .catch(() => {
          this.#noLookBeforeMs = this.#clock.monotonicMs() + FAILURE_PAUSE_MS;
        });
    }
    return undefined;
  }

  #current(): Entry | undefined {
    const entry = this.#entry;
    return entry && this.#clock.monotonicMs() < entry.expiresMs ? entry : undefined;
  }

  async #load(): Promise<Entry> {
    // The venue looked at its clock at some time after the question; the answer may have been slow.
    const askedMs = this.#clock.monotonicMs();
    const clock = await this.#fetch();
    this.#entry = { clock, askedMs, expiresMs: askedMs + this.#lifetimeMs(clock) };
    return this.#entry;
  }

  /** Measured on the venue's own clock, so that ours may be wrong. */
  #lifetimeMs(clock: MarketClock): number {
    const change = Date.parse(clock.isOpen ? clock.nextClose : clock.nextOpen);
    const untilChangeMs = change - Date.parse(clock.timestamp);
    return Math.min(this.#ttlMs, Math.max(untilChangeMs, 0));
  }
}
