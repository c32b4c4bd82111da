import { ConnectionClosedError } from "../../core/errors.ts";
import type { PoolMember } from "./pool-member.ts";
import { type PoolRotation, type RotationHost, rotate } from "./rotation.ts";

/** What the upkeep works with. */
export interface UpkeepHost extends RotationHost {
  rotated(rotation: PoolRotation): void;
}

/** Longer than a repair takes. */
const STEADY_MS = 60_000;

/** The regular look at every connection: gives up the lost, closes the idle, renews the old. */
export class PoolUpkeep {
  readonly #host: UpkeepHost;
  /** How many connections are to be kept: fewer once some had nothing to do. */
  #wanted: number;
  #rotating = false;

  constructor(host: UpkeepHost) {
    this.#host = host;
    this.#wanted = host.options.poolSize;
  }

  check(): void {
    const { fleet, desk } = this.#host;
    fleet.observe();
    this.#giveUpLost();
    this.#removeIdle();
    this.#wanted = Math.max(this.#wanted, fleet.ordinary.length);
    while (fleet.ordinary.length < this.#wanted && fleet.openable > 0) fleet.open();
    desk.settle(true);
    this.#rotateOldest();
  }

  #giveUpLost(): void {
    const { fleet, giveUp } = this.#host;
    for (const member of fleet.members) {
      const isElsewhereBetter = fleet.members.some(
        (other) => other !== member && other.state.kind === "authenticated",
      );
      // When all are away it is the venue that is, and every stream waits for it as well as another.
      if (!isElsewhereBetter || member.replaces || member.successor) continue;
      if (member.state.kind !== "connected") continue;
      const cause = member.lastError ?? new ConnectionClosedError(1006);
      member.step({ kind: "check", nowMs: this.#nowMs(), cause });
      if (!member.isOpen) void giveUp(member);
    }
  }

  #removeIdle(): void {
    const { fleet, options, counters } = this.#host;
    let left = fleet.ordinary.length;
    for (const member of fleet.ordinary) {
      const isBusy = member.load > 0 || member.successor || member.state.kind !== "authenticated";
      if (isBusy || this.#nowMs() - member.emptySinceMs < options.idleAfterMs) continue;
      if (left === 1) return;
      left--;
      this.#wanted = left;
      counters.idleRemoved++;
      void fleet.close(member);
    }
  }

  #rotateOldest(): void {
    const { fleet, options } = this.#host;
    if (this.#rotating) return;
    const ageMs = (member: PoolMember): number =>
      this.#nowMs() - (member.openedMs ?? this.#nowMs());
    // What a connection is still repairing it would have to leave unrepaired.
    const steadyMs = Math.min(options.rotateAfterMs, STEADY_MS);
    const [oldest] = fleet.ordinary
      .filter((member) => ageMs(member) >= options.rotateAfterMs)
      .filter((member) => this.#nowMs() - member.steadySinceMs >= steadyMs)
      .sort((one, other) => ageMs(other) - ageMs(one));
    if (!oldest || !fleet.hasFreeSlot) return;
    this.#rotating = true;
    void this.#rotate(oldest).finally(() => {
      this.#rotating = false;
    });
  }

  async #rotate(old: PoolMember): Promise<void> {
    const { counters, rotated, signal } = this.#host;
    const rotation = await rotate(old, this.#host);
    if (rotation.outcome === "abandoned") counters.rotationsAbandoned++;
    else counters.rotations++;
    if (!signal.aborted) rotated(rotation);
  }

  #nowMs(): number {
    return this.#host.options.clock.monotonicMs();
  }
}
