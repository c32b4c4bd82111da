import type { ChannelSymbols } from "../../core/errors.ts";
import { PooledSubscription } from "./pool-member.ts";

const NONE: ReadonlySet<PooledSubscription> = new Set();

/** Everything that is wanted of the pool, by channel and symbol, and by whom. */
export class SubscriptionTable {
  readonly #all = new Map<string, PooledSubscription>();
  readonly #bySymbol = new Map<string, Set<PooledSubscription>>();

  get(channel: string, symbol: string): PooledSubscription | undefined {
    return this.#all.get(nameOf(channel, symbol));
  }

  all(): IterableIterator<PooledSubscription> {
    return this.#all.values();
  }

  ofOwner(owner: object): PooledSubscription[] {
    return [...this.#all.values()].filter(({ owners }) => owners.has(owner));
  }

  ofSymbol(symbol: string): ReadonlySet<PooledSubscription> {
    return this.#bySymbol.get(symbol) ?? NONE;
  }

  /** Those of the selection that are held already, and for the others new ones not yet held. */
  look(
    selection: ChannelSymbols,
    priority: number,
  ): { readonly known: PooledSubscription[]; readonly fresh: PooledSubscription[] } {
    const known = new Map<string, PooledSubscription>();
    const fresh = new Map<string, PooledSubscription>();
    for (const [channel, symbols] of Object.entries(selection)) {
      for (const symbol of symbols) {
        const name = nameOf(channel, symbol);
        const held = this.#all.get(name);
        if (held) known.set(name, held);
        else fresh.set(name, new PooledSubscription(channel, symbol, priority));
      }
    }
    return { known: [...known.values()], fresh: [...fresh.values()] };
  }

  add(subscription: PooledSubscription): void {
    const { channel, symbol } = subscription;
    this.#all.set(nameOf(channel, symbol), subscription);
    const ofSymbol = this.#bySymbol.get(symbol) ?? new Set();
    this.#bySymbol.set(symbol, ofSymbol.add(subscription));
  }

  remove(subscription: PooledSubscription): void {
    const name = nameOf(subscription.channel, subscription.symbol);
    if (this.#all.get(name) !== subscription) return;
    this.#all.delete(name);
    const ofSymbol = this.#bySymbol.get(subscription.symbol);
    ofSymbol?.delete(subscription);
    if (ofSymbol?.size === 0) this.#bySymbol.delete(subscription.symbol);
  }

  clear(): void {
    this.#all.clear();
    this.#bySymbol.clear();
  }
}

function nameOf(channel: string, symbol: string): string {
  return `${channel} ${symbol}`;
}
