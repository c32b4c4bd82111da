import { type ChannelSymbols, ClosedError } from "../../core/errors.ts";
import type { HoldfastError } from "../../core/holdfast-error.ts";
import { Listeners, type Unsubscribe } from "../../core/listeners.ts";
import type { MarketSink } from "../../ports/market-stream.ts";
import { type ChannelSymbol, partsOf, toSelection } from "./channel-symbol.ts";
import type { MessageSink } from "./message-sink.ts";
import { type RefusedSymbol, refusalError } from "./refused-symbol.ts";
import type { StreamSubscription, SubscriptionChange } from "./stream-subscription.ts";

/** What became of one symbol of a subscription. */
type Standing =
  | { readonly kind: "asked"; readonly wasRefused: boolean }
  | { readonly kind: "active" }
  | { readonly kind: "refused"; readonly as: RefusedSymbol };

const ASKED: Standing = { kind: "asked", wasRefused: false };
const ASKED_AGAIN: Standing = { kind: "asked", wasRefused: true };
const ACTIVE: Standing = { kind: "active" };

/** What a subscription needs of whoever made it. */
export interface ManagedSubscriptionOptions {
  readonly keys: readonly ChannelSymbol[];
  readonly priority: number;
  /** How many symbols others had asked for before. */
  readonly order: number;
  readonly handler: MarketSink | undefined;
  readonly sink: MessageSink;
  close(subscription: ManagedSubscription): Promise<void>;
  listenerFailed(thrown: unknown): void;
}

/** One caller's subscription: where each of its symbols stands, and the answer to its caller. */
export class ManagedSubscription implements StreamSubscription {
  readonly priority: number;
  readonly handler: MarketSink | undefined;
  /** Settles when each of the symbols is acknowledged or refused; rejects when all are refused. */
  readonly acknowledged: Promise<void>;
  readonly #options: ManagedSubscriptionOptions;
  readonly #orders: ReadonlyMap<ChannelSymbol, number>;
  readonly #standings: Map<ChannelSymbol, Standing>;
  readonly #changes: Listeners<SubscriptionChange>;
  #answer: { resolve(): void; reject(cause: unknown): void } | undefined;
  #closing: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: ManagedSubscriptionOptions) {
    this.#options = options;
    this.priority = options.priority;
    this.#orders = new Map(options.keys.map((key, at) => [key, options.order + at]));
    this.handler = options.handler;
    this.#standings = new Map(options.keys.map((key) => [key, ASKED]));
    this.#changes = new Listeners((thrown) => options.listenerFailed(thrown));
    this.acknowledged = new Promise((resolve, reject) => {
      this.#answer = { resolve, reject };
    });
    options.sink.open(options.keys);
  }

  get keys(): readonly ChannelSymbol[] {
    return [...this.#standings.keys()];
  }

  /** When this symbol was asked for; lower is earlier. */
  orderOf(key: ChannelSymbol): number {
    return this.#orders.get(key) ?? Number.POSITIVE_INFINITY;
  }

  get symbols(): ChannelSymbols {
    const active = [...this.#standings].filter(([, { kind }]) => kind === "active");
    return toSelection(active.map(([key]) => key));
  }

  get refused(): readonly RefusedSymbol[] {
    return [...this.#standings.values()].flatMap((standing) =>
      standing.kind === "refused" ? [standing.as] : [],
    );
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  onChange(listener: (change: SubscriptionChange) => void): Unsubscribe {
    return this.#changes.on(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#options.close(this);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Whether the venue has it is known anew. */
  look(isHeld: (key: ChannelSymbol) => boolean): void {
    for (const [key, standing] of this.#standings) {
      if (standing.kind === "asked" && isHeld(key)) {
        this.#standings.set(key, ACTIVE);
        if (standing.wasRefused) this.#tell({ kind: "admitted", ...partsOf(key) });
      } else if (standing.kind === "active" && !isHeld(key)) this.#standings.set(key, ASKED);
    }
    this.#answerIfSettled();
  }

  /** There is room for it. */
  admit(key: ChannelSymbol): void {
    const standing = this.#standings.get(key);
    if (standing?.kind !== "refused" || standing.as.reason === "venue") return;
    this.#standings.set(key, ASKED_AGAIN);
    this.#options.sink.open([key]);
  }

  /** There is no room for it, or no longer. */
  displace(key: ChannelSymbol, isNew: boolean): void {
    if (this.#standings.get(key)?.kind === "refused") return;
    this.#refuse(key, { ...partsOf(key), reason: isNew ? "limit" : "evicted" });
  }

  /** The venue refused it. */
  deny(key: ChannelSymbol, error: HoldfastError): void {
    if (!this.#standings.has(key)) return;
    this.#refuse(key, { ...partsOf(key), reason: "venue", error });
  }

  /** Not wanted any more; nothing is left of a subscription without symbols. */
  forget(keys: readonly ChannelSymbol[]): void {
    for (const key of keys) {
      this.#standings.delete(key);
      this.#options.sink.close(key);
    }
    if (this.#standings.size === 0) this.end(new ClosedError("the subscription"));
    else this.#answerIfSettled();
  }

  end(cause: HoldfastError): void {
    this.#isClosed = true;
    for (const key of this.keys) this.#options.sink.close(key);
    this.#standings.clear();
    this.#changes.clear();
    this.#answer?.reject(cause);
    this.#answer = undefined;
  }

  #refuse(key: ChannelSymbol, as: RefusedSymbol): void {
    this.#standings.set(key, { kind: "refused", as });
    this.#options.sink.close(key);
    this.#tell({ kind: "refused", ...as });
    this.#answerIfSettled();
  }

  /** Told afterwards, since a listener may subscribe and close while we go through everybody. */
  #tell(change: SubscriptionChange): void {
    if (this.#changes.size > 0) queueMicrotask(() => this.#changes.emit(change));
  }

  #answerIfSettled(): void {
    if (!this.#answer) return;
    const kinds = [...this.#standings.values()].map(({ kind }) => kind);
    if (kinds.includes("asked")) return;
    if (kinds.includes("active")) this.#answer.resolve();
    else this.#answer.reject(refusalError(this.refused));
    this.#answer = undefined;
  }
}
