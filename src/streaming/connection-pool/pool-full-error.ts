import { HoldfastError } from "../../core/holdfast-error.ts";

/** No connection of the pool has room for these, and no further one may be opened. @public */
export class PoolFullError extends HoldfastError {
  override readonly code = "ERR_POOL_FULL";
  override readonly disposition = "fatal";
  /** (channel, symbol) pairs that were asked for and not held yet. */
  readonly wanted: number;
  /** Pairs that there would have been room for. */
  readonly free: number;
  /** Connections that are open. */
  readonly connections: number;
  constructor(
    wanted: number,
    free: number,
    connections: number,
    maxSubscriptionsPerConnection: number,
    options?: ErrorOptions,
  ) {
    super(
      `no room for ${wanted} subscriptions: ${connections} connections of ` +
        `${maxSubscriptionsPerConnection} have ${free} free, and no more may be opened`,
      options,
    );
    this.wanted = wanted;
    this.free = free;
    this.connections = connections;
  }
}
