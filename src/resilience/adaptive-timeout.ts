import { Faults } from "../core/faults.ts";
import { LatencyWindow } from "./latency-window.ts";

/** How timeouts learn. Read once, at construction. @public */
export interface AdaptiveTimeoutOptions {
  /**
   * Whether it lowers any timeout at all.
   * @defaultValue true
   */
  readonly enabled?: boolean;
  /**
   * No timeout is lowered below this, in milliseconds: a pause of our own process or one lost packet
   * (repeated after 200 ms or more) must not look like a dead server.
   * @defaultValue 500
   */
  readonly floorMs?: number;
  /**
   * No lowered timeout is above this, in milliseconds; `Infinity` leaves that to the request's own.
   * @defaultValue Infinity
   */
  readonly ceilingMs?: number;
  /**
   * The timeout is the 99th percentile times this, at least 1: a request this much slower than the
   * slowest in a hundred is not slow but lost.
   * @defaultValue 3
   */
  readonly factor?: number;
  /**
   * How many answers of an operation have to be known first. Of fewer than a hundred, the 99th
   * percentile is the slowest one.
   * @defaultValue 100
   */
  readonly minimumSamples?: number;
  /**
   * How many of the latest answers count, for each operation: 8 bytes each.
   * @defaultValue 256
   */
  readonly sampleCapacity?: number;
  /**
   * How many operations are followed; the timeouts of further ones stay as they are.
   * @defaultValue 100
   */
  readonly maxOperations?: number;
}

/** @public */
export const ADAPTIVE_TIMEOUT_DEFAULTS: Required<AdaptiveTimeoutOptions> = Object.freeze({
  enabled: true,
  floorMs: 500,
  ceilingMs: Number.POSITIVE_INFINITY,
  factor: 3,
  minimumSamples: 100,
  sampleCapacity: 256,
  maxOperations: 100,
});

/** What is known of one operation: plain JSON. @public */
export interface OperationLatency {
  readonly operation: string;
  readonly samples: number;
  /** The 99th percentile of the latest answers, in milliseconds. */
  readonly p99Ms: number;
}

const PERCENTILE = 0.99;

/**
 * Timeouts that follow what an operation usually takes, so that a lost request is noticed in the time
 * of a slow one and another attempt still fits into the deadline. It only ever lowers a timeout.
 *
 * It cannot strangle itself: a timed-out attempt counts as one that took all the time it might have had
 * without this (how long it would really have taken nobody knows). So when more than one in a
 * hundred time out, the timeout is the request's own again, until those attempts are forgotten.
 * @public
 */
export class AdaptiveTimeout {
  readonly #options: Required<AdaptiveTimeoutOptions>;
  readonly #operations = new Map<string, LatencyWindow>();

  /** @throws ConfigError naming every option that is wrong. */
  constructor(options: AdaptiveTimeoutOptions = {}) {
    this.#options = { ...ADAPTIVE_TIMEOUT_DEFAULTS, ...options };
    const { floorMs, ceilingMs, factor, sampleCapacity, minimumSamples, maxOperations } =
      this.#options;
    const faults = new Faults();
    faults.number("floorMs", floorMs);
    faults.number("ceilingMs", ceilingMs, { min: 1, unlimited: true });
    faults.require(!(ceilingMs < floorMs), "ceilingMs must not be below floorMs");
    faults.number("factor", factor, { min: 1 });
    faults.integer("sampleCapacity", sampleCapacity, { min: 1, max: 100_000 });
    faults.integer("minimumSamples", minimumSamples, { min: 1 });
    faults.require(
      !(minimumSamples > sampleCapacity),
      "minimumSamples must not be above sampleCapacity",
    );
    faults.integer("maxOperations", maxOperations);
    faults.throwIfAny();
  }

  /** The time for one attempt: `ownMs`, which the request has without this, or less. */
  timeoutMs(operation: string, ownMs: number): number {
    const { enabled, floorMs, ceilingMs, factor, minimumSamples } = this.#options;
    const window = enabled ? this.#operations.get(operation) : undefined;
    if (!window || window.size < minimumSamples) return ownMs;
    const wantedMs = Math.max(floorMs, window.percentileMs() * factor);
    return Math.min(ownMs, ceilingMs, wantedMs);
  }

  /** An attempt was answered in this time, measured as its timeout is. */
  answered(operation: string, elapsedMs: number): void {
    this.#windowOf(operation)?.add(elapsedMs);
  }

  /** An attempt timed out; `ownMs` is what it might have had without this. */
  timedOut(operation: string, ownMs: number): void {
    const window = this.#windowOf(operation);
    window?.add(ownMs);
    window?.refresh();
  }

  getHealth(): readonly OperationLatency[] {
    return [...this.#operations].map(([operation, window]) => ({
      operation,
      samples: window.size,
      p99Ms: window.percentileMs(),
    }));
  }

  #windowOf(operation: string): LatencyWindow | undefined {
    const { enabled, sampleCapacity, maxOperations } = this.#options;
    if (!enabled) return undefined;
    let window = this.#operations.get(operation);
    if (!window && this.#operations.size < maxOperations) {
      window = new LatencyWindow(sampleCapacity, PERCENTILE);
      this.#operations.set(operation, window);
    }
    return window;
  }
}
