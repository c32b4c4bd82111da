import { untilAborted } from "../../core/abort.ts";
import { type CancelTimer, sleep } from "../../core/clock.ts";
import { ClosedError, HandlerError } from "../../core/errors.ts";
import type { HoldfastError } from "../../core/holdfast-error.ts";
import { Listeners, type Unsubscribe } from "../../core/listeners.ts";
import { Fleet } from "./fleet.ts";
import { PoolDesk } from "./pool-desk.ts";
import type { PoolMember } from "./pool-member.ts";
import { selectionOf } from "./pool-member.ts";
import { connectionMetrics, type PoolCounters, type PoolMetrics } from "./pool-metrics.ts";
import {
  type ConnectionPoolOptions,
  type ResolvedPoolOptions,
  resolvePoolOptions,
} from "./pool-options.ts";
import { PoolUpkeep } from "./pool-upkeep.ts";
import {
  type PooledConnection,
  type PooledConnectionHost,
  PoolHandle,
  type PoolReconnected,
} from "./pooled-connection.ts";
import type { PoolRotation } from "./rotation.ts";
import { checkSymbols } from "./selection-check.ts";

/** What is asked of {@link ConnectionPool.getConnection}. @public */
export interface GetConnectionOptions {
  /** Subscribes the symbols on these channels at once; without, nothing is subscribed yet. */
  readonly channels?: readonly string[];
  /**
   * When connections fail and room is short, what has a higher number is moved first.
   * @defaultValue 0
   */
  readonly priority?: number;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/** A connection was given up, and what it carried moved. @public */
export interface PoolFailover {
  /** Number of the connection. */
  readonly from: number;
  readonly cause: HoldfastError;
  /** (channel, symbol) pairs that it carried. */
  readonly subscriptions: number;
  /** Numbers of the connections that carry them now. */
  readonly to: readonly number[];
  /** Of the pairs, how many wait for a connection with room. */
  readonly waiting: number;
}

/** How long {@link ConnectionPool.stop} waits for the venue to take its leave, in milliseconds. */
const STOP_MS = 5_000;

/**
 * Several connections as one: symbols are spread over them, a connection that fails is replaced,
 * and one that is old is exchanged while the messages flow on. What was missed in a failure is
 * repaired or reported by the streams; an exchange misses nothing and delivers nothing twice.
 * @public
 */
export class ConnectionPool implements AsyncDisposable {
  readonly #options: ResolvedPoolOptions;
  readonly #fleet: Fleet;
  readonly #desk: PoolDesk;
  readonly #upkeep: PoolUpkeep;
  readonly #host: PooledConnectionHost;
  readonly #errors: Listeners<HoldfastError>;
  readonly #reconnects: Listeners<PoolReconnected>;
  readonly #rotations: Listeners<PoolRotation>;
  readonly #failovers: Listeners<PoolFailover>;
  readonly #counters: PoolCounters = {
    failovers: 0,
    rotations: 0,
    rotationsAbandoned: 0,
    idleRemoved: 0,
    duplicatesRemoved: 0,
  };
  readonly #stopping = new AbortController();
  #cancelCheck: CancelTimer = () => {};
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  /** @throws ConfigError listing everything that is wrong with the options; nothing is opened yet */
  constructor(options: ConnectionPoolOptions) {
    this.#options = resolvePoolOptions(options);
    this.#errors = new Listeners(() => {}); // nobody is left to tell
    const listenersFor = <T>(channel: string): Listeners<T> =>
      new Listeners((cause) => this.#errors.emit(new HandlerError(channel, undefined, { cause })));
    this.#reconnects = listenersFor("reconnect");
    this.#rotations = listenersFor("rotation");
    this.#failovers = listenersFor("failover");
    this.#fleet = new Fleet(this.#options, {
      error: (error) => this.#errors.emit(error),
      reconnected: (reconnected) => this.#reconnects.emit(reconnected),
      live: (member) => this.#desk.renew(member),
      failed: (member, wasOpened) => this.#onFailed(member, wasOpened),
    });
    this.#desk = new PoolDesk(this.#options, this.#fleet, (error) => this.#errors.emit(error));
    this.#upkeep = new PoolUpkeep({
      fleet: this.#fleet,
      desk: this.#desk,
      options: this.#options,
      counters: this.#counters,
      signal: this.#stopping.signal,
      giveUp: (member) => this.#giveUp(member, true),
      rotated: (rotation) => this.#rotations.emit(rotation),
    });
    const isAnyLive = (): boolean => this.#fleet.members.some(({ stream }) => stream.isLive);
    this.#host = {
      desk: this.#desk,
      start: (startOptions) => this.start(startOptions),
      isAnyLive,
      onReconnect: (listener) => this.#reconnects.on(listener),
      onError: (listener) => this.#errors.on(listener),
    };
  }

  /**
   * Opens all connections. Resolves when each is authenticated or has failed to be, so that load is
   * spread evenly from the beginning; those that failed are tried again at every health check. A
   * second call returns the same promise.
   * @param options - `signal` gives up starting
   * @throws the first connection's error when none could be opened; then it may be started again
   */
  start(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (this.#stopped !== undefined) return Promise.reject(new ClosedError("the pool"));
    if (this.#started === undefined && options.signal?.aborted)
      return Promise.reject(options.signal.reason);
    this.#started ??= this.#start(options.signal);
    return this.#started;
  }

  /**
   * Closes every connection and ends every subscription, for good; resolves when no connection is
   * left, or after five seconds. Calling it again does nothing more.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /**
   * A connection for these symbols, which stays theirs when the pool moves it. They are put where
   * most of them are already, else on the least loaded connection with room, else on another one
   * that is opened; more than one connection has room for are spread. Starts the pool, if nobody
   * has.
   * @throws ConfigError for `*` and what is no symbol
   * @throws PoolFullError when there is no room
   */
  async getConnection(
    symbols: readonly string[],
    options: GetConnectionOptions = {},
  ): Promise<PooledConnection> {
    const checked = checkSymbols(symbols);
    await untilAborted(this.start(), options.signal);
    const connection = new PoolHandle(this.#host, options.priority ?? 0);
    const channels = checked.length > 0 ? (options.channels ?? []) : [];
    if (channels.length === 0) return connection;
    try {
      await connection.subscribe(
        Object.fromEntries(channels.map((channel) => [channel, checked])),
        options.signal && { signal: options.signal },
      );
    } catch (thrown) {
      await connection.release();
      throw thrown;
    }
    return connection;
  }

  /** Nobody wants these symbols any more, on whatever channel and through whatever handle. */
  async releaseSymbols(symbols: readonly string[]): Promise<void> {
    const wanted = checkSymbols(symbols).flatMap((symbol) => [
      ...this.#desk.table.ofSymbol(symbol),
    ]);
    await this.#desk.unsubscribe(undefined, selectionOf(wanted));
  }

  /** What the pool is doing and has done. */
  getPoolMetrics(): PoolMetrics {
    const nowMs = this.#options.clock.monotonicMs();
    const subscriptions = [...this.#desk.table.all()];
    const connections = this.#fleet.members.map((member) => connectionMetrics(member, nowMs));
    const uptimes = this.#fleet.members.flatMap(({ openedMs }) =>
      openedMs === undefined ? [] : [nowMs - openedMs],
    );
    return {
      poolSize: this.#options.poolSize,
      healthyConnections: connections.filter(
        ({ state }) => state === "authenticated" || state === "draining",
      ).length,
      totalSubscriptions: subscriptions.length,
      waitingSubscriptions: subscriptions.filter(({ home }) => !home).length,
      averageUptimeMs:
        uptimes.reduce((sum, uptimeMs) => sum + uptimeMs, 0) / Math.max(1, uptimes.length),
      connectionsCreated: this.#fleet.opened,
      ...this.#counters,
      connections,
    };
  }

  /** Tells of every connection that was exchanged for its age, or should have been. */
  onRotation(listener: (rotation: PoolRotation) => void): Unsubscribe {
    return this.#rotations.on(listener);
  }

  /** Tells of every connection that was given up. */
  onFailover(listener: (failover: PoolFailover) => void): Unsubscribe {
    return this.#failovers.on(listener);
  }

  /** Tells of everything that went wrong, on every connection. */
  onError(listener: (error: HoldfastError) => void): Unsubscribe {
    return this.#errors.on(listener);
  }

  async #start(signal: AbortSignal | undefined): Promise<void> {
    try {
      while (this.#fleet.openable > 0) this.#fleet.open();
      const opened = this.#fleet.members.map((member) => member.opened);
      const outcomes = await untilAborted(Promise.allSettled(opened), signal);
      if (this.#stopping.signal.aborted) throw new ClosedError("the pool");
      if (!outcomes.some(({ status }) => status === "fulfilled")) {
        const [first] = outcomes;
        throw first?.status === "rejected" ? first.reason : this.#fleet.refusals[0];
      }
    } catch (thrown) {
      this.#started = undefined;
      this.#fleet.forgetRefusals();
      await Promise.all(this.#fleet.members.map((member) => this.#fleet.close(member)));
      throw thrown;
    }
    this.#checkLater();
  }

  async #stop(): Promise<void> {
    this.#cancelCheck();
    this.#stopping.abort(new ClosedError("the pool"));
    this.#desk.close();
    const closed = Promise.all(this.#fleet.members.map((member) => this.#fleet.close(member)));
    const deadline = new AbortController();
    const late = sleep(this.#options.clock, STOP_MS, deadline.signal).catch(() => {});
    await Promise.race([closed, late]);
    deadline.abort();
    for (const events of [this.#errors, this.#reconnects, this.#rotations, this.#failovers]) {
      events.clear();
    }
  }

  #checkLater(): void {
    if (this.#stopping.signal.aborted) return;
    this.#cancelCheck = this.#options.clock.setTimer(
      () => {
        this.#upkeep.check();
        this.#checkLater();
      },
      this.#options.healthCheckMs,
      { keepsProcessAlive: false },
    );
  }

  #onFailed(member: PoolMember, wasOpened: boolean): void {
    // In the middle of an exchange, that decides.
    if (member.replaces || member.successor || this.#stopping.signal.aborted) return;
    // One that never came up is tried again at the next look: at once would be a storm.
    void this.#giveUp(member, wasOpened);
  }

  /** Moves what a connection carries to others, and closes it. */
  async #giveUp(member: PoolMember, mayOpen: boolean): Promise<void> {
    const { state } = member;
    this.#desk.remember(member.subscriptions, member.marks());
    const moved = this.#desk.evacuate(member);
    const closed = this.#fleet.close(member);
    if (this.#stopping.signal.aborted) return closed;
    this.#desk.settle(mayOpen);
    if (state.kind === "failed" && member.openedMs !== undefined) {
      this.#counters.failovers++;
      this.#failovers.emit({
        from: member.id,
        cause: state.cause,
        subscriptions: moved.length,
        to: [...new Set(moved.flatMap(({ home }) => (home ? [home.id] : [])))],
        waiting: moved.filter(({ home }) => !home).length,
      });
    }
    await closed;
    if (mayOpen && !this.#stopping.signal.aborted) this.#desk.settle(true); // its slot is free now
  }
}
