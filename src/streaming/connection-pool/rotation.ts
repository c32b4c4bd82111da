import { untilAborted } from "../../core/abort.ts";
import { ConnectionLimitError } from "../../core/errors.ts";
import type { HoldfastError } from "../../core/holdfast-error.ts";
import type { Fleet } from "./fleet.ts";
import { Handover } from "./handover.ts";
import type { PoolDesk } from "./pool-desk.ts";
import type { PoolMember } from "./pool-member.ts";
import type { PoolCounters } from "./pool-metrics.ts";
import type { ResolvedPoolOptions } from "./pool-options.ts";
import { toError } from "./to-error.ts";

/**
 * How the replacement of an old connection ended. `completed`: the new one took over without a
 * seam. `recovered`: the old one was lost on the way, and the new one filled in what came between.
 * `abandoned`: the old one stays, because of `cause`; nothing was lost.
 * @public
 */
export interface PoolRotation {
  readonly outcome: "completed" | "recovered" | "abandoned";
  /** Number of the old connection. */
  readonly from: number;
  /** Number of the new connection; `undefined` when there was none. */
  readonly to: number | undefined;
  /** (channel, symbol) pairs that moved. */
  readonly subscriptions: number;
  /** Messages that came over both and were delivered once. */
  readonly duplicatesRemoved: number;
  readonly cause: HoldfastError | undefined;
}

/** What a rotation works with. */
export interface RotationHost {
  readonly fleet: Fleet;
  readonly desk: PoolDesk;
  readonly options: ResolvedPoolOptions;
  readonly counters: PoolCounters;
  /** Moves what a connection of no more use carries, and closes it. */
  giveUp(member: PoolMember): Promise<void>;
  /** Aborts when the pool stops. */
  readonly signal: AbortSignal;
}

/** Replaces a connection: the new one is there, and has everything, before the old one goes. */
export async function rotate(old: PoolMember, host: RotationHost): Promise<PoolRotation> {
  const { fleet, signal } = host;
  const next = fleet.open(old);
  if (!next) {
    return abandoned(old, undefined, new ConnectionLimitError("no connection to rotate to"));
  }
  const handover = new Handover(old, next, host);
  try {
    await untilAborted(next.opened, signal);
    await handover.overlap();
  } catch (thrown) {
    handover.abandon();
    await host.giveUp(next);
    if (!old.isOpen) await host.giveUp(old); // it failed on the way, and nobody else has seen to it
    return abandoned(old, next, toError(thrown));
  }
  const subscriptions = old.subscriptions.size;
  const outcome = await handover.switchOver();
  next.replaces = undefined;
  const { duplicates } = handover;
  await fleet.close(old);
  if (!next.isOpen) await host.giveUp(next);
  return {
    outcome: outcome === "joined" ? "completed" : "recovered",
    from: old.id,
    to: next.id,
    subscriptions,
    duplicatesRemoved: duplicates,
    cause: undefined,
  };
}

function abandoned(
  old: PoolMember,
  next: PoolMember | undefined,
  cause: HoldfastError,
): PoolRotation {
  const nothing = { subscriptions: 0, duplicatesRemoved: 0 };
  return { outcome: "abandoned", from: old.id, to: next?.id, ...nothing, cause };
}
