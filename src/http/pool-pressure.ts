/** A host's connections have become scarce, or are no longer so. @public */
export interface PoolPressure {
  /** Scheme, host and port. */
  readonly origin: string;
  /** `high` above four fifths, `normal` again below three fifths. */
  readonly level: PressureLevel;
  /** The share of the allowed connections that had a request on them, over the last second or more. */
  readonly utilisation: number;
  /** Connections with a request on them now. */
  readonly active: number;
  /** Connections allowed. */
  readonly limit: number;
  /** Requests that wait for a connection now. */
  readonly waiting: number;
}

/** Whether a host's connections are nearly all taken. @public */
export type PressureLevel = "normal" | "high";

/** Beyond this requests begin to wait for each other: there is no connection left for a burst. */
const HIGH_UTILISATION = 0.8;

/** Well below the other, so that a load that swings around it makes no series of events. */
const NORMAL_UTILISATION = 0.6;

/** A burst that a pool takes in its stride is over in this time, in milliseconds. */
const WINDOW_MS = 1_000;

/**
 * How many of an origin's connections are in use, on average over windows of a second. It is looked
 * at when it changes, so it needs no timer; a pool that stands still is told of when it moves.
 */
export class OriginLoad {
  readonly #limit: number;
  #active = 0;
  #level: PressureLevel = "normal";
  #utilisation = 0;
  /** Connections times milliseconds, in this window. */
  #busy = 0;
  #windowStartMs: number;
  #changedMs: number;

  constructor(limit: number, nowMs: number) {
    this.#limit = limit;
    this.#windowStartMs = nowMs;
    this.#changedMs = nowMs;
  }

  /** Connections with a request on them. */
  get active(): number {
    return this.#active;
  }

  get level(): PressureLevel {
    return this.#level;
  }

  /** The share of connections in use in the last whole window, from 0 to 1. */
  get utilisation(): number {
    return this.#utilisation;
  }

  /** `by` more connections are in use from now on; returns whether the level has changed. */
  change(by: number, nowMs: number): boolean {
    this.#busy += this.#active * (nowMs - this.#changedMs);
    this.#changedMs = nowMs;
    this.#active += by;
    const windowMs = nowMs - this.#windowStartMs;
    if (windowMs < WINDOW_MS) return false;
    this.#utilisation = this.#busy / (this.#limit * windowMs);
    this.#windowStartMs = nowMs;
    this.#busy = 0;
    return this.#judge();
  }

  #judge(): boolean {
    const isHigh = this.#level === "high";
    const threshold = isHigh ? NORMAL_UTILISATION : HIGH_UTILISATION;
    const level = this.#utilisation > threshold ? "high" : "normal";
    const hasChanged = level !== this.#level;
    this.#level = level;
    return hasChanged;
  }
}
