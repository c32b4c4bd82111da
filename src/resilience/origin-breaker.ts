import { type Clock, systemClock } from "../core/clock.ts";
import { Faults } from "../core/faults.ts";
import { Listeners, type Unsubscribe } from "../core/listeners.ts";
import { Circuit, type CircuitState, type Pass, type Refusal } from "./circuit.ts";

/** When an origin's breaker opens, and for how long. Read once, at construction. @public */
export interface OriginBreakerOptions {
  /**
   * Failures in a row, of one origin, that open its circuit; `Infinity` never opens one. More than the
   * connections to a host, because a server that restarts fails as many requests at once and works
   * again a moment later.
   * @defaultValue 20
   */
  readonly failuresToOpen?: number;
  /**
   * How long an opened circuit rests before its first probe, in milliseconds; doubled after each
   * probe that fails. Without jitter: one probe per process and pause is no storm.
   * @defaultValue 1000
   */
  readonly firstPauseMs?: number;
  /**
   * No pause is longer, in milliseconds: so much later than the server is its recovery noticed.
   * @defaultValue 30000
   */
  readonly maxPauseMs?: number;
  /**
   * Origins remembered at most; beyond it the oldest is forgotten, a closed one first.
   * @defaultValue 100
   */
  readonly maxOrigins?: number;
}

/** @public */
export const ORIGIN_BREAKER_DEFAULTS: Required<OriginBreakerOptions> = Object.freeze({
  failuresToOpen: 20,
  firstPauseMs: 1_000,
  maxPauseMs: 30_000,
  maxOrigins: 100,
});

/** The circuit of one origin: plain JSON, and what is told when it changes. @public */
export interface OriginCircuit {
  readonly origin: string;
  readonly state: CircuitState;
  /** Wall time of the last change, in milliseconds since the Unix epoch. */
  readonly sinceMs: number;
  /** Failures in a row. */
  readonly failures: number;
  /** How long to wait before a call is worth another try, in milliseconds; 0 when it is now. */
  readonly retryAfterMs: number;
}

/** What an {@link OriginBreaker} is given by its owner. */
export interface OriginBreakerContext {
  readonly clock?: Clock;
  /** What a listener threw. */
  readonly onListenerFailure?: (thrown: unknown) => void;
}

/**
 * A circuit breaker for each origin. While a server is down, calls to it fail at once instead of each
 * waiting for its timeout, and one probe at a time finds out whether it is back.
 *
 * What is a failure, its caller says: see {@link Verdict}.
 * @public
 */
export class OriginBreaker {
  readonly #options: Required<OriginBreakerOptions>;
  readonly #clock: Clock;
  readonly #circuits = new Map<string, Circuit>();
  readonly #changes: Listeners<OriginCircuit>;

  /** @throws ConfigError naming every option that is wrong. */
  constructor(options: OriginBreakerOptions = {}, context: OriginBreakerContext = {}) {
    this.#options = { ...ORIGIN_BREAKER_DEFAULTS, ...options };
    this.#clock = context.clock ?? systemClock;
    this.#changes = new Listeners(context.onListenerFailure ?? (() => {}));
    const { failuresToOpen, firstPauseMs, maxPauseMs, maxOrigins } = this.#options;
    const faults = new Faults();
    faults.integer("failuresToOpen", failuresToOpen, { min: 1, unlimited: true });
    faults.number("firstPauseMs", firstPauseMs, { min: 1 });
    faults.number("maxPauseMs", maxPauseMs, { min: 1 });
    faults.require(!(maxPauseMs < firstPauseMs), "maxPauseMs must not be below firstPauseMs");
    faults.integer("maxOrigins", maxOrigins, { min: 1 });
    faults.throwIfAny();
  }

  /** Leave to make one call to the origin, to be settled when it has ended, or a refusal. */
  enter(origin: string): Pass | Refusal {
    return (this.#circuits.get(origin) ?? this.#add(origin)).enter();
  }

  /** How long to wait before a call to the origin is worth another try; 0 when it is now. */
  retryAfterMs(origin: string): number {
    return this.#circuits.get(origin)?.retryAfterMs ?? 0;
  }

  /** Calls `listener` with each change of state. */
  onChange(listener: (circuit: OriginCircuit) => void): Unsubscribe {
    return this.#changes.on(listener);
  }

  getHealth(): readonly OriginCircuit[] {
    return [...this.#circuits].map(([origin, circuit]) => shown(origin, circuit));
  }

  #add(origin: string): Circuit {
    if (this.#circuits.size >= this.#options.maxOrigins) this.#forgetOne();
    const circuit: Circuit = new Circuit(this.#options, this.#clock, () =>
      this.#changes.emit(shown(origin, circuit)),
    );
    this.#circuits.set(origin, circuit);
    return circuit;
  }

  #forgetOne(): void {
    const [oldest] = this.#circuits.keys();
    let forgotten = oldest;
    for (const [origin, { state }] of this.#circuits) {
      if (state !== "closed") continue;
      forgotten = origin;
      break;
    }
    if (forgotten !== undefined) this.#circuits.delete(forgotten);
  }
}

function shown(origin: string, circuit: Circuit): OriginCircuit {
  const { state, sinceMs, failures, retryAfterMs } = circuit;
  return { origin, state, sinceMs, failures, retryAfterMs };
}
