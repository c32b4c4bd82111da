import type { ChannelSymbols } from "../../core/errors.ts";
import type { HoldfastError } from "../../core/holdfast-error.ts";
import type { Unsubscribe } from "../../core/listeners.ts";
import type { MarketStream, SeenMarks } from "../../ports/market-stream.ts";
import type { Seam } from "./seam.ts";
import {
  type PatiencePolicy,
  type PooledConnectionEvent,
  type PooledConnectionState,
  step,
} from "./state.ts";

/** One connection of the pool and what is known about it. The decisions are in {@link step}. */
export class PoolMember {
  readonly id: number;
  /** Which credentials it was opened with. */
  readonly credential: number;
  readonly stream: MarketStream;
  readonly subscriptions: Set<PooledSubscription> = new Set();
  /** What its stream's listeners are stopped with. */
  readonly listeners: Unsubscribe[] = [];
  errors = 0;
  lastError: HoldfastError | undefined;
  /** Why it cannot come back. */
  failure: HoldfastError | undefined;
  reconnects = 0;
  /** When it was first authenticated; `undefined` before. */
  openedMs: number | undefined;
  /** Since when it has had no subscription. */
  emptySinceMs: number;
  /** Resolves when it is authenticated for the first time, rejects when that cannot be. */
  opened: Promise<void> = Promise.resolve();
  /** The connection whose place it is about to take. */
  replaces: PoolMember | undefined;
  /** The connection that is about to take its place; what is new goes elsewhere. */
  successor: PoolMember | undefined;
  /** When it last took over something that had been missed. */
  repairingSinceMs = 0;
  /** What it brings of its predecessor's subscriptions waits here. */
  holding: Seam | undefined;
  /** Subscriptions that are about to come to it; they need room already. */
  reserved = 0;
  /** Told when it is no longer authenticated. */
  readonly lossListeners: Set<() => void> = new Set();
  readonly #policy: PatiencePolicy;
  #state: PooledConnectionState = { kind: "idle" };

  constructor(
    id: number,
    credential: number,
    stream: MarketStream,
    policy: PatiencePolicy,
    nowMs: number,
  ) {
    this.id = id;
    this.credential = credential;
    this.stream = stream;
    this.emptySinceMs = nowMs;
    this.#policy = policy;
  }

  get state(): PooledConnectionState {
    return this.#state;
  }

  /** Since when it has been authenticated and nothing has come to it that had missed something. */
  get steadySinceMs(): number {
    const isComplete = [...this.subscriptions].every(({ isAcknowledged }) => isAcknowledged);
    if (this.#state.kind !== "authenticated" || !isComplete) return Number.POSITIVE_INFINITY;
    return Math.max(this.#state.sinceMs, this.repairingSinceMs);
  }

  get isOpen(): boolean {
    const { kind } = this.#state;
    return kind !== "failed" && kind !== "closed";
  }

  get load(): number {
    return this.subscriptions.size + this.reserved;
  }

  step(event: PooledConnectionEvent): void {
    const previous = this.#state;
    this.#state = step(previous, event, this.#policy);
    if (this.#state === previous) return;
    if (event.kind === "live") this.openedMs ??= event.nowMs;
    if (previous.kind !== "authenticated" && previous.kind !== "draining") return;
    if (event.kind !== "drain") for (const listener of [...this.lossListeners]) listener();
  }

  /** Brings the state up to what the stream says of itself. */
  observe(nowMs: number): void {
    this.step({ kind: this.stream.isLive ? "live" : "lost", nowMs });
  }

  failedWith(error: HoldfastError): void {
    this.errors++;
    this.lastError = error;
    // A callback of the user's is no fault of the connection's.
    if (error.code !== "ERR_HANDLER") this.step({ kind: "error" });
  }

  /** Where its subscriptions are now. */
  marks(): SeenMarks {
    if (this.subscriptions.size === 0) return new Map();
    return this.stream.marks(selectionOf(this.subscriptions));
  }

  take(subscription: PooledSubscription): void {
    subscription.home?.subscriptions.delete(subscription);
    subscription.home = this;
    this.subscriptions.add(subscription);
  }

  drop(subscription: PooledSubscription, nowMs: number): void {
    if (!this.subscriptions.delete(subscription)) return;
    subscription.home = undefined;
    if (this.subscriptions.size === 0) this.emptySinceMs = nowMs;
  }
}

interface Waiter {
  resolve(): void;
  reject(cause: unknown): void;
}

/** One channel of one symbol that somebody wants, wherever it is carried at the moment. */
export class PooledSubscription {
  readonly channel: string;
  readonly symbol: string;
  /** Who wants it. */
  readonly owners: Set<object> = new Set();
  priority: number;
  /** The connection that carries it; `undefined` while no connection has room or can be had. */
  home: PoolMember | undefined;
  /** Where it was left when it had to move; a newer mark of its home's takes precedence. */
  mark: unknown;
  #acknowledged = false;
  #waiters: Waiter[] = [];

  constructor(channel: string, symbol: string, priority: number) {
    this.channel = channel;
    this.symbol = symbol;
    this.priority = priority;
  }

  get isAcknowledged(): boolean {
    return this.#acknowledged;
  }

  /** Resolves once a venue has acknowledged it, on whichever connection that is. */
  whenAcknowledged(): Promise<void> {
    if (this.#acknowledged) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  acknowledged(): void {
    this.#acknowledged = true;
    for (const waiter of this.#waiters.splice(0)) waiter.resolve();
  }

  unacknowledged(): void {
    this.#acknowledged = false;
  }

  refused(cause: unknown): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(cause);
  }
}

export function selectionOf(subscriptions: Iterable<PooledSubscription>): ChannelSymbols {
  const selection: Record<string, string[]> = {};
  for (const { channel, symbol } of subscriptions) {
    const symbols = selection[channel];
    if (symbols) symbols.push(symbol);
    else selection[channel] = [symbol];
  }
  return selection;
}

/** The marks that these subscriptions carry with them; those without one are left out. */
export function marksOf(subscriptions: Iterable<PooledSubscription>): SeenMarks {
  const marks = new Map<string, Map<string, unknown>>();
  for (const { channel, symbol, mark } of subscriptions) {
    if (mark === undefined) continue;
    const ofChannel = marks.get(channel) ?? new Map<string, unknown>();
    marks.set(channel, ofChannel.set(symbol, mark));
  }
  return marks;
}
