import type { PoolMember } from "./pool-member.ts";
import type { PooledConnectionState } from "./state.ts";

/** One connection of a pool. It tells the index of its credentials, never a key. @public */
export interface PooledConnectionMetrics {
  /** Its number: the first connection that the pool opened is 1. */
  readonly id: number;
  readonly state: PooledConnectionState["kind"];
  /** Since it was first authenticated, in milliseconds; 0 before. */
  readonly uptimeMs: number;
  /** How long it has had no subscription, in milliseconds; 0 while it has any. */
  readonly idleMs: number;
  readonly errors: number;
  readonly reconnects: number;
  /** (channel, symbol) pairs it carries. */
  readonly subscriptions: number;
  readonly credentialIndex: number;
}

/** Totals since the pool was made. */
export interface PoolCounters {
  failovers: number;
  rotations: number;
  rotationsAbandoned: number;
  idleRemoved: number;
  duplicatesRemoved: number;
}

/** What a pool is doing and has done: plain JSON without a secret. @public */
export interface PoolMetrics {
  /** How many connections the pool may have; a rotation has one more for a moment. */
  readonly poolSize: number;
  /** Connections that are authenticated now. */
  readonly healthyConnections: number;
  /** (channel, symbol) pairs that are wanted. */
  readonly totalSubscriptions: number;
  /** Of these, how many no connection carries now, because none has room or none can be had. */
  readonly waitingSubscriptions: number;
  /** Over the connections that were ever authenticated and are still there, in milliseconds. */
  readonly averageUptimeMs: number;
  /** Connections opened so far. */
  readonly connectionsCreated: number;
  /** Connections that were given up and whose subscriptions moved. */
  readonly failovers: number;
  /** Connections that were replaced for their age. */
  readonly rotations: number;
  /** Replacements that came to nothing; the old connection stayed. */
  readonly rotationsAbandoned: number;
  /** Connections that were closed because they had nothing to do. */
  readonly idleRemoved: number;
  /** Messages that came over two connections during a rotation, and were delivered once. */
  readonly duplicatesRemoved: number;
  readonly connections: readonly PooledConnectionMetrics[];
}

export function connectionMetrics(member: PoolMember, nowMs: number): PooledConnectionMetrics {
  const { id, state, openedMs, emptySinceMs, subscriptions, errors, reconnects } = member;
  return {
    id,
    state: state.kind,
    uptimeMs: openedMs === undefined ? 0 : nowMs - openedMs,
    idleMs: subscriptions.size > 0 ? 0 : nowMs - emptySinceMs,
    errors,
    reconnects,
    subscriptions: subscriptions.size,
    credentialIndex: member.credential,
  };
}
