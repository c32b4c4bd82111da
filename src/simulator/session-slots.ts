import type { Clock } from "../core/clock.ts";

/** A session that is dead, which the venue does not know yet. @internal */
export interface Ghost {
  readonly path: string;
  readonly keyId: string;
  readonly untilMs: number;
}

/** What holds a slot while it is open. @internal */
export interface SlotHolder {
  readonly path: string;
  readonly keyId: string | undefined;
  readonly holdsSlot: boolean;
}

/** Counts the sessions of each key and endpoint, dead ones included while their ghosts live. @internal */
export class SessionSlots {
  readonly #clock: Clock;
  readonly #limit: number;
  #ghosts: readonly Ghost[] = [];

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  get ghosts(): readonly Ghost[] {
    const nowMs = this.#clock.monotonicMs();
    this.#ghosts = this.#ghosts.filter((ghost) => ghost.untilMs > nowMs);
    return this.#ghosts;
  }

  leaveGhost(path: string, keyId: string, lifeMs: number): void {
    this.#ghosts = [...this.ghosts, { path, keyId, untilMs: this.#clock.monotonicMs() + lifeMs }];
  }

  /** Whether another session of this key may authenticate on this endpoint. */
  isFree(path: string, keyId: string, sessions: Iterable<SlotHolder>): boolean {
    let taken = this.ghosts.filter((ghost) => ghost.path === path && ghost.keyId === keyId).length;
    for (const session of sessions) {
      if (session.holdsSlot && session.path === path && session.keyId === keyId) taken++;
    }
    return taken < this.#limit;
  }
}
