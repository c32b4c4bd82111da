import {
  type CircuitBreakerPolicy,
  CircuitState as CockatielState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
  type IBackoff,
} from "cockatiel";
import type { Clock } from "../core/clock.ts";
import { backoffDelayMs } from "./backoff.ts";

/**
 * Whether requests go: `closed`, all; `open`, none for now; `half-open`, one, as a probe.
 * @public
 */
export type CircuitState = "closed" | "open" | "half-open";

/**
 * What a call has shown about the other side: that it works, that it does not, or, as when the caller
 * went away, `nothing`. An answer that says no is a `success`: somebody answers.
 * @public
 */
export type Verdict = "success" | "failure" | "nothing";

/** When a circuit opens, and for how long. */
export interface CircuitLimits {
  readonly failuresToOpen: number;
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
}

/** Leave to make one call. */
export interface Pass {
  readonly kind: "pass";
  /**
   * Must be called when the call has ended, however it ended: a probe without a verdict keeps the
   * circuit half-open. Calling it again does nothing.
   */
  settle(verdict: Verdict): void;
}

/** No call now; it is worth asking again after `retryAfterMs`. */
export interface Refusal {
  readonly kind: "refused";
  readonly retryAfterMs: number;
}

/**
 * One circuit breaker. cockatiel is the state machine, and hears of verdicts only: calls that showed
 * nothing, and calls that began before the circuit last changed, are not reported to it. (Left to
 * run the calls itself, it would close on a probe that its caller gave up, count such calls as
 * successes, and let callers wait for the probe beyond their deadlines.)
 *
 * cockatiel measures its pauses with the ambient wall clock (an exception, by name, to the rule that
 * time comes from a Clock), which would keep a circuit open for an hour when that clock is set
 * back by one. {@link Pause} answers for our monotonic clock instead, whatever cockatiel measured.
 */
export class Circuit {
  readonly #clock: Clock;
  readonly #limits: CircuitLimits;
  readonly #policy: CircuitBreakerPolicy;
  readonly #breaker: ConsecutiveBreaker;
  #pause: Pause | undefined;
  #state: CircuitState = "closed";
  #changes = 0;
  #sinceMs: number;

  /** @param onChange - called after the state has changed */
  constructor(limits: CircuitLimits, clock: Clock, onChange: () => void) {
    this.#clock = clock;
    this.#limits = limits;
    this.#sinceMs = clock.nowMs();
    this.#breaker = new ConsecutiveBreaker(limits.failuresToOpen);
    this.#policy = circuitBreaker(
      handleWhenResult((verdict) => verdict !== "success"),
      { breaker: this.#breaker, halfOpenAfter: { next: () => this.#pauseAfter(1) } },
    );
    this.#policy.onStateChange((state) => {
      this.#state = nameOf(state);
      this.#changes++;
      this.#sinceMs = clock.nowMs();
      onChange();
    });
  }

  get state(): CircuitState {
    return this.#state;
  }

  /** Wall time of the last change, in milliseconds since the Unix epoch. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#breaker.state;
  }

  /** How long to wait before asking again, in milliseconds; 0 when a call may go. */
  get retryAfterMs(): number {
    if (this.#state === "closed") return 0;
    // Nobody knows how long a probe takes; after the shortest pause it is worth another look.
    if (this.#state === "half-open") return this.#limits.firstPauseMs;
    return this.#pause?.leftMs ?? 0;
  }

  /** Leave to make a call, or none. */
  enter(): Pass | Refusal {
    if (this.#state === "closed") return this.#ordinaryPass();
    const { retryAfterMs } = this;
    return retryAfterMs > 0 ? { kind: "refused", retryAfterMs } : this.#probe();
  }

  #ordinaryPass(): Pass {
    const changes = this.#changes;
    let isSettled = false;
    const settle = (verdict: Verdict): void => {
      if (isSettled || verdict === "nothing" || changes !== this.#changes) return;
      isSettled = true;
      this.#report(verdict);
    };
    return { kind: "pass", settle };
  }

  #probe(): Pass {
    let settle!: (verdict: Verdict) => void;
    const verdict = new Promise<Verdict>((resolve) => {
      settle = resolve;
    });
    this.#report(verdict);
    return { kind: "pass", settle };
  }

  #report(verdict: Verdict | Promise<Verdict>): void {
    // Both callers know that cockatiel takes calls now, and a verdict is a value: it cannot reject.
    void this.#policy.execute(() => verdict);
  }

  #pauseAfter(failedProbes: number): Pause {
    const { firstPauseMs, maxPauseMs } = this.#limits;
    const backoff = { baseMs: firstPauseMs, maxMs: maxPauseMs, jitter: "none" } as const;
    const endsMs = this.#clock.monotonicMs() + backoffDelayMs(failedProbes, backoff, 0);
    this.#pause = new Pause(this.#clock, endsMs, (verdict) =>
      this.#pauseAfter(verdict === "nothing" ? failedProbes : failedProbes + 1),
    );
    return this.#pause;
  }
}

/** The time that an open circuit rests before its next probe. */
class Pause implements IBackoff<{ readonly result: unknown }> {
  readonly #clock: Clock;
  readonly #endsMs: number;
  readonly #after: (verdict: unknown) => Pause;

  constructor(clock: Clock, endsMs: number, after: (verdict: unknown) => Pause) {
    this.#clock = clock;
    this.#endsMs = endsMs;
    this.#after = after;
  }

  get leftMs(): number {
    return Math.max(0, this.#endsMs - this.#clock.monotonicMs());
  }

  /** cockatiel compares it with the wall time since the circuit opened; the answer must be ours. */
  get duration(): number {
    return this.leftMs > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  next({ result }: { readonly result: unknown }): Pause {
    const hasValue = typeof result === "object" && result !== null && "value" in result;
    return this.#after(hasValue ? result.value : undefined);
  }
}

function nameOf(state: CockatielState): CircuitState {
  if (state === CockatielState.Closed) return "closed";
  return state === CockatielState.HalfOpen ? "half-open" : "open";
}
