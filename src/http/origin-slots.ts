import type { ConnectionSlot } from "./connection-slot.ts";
import type { HttpCall } from "./http-call.ts";
import { OriginLoad, type PoolPressure } from "./pool-pressure.ts";

/** The connections of one origin. @public */
export interface OriginHealth {
  /** Connections that are open, being opened or being closed. */
  readonly open: number;
  /** Those with a request on them. */
  readonly active: number;
  /** Those that wait for a request. */
  readonly idle: number;
  /** Requests that wait for a connection. */
  readonly waiting: number;
  /** The share of the allowed connections that had a request on them, over the last second, 0 to 1. */
  readonly utilisation: number;
}

/** The connections of one origin, and the calls that wait for one. */
export class OriginSlots {
  readonly name: string;
  readonly slots: Set<ConnectionSlot> = new Set();
  /** The most recently used last: it is used next, so that the others can fall idle and close. */
  readonly idle: ConnectionSlot[] = [];
  /** In the order of their arrival. */
  readonly waiting: Set<HttpCall> = new Set();
  readonly #limit: number;
  readonly #load: OriginLoad;

  /** @param limit - connections allowed */
  constructor(name: string, limit: number, nowMs: number) {
    this.name = name;
    this.#limit = limit;
    this.#load = new OriginLoad(limit, nowMs);
  }

  /** Whether a connection is idle, or another one allowed. */
  get mayHaveSlot(): boolean {
    return this.idle.length > 0 || this.slots.size < this.#limit;
  }

  /** Whether it holds nothing that is worth remembering. */
  get isEmpty(): boolean {
    return this.slots.size === 0 && this.waiting.size === 0;
  }

  /** The call that has waited longest. */
  get firstWaiting(): HttpCall | undefined {
    for (const call of this.waiting) return call;
    return undefined;
  }

  /** `by` more connections carry a call from now on; returns what is to be told of it, if anything. */
  changeLoad(by: number, nowMs: number): PoolPressure | undefined {
    if (!this.#load.change(by, nowMs)) return undefined;
    const { level, utilisation, active } = this.#load;
    const waiting = this.waiting.size;
    return { origin: this.name, level, utilisation, active, limit: this.#limit, waiting };
  }

  health(): OriginHealth {
    return {
      open: this.slots.size,
      active: Array.from(this.slots).filter((slot) => slot.call && !slot.call.isSettled).length,
      idle: this.idle.length,
      waiting: this.waiting.size,
      utilisation: this.#load.utilisation,
    };
  }
}
