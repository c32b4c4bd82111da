import { untilAborted } from "../../core/abort.ts";
import { type ChannelSymbols, ClosedError } from "../../core/errors.ts";
import type { HoldfastError } from "../../core/holdfast-error.ts";
import type { Unsubscribe } from "../../core/listeners.ts";
import type { MarketSink, MarketStream, SeenMarks } from "../../ports/market-stream.ts";
import type { PoolDesk } from "./pool-desk.ts";
import { type PooledSubscription, selectionOf } from "./pool-member.ts";
import { checkPoolSelection } from "./selection-check.ts";

/** A connection came back. @public */
export interface PoolReconnected {
  readonly cause: HoldfastError;
  readonly downMs: number;
}

/** What a pooled connection needs of its pool. */
export interface PooledConnectionHost {
  readonly desk: PoolDesk;
  start(options: { readonly signal?: AbortSignal }): Promise<void>;
  isAnyLive(): boolean;
  onReconnect(listener: (reconnected: PoolReconnected) => void): Unsubscribe;
  onError(listener: (error: HoldfastError) => void): Unsubscribe;
}

interface OpenRoute {
  readonly channel: string;
  readonly sink: MarketSink;
  /** By symbol. */
  readonly parts: Map<string, Unsubscribe>;
}

/**
 * A part of a {@link ConnectionPool} that behaves like one connection of one's own. What it
 * subscribes to and whom it calls stays the same when the pool moves it to another connection.
 * @public
 */
export interface PooledConnection extends MarketStream {
  /**
   * Wants these from now on, whichever connection carries them. Resolves with everything of this
   * handle that the venue has acknowledged, once these are among it.
   * @param options - `signal` ends the wait, not the subscription; `since` is where another
   *   connection left them
   * @throws PoolFullError when no connection has room; then nothing has changed
   * @throws SubscriptionRejectedError when the venue refuses; these are then no longer wanted
   */
  subscribe(
    selection: ChannelSymbols,
    options?: { readonly since?: SeenMarks; readonly signal?: AbortSignal },
  ): Promise<ChannelSymbols>;
  /** Gives up what nobody else wants, and every route; the pool and its connections stay. */
  release(): Promise<void>;
}

/** A pooled connection on its pool. */
export class PoolHandle implements PooledConnection {
  readonly #host: PooledConnectionHost;
  readonly #priority: number;
  /** Routes for every symbol: they grow and shrink with what is subscribed. */
  readonly #wideRoutes = new Set<OpenRoute>();
  readonly #stops = new Set<Unsubscribe>();
  #released: Promise<void> | undefined;

  constructor(host: PooledConnectionHost, priority: number) {
    this.#host = host;
    this.#priority = priority;
  }

  /** Whether everything that is subscribed is on an authenticated connection now. */
  get isLive(): boolean {
    const wanted = this.#wanted();
    if (wanted.length === 0) return this.#host.isAnyLive();
    return wanted.every(({ home }) => home?.stream.isLive === true);
  }

  /** What is wanted through this handle, acknowledged or not. */
  get desiredSubscriptions(): ChannelSymbols {
    return selectionOf(this.#wanted());
  }

  /** Starts the pool, if nobody has. */
  connect(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return this.#host.start(options);
  }

  /** The same as `release`. */
  disconnect(): Promise<void> {
    return this.release();
  }

  async subscribe(
    selection: ChannelSymbols,
    options: { readonly since?: SeenMarks; readonly signal?: AbortSignal } = {},
  ): Promise<ChannelSymbols> {
    if (this.#released !== undefined) throw new ClosedError("the pooled connection");
    options.signal?.throwIfAborted();
    const checked = checkPoolSelection(selection);
    const subscribed = this.#host.desk.subscribe(this, checked, this.#priority, options.since);
    this.#widen();
    await untilAborted(subscribed, options.signal);
    return this.#acknowledged();
  }

  /** Wants these no longer. Resolves with what is still acknowledged; others may still hold them. */
  async unsubscribe(selection: ChannelSymbols): Promise<ChannelSymbols> {
    const left = this.#host.desk.unsubscribe(this, checkPoolSelection(selection));
    this.#widen();
    await left;
    return this.#acknowledged();
  }

  /**
   * Calls `sink` with every message of the channel and the symbol, in order; for `*` of every symbol
   * that this handle is subscribed to. It subscribes to nothing.
   */
  route(channel: string, symbol: string, sink: MarketSink): Unsubscribe {
    if (this.#released !== undefined) throw new ClosedError("the pooled connection");
    const route: OpenRoute = { channel, sink, parts: new Map() };
    if (symbol === "*") {
      this.#wideRoutes.add(route);
      this.#widen();
    } else {
      route.parts.set(symbol, this.#host.desk.routes.add(channel, symbol, sink));
    }
    return this.#stoppable(() => {
      this.#wideRoutes.delete(route);
      for (const stop of route.parts.values()) stop();
      route.parts.clear();
    });
  }

  /** Where these are now; what has not brought anything yet is left out. */
  marks(selection: ChannelSymbols): SeenMarks {
    const known = this.#host.desk.table.look(selection, 0).known;
    const marks = new Map<string, Map<string, unknown>>();
    for (const { channel, symbol, home, mark } of known) {
      const now =
        home?.stream
          .marks({ [channel]: [symbol] })
          .get(channel)
          ?.get(symbol) ?? mark;
      if (now === undefined) continue;
      const ofChannel = marks.get(channel) ?? new Map<string, unknown>();
      marks.set(channel, ofChannel.set(symbol, now));
    }
    return marks;
  }

  /** Tells of every connection of the pool that came back. */
  onReconnect(listener: (reconnected: PoolReconnected) => void): Unsubscribe {
    return this.#stoppable(this.#host.onReconnect(listener));
  }

  /** Tells of everything that went wrong in the pool. */
  onError(listener: (error: HoldfastError) => void): Unsubscribe {
    return this.#stoppable(this.#host.onError(listener));
  }

  release(): Promise<void> {
    this.#released ??= this.#letGo();
    return this.#released;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  async #letGo(): Promise<void> {
    for (const stop of [...this.#stops]) stop();
    await this.#host.desk.unsubscribe(this, this.desiredSubscriptions);
  }

  #wanted(): readonly PooledSubscription[] {
    return this.#host.desk.table.ofOwner(this);
  }

  #acknowledged(): ChannelSymbols {
    return selectionOf(this.#wanted().filter(({ isAcknowledged }) => isAcknowledged));
  }

  #stoppable(stop: Unsubscribe): Unsubscribe {
    const once = (): void => {
      if (this.#stops.delete(once)) stop();
    };
    this.#stops.add(once);
    return once;
  }

  /** Routes for every symbol follow what is subscribed. */
  #widen(): void {
    if (this.#wideRoutes.size === 0) return;
    const symbols = new Set(this.#wanted().map(({ symbol }) => symbol));
    for (const { channel, sink, parts } of this.#wideRoutes) {
      for (const [symbol, stop] of parts) {
        if (symbols.has(symbol)) continue;
        parts.delete(symbol);
        stop();
      }
      for (const symbol of symbols) {
        if (parts.has(symbol)) continue;
        parts.set(symbol, this.#host.desk.routes.add(channel, symbol, sink));
      }
    }
  }
}
