import type { ChannelSymbol } from "./channel-symbol.ts";
import type { ManagedSubscription } from "./managed-subscription.ts";
import { planSymbols, type SymbolWant } from "./plan-symbols.ts";
import type { FiniteLimit } from "./symbol-limits.ts";

const NOBODY: ReadonlySet<ManagedSubscription> = new Set();

/** Who wants what, and what of it there is room for. */
export class ClaimTable {
  readonly #limits: readonly FiniteLimit[];
  readonly #claims = new Map<ChannelSymbol, Set<ManagedSubscription>>();
  #admitted: readonly ChannelSymbol[] | undefined = [];
  #waiting: ReadonlySet<ChannelSymbol> = new Set();

  constructor(limits: readonly FiniteLimit[]) {
    this.#limits = limits;
  }

  /** What the venue is to have, the most important first. */
  get admitted(): readonly ChannelSymbol[] {
    this.#admitted ??= planSymbols(this.#wants(), this.#limits).admitted;
    return this.#admitted;
  }

  get keys(): Iterable<ChannelSymbol> {
    return this.#claims.keys();
  }

  subscribersOf(key: ChannelSymbol): ReadonlySet<ManagedSubscription> {
    return this.#claims.get(key) ?? NOBODY;
  }

  /** Wanted, and there is room for it. */
  isAdmitted(key: ChannelSymbol): boolean {
    return this.#claims.has(key) && !this.#waiting.has(key);
  }

  /** Wanted, without room for it. */
  isWaiting(key: ChannelSymbol): boolean {
    return this.#waiting.has(key);
  }

  add(subscription: ManagedSubscription): void {
    for (const key of subscription.keys) {
      const claims = this.#claims.get(key);
      if (claims) claims.add(subscription);
      else this.#claims.set(key, new Set([subscription]));
    }
    this.#plan(subscription);
  }

  remove(subscription: ManagedSubscription, keys: readonly ChannelSymbol[]): void {
    for (const key of keys) {
      const claims = this.#claims.get(key);
      if (!claims?.delete(subscription)) continue;
      if (claims.size === 0) this.#claims.delete(key);
    }
    this.#plan(undefined);
  }

  /** The venue will not have it: nobody's claim is left. Returns whose there were. */
  strike(key: ChannelSymbol): ReadonlySet<ManagedSubscription> {
    const claims = this.subscribersOf(key);
    this.#claims.delete(key);
    this.#plan(undefined);
    return claims;
  }

  clear(): void {
    this.#claims.clear();
    this.#plan(undefined);
  }

  #plan(newcomer: ManagedSubscription | undefined): void {
    this.#admitted = undefined;
    if (this.#limits.length === 0) return; // there is room for everything
    const { admitted, waiting } = planSymbols(this.#wants(), this.#limits);
    this.#admitted = admitted;
    this.#waiting = new Set(waiting);
    for (const key of waiting) {
      for (const claim of this.subscribersOf(key)) claim.displace(key, claim === newcomer);
    }
    for (const key of admitted) {
      for (const claim of this.subscribersOf(key)) claim.admit(key);
    }
  }

  #wants(): SymbolWant[] {
    return [...this.#claims].map(([key, claims]) => {
      let first: ManagedSubscription | undefined;
      for (const claim of claims) {
        if (!first || claim.priority > first.priority) first = claim; // claims are in their order
      }
      return { key, priority: first?.priority ?? 0, order: first?.orderOf(key) ?? 0 };
    });
  }
}
