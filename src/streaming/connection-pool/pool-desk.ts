import type { ChannelSymbols, HandlerError } from "../../core/errors.ts";
import { ClosedError, ConfigError, SubscriptionRejectedError } from "../../core/errors.ts";
import type { SeenMarks } from "../../ports/market-stream.ts";
import { SymbolSets } from "../symbol-sets.ts";
import type { Fleet } from "./fleet.ts";
import { place, type Shelf } from "./placement.ts";
import { PoolFullError } from "./pool-full-error.ts";
import type { PoolMember } from "./pool-member.ts";
import { marksOf, type PooledSubscription, selectionOf } from "./pool-member.ts";
import type { ResolvedPoolOptions } from "./pool-options.ts";
import { RouteBook } from "./route-book.ts";
import { SubscriptionTable } from "./subscription-table.ts";

interface MemberShelf extends Shelf {
  /** `undefined`: one that would have to be opened. */
  readonly member: PoolMember | undefined;
}

// The order in which connections are chosen, all else being equal.
const LIVE = 0;
const OPENING = 1;
const NEW = 2;
const AWAY = 3;

const NO_MARKS: SeenMarks = new Map();
const NO_SYMBOLS: ReadonlySet<string> = new Set();

/** Decides which connection carries what, and moves it when that connection can no longer. */
export class PoolDesk {
  readonly table: SubscriptionTable = new SubscriptionTable();
  readonly routes: RouteBook;
  /** What else ends with it. */
  readonly atClose: Set<() => void> = new Set();
  readonly #options: ResolvedPoolOptions;
  readonly #fleet: Fleet;

  constructor(options: ResolvedPoolOptions, fleet: Fleet, report: (error: HandlerError) => void) {
    this.#options = options;
    this.#fleet = fleet;
    this.routes = new RouteBook(this, report);
  }

  /**
   * Wants these from now on, on behalf of the owner; resolves once all of them are acknowledged.
   * @throws PoolFullError when there is no room; then nothing has changed
   */
  async subscribe(
    owner: object,
    selection: ChannelSymbols,
    priority: number,
    since: SeenMarks = NO_MARKS,
  ): Promise<void> {
    const { known, fresh } = this.table.look(selection, priority);
    const plan = this.#plan(fresh);
    const homes = [...plan].map(([shelf, subscriptions]) => {
      const member = shelf.member ?? this.#fleet.open();
      if (!member) throw this.#full(fresh.length); // a credential was refused just now
      return [member, subscriptions] as const;
    });
    for (const subscription of [...known, ...fresh]) {
      subscription.owners.add(owner);
      subscription.priority = Math.max(subscription.priority, priority);
    }
    this.remember(fresh, since);
    for (const subscription of fresh) this.table.add(subscription);
    for (const [member, subscriptions] of homes) this.assign(member, subscriptions);
    await Promise.all([...known, ...fresh].map((subscription) => subscription.whenAcknowledged()));
  }

  /** The owner wants these no longer; resolves when the venue has acknowledged what nobody wants. */
  async unsubscribe(owner: object | undefined, selection: ChannelSymbols): Promise<void> {
    const leaving = new Map<PoolMember, PooledSubscription[]>();
    for (const subscription of this.table.look(selection, 0).known) {
      if (owner) subscription.owners.delete(owner);
      else subscription.owners.clear();
      if (subscription.owners.size > 0) continue;
      const { home } = subscription;
      const carriers = home?.successor ? [home, home.successor] : home ? [home] : [];
      for (const member of carriers) {
        leaving.set(member, [...(leaving.get(member) ?? []), subscription]);
      }
      this.#remove(subscription);
      subscription.acknowledged(); // whoever waits for it waits for nothing
    }
    await Promise.all(
      [...leaving].map(([member, subscriptions]) =>
        member.stream.unsubscribe(selectionOf(subscriptions)),
      ),
    );
  }

  /** Puts these on a connection and asks for them there. */
  assign(member: PoolMember, subscriptions: readonly PooledSubscription[]): void {
    for (const subscription of subscriptions) {
      member.take(subscription);
      subscription.unacknowledged();
    }
    for (const symbol of symbolsOf(subscriptions)) this.routes.follow(symbol);
    void this.#ask(member, subscriptions, marksOf(subscriptions));
  }

  /** What was asked for while the connection was away is asked for again. */
  renew(member: PoolMember): void {
    const open = [...member.subscriptions].filter(({ isAcknowledged }) => !isAcknowledged);
    if (open.length > 0) void this.#ask(member, open, NO_MARKS); // it has been told where they were
  }

  /** These are there already, acknowledged: nothing has to be asked for. */
  adopt(member: PoolMember, subscriptions: readonly PooledSubscription[]): void {
    for (const subscription of subscriptions) {
      member.take(subscription);
      subscription.acknowledged();
    }
    for (const symbol of symbolsOf(subscriptions)) this.routes.follow(symbol);
  }

  /** Keeps where these are, the first known mark of each, for the connection they move to. */
  remember(subscriptions: Iterable<PooledSubscription>, ...marks: readonly SeenMarks[]): void {
    for (const subscription of subscriptions) {
      const { channel, symbol } = subscription;
      for (const source of [...marks].reverse()) {
        subscription.mark = source.get(channel)?.get(symbol) ?? subscription.mark;
      }
    }
  }

  /** Takes everything off a connection; nothing of it arrives any more. */
  evacuate(member: PoolMember): readonly PooledSubscription[] {
    const subscriptions = [...member.subscriptions];
    for (const subscription of subscriptions) {
      member.drop(subscription, this.#options.clock.monotonicMs());
      subscription.unacknowledged();
    }
    this.routes.leave(member);
    return subscriptions;
  }

  /**
   * Finds connections for what has none, the most important first; as much as there is room for.
   * @param mayOpen - whether another connection may be opened for it
   */
  settle(mayOpen: boolean): void {
    const homeless = [...this.table.all()].filter(({ home }) => home === undefined);
    if (homeless.length === 0) return;
    homeless.sort((one, other) => other.priority - one.priority);
    const shelves = this.#shelves(mayOpen).filter(({ rank }) => rank !== AWAY);
    const room = shelves.reduce((sum, shelf) => sum + shelf.room, 0);
    const plan = place(homeless.slice(0, room), shelves) ?? new Map();
    for (const [shelf, subscriptions] of plan) {
      const member = shelf.member ?? this.#fleet.open();
      if (member) this.assign(member, subscriptions);
    }
  }

  carriersOf(channel: string, symbol: string): readonly PoolMember[] {
    const own = this.table.get(channel, symbol);
    const subscriptions = own ? [own] : this.table.ofSymbol(symbol);
    const carriers = new Set<PoolMember>();
    for (const { home } of subscriptions) {
      if (home && !home.holding?.has(channel, symbol)) carriers.add(home);
    }
    return [...carriers];
  }

  close(): void {
    for (const end of [...this.atClose]) end();
    for (const subscription of this.table.all()) subscription.refused(new ClosedError("the pool"));
    this.routes.clear();
    this.table.clear();
  }

  async #ask(
    member: PoolMember,
    subscriptions: readonly PooledSubscription[],
    since: SeenMarks,
  ): Promise<void> {
    const isTakeOver = since.size > 0;
    if (isTakeOver) member.repairingSinceMs = this.#options.clock.monotonicMs();
    try {
      await member.stream.subscribe(selectionOf(subscriptions), isTakeOver ? { since } : {});
      if (isTakeOver) member.repairingSinceMs = this.#options.clock.monotonicMs();
      for (const subscription of subscriptions) {
        if (subscription.home === member) subscription.acknowledged();
      }
    } catch (cause) {
      const concerned = subscriptions.filter(({ home }) => home === member);
      if (concerned.length > 0) this.#refused(member, concerned, cause);
    }
  }

  #refused(member: PoolMember, subscriptions: readonly PooledSubscription[], cause: unknown): void {
    if (cause instanceof SubscriptionRejectedError || cause instanceof ConfigError) {
      const rejected = new SymbolSets();
      rejected.add(cause instanceof ConfigError ? selectionOf(subscriptions) : cause.rejected);
      const kept = subscriptions.filter(({ channel, symbol }) => !rejected.has(channel, symbol));
      for (const subscription of subscriptions) {
        if (kept.includes(subscription)) continue;
        this.#remove(subscription);
        subscription.refused(cause);
      }
      // One symbol's refusal is no answer for the others; if it repeats, there is no way forward.
      if (kept.length > 0 && kept.length < subscriptions.length) {
        void this.#ask(member, kept, NO_MARKS);
      }
      return;
    }
    // Lost meanwhile, it is asked for again when the connection is back, here or elsewhere.
    if (!member.stream.isLive) return;
    for (const subscription of subscriptions) subscription.refused(cause);
  }

  #remove(subscription: PooledSubscription): void {
    this.table.remove(subscription);
    subscription.home?.drop(subscription, this.#options.clock.monotonicMs());
    this.routes.follow(subscription.symbol);
  }

  #plan(fresh: readonly PooledSubscription[]): Map<MemberShelf, PooledSubscription[]> {
    const plan = place(fresh, this.#shelves(true));
    if (!plan) throw this.#full(fresh.length);
    return plan;
  }

  #full(wanted: number): PoolFullError {
    const free = this.#shelves(true).reduce((sum, { room }) => sum + room, 0);
    const { maxSubscriptionsPerConnection } = this.#options;
    return new PoolFullError(
      wanted,
      free,
      this.#fleet.ordinary.length,
      maxSubscriptionsPerConnection,
    );
  }

  #shelves(mayOpen: boolean): MemberShelf[] {
    const max = this.#options.maxSubscriptionsPerConnection;
    const shelves = this.#fleet.members.flatMap((member): MemberShelf[] => {
      const rank = rankOf(member);
      if (rank === undefined) return [];
      const { load } = member;
      const symbols = new Set([...member.subscriptions].map(({ symbol }) => symbol));
      return [
        { member, rank, load, room: max - load, symbols: rank === AWAY ? NO_SYMBOLS : symbols },
      ];
    });
    for (let more = mayOpen ? this.#fleet.openable : 0; more > 0; more--) {
      shelves.push({ member: undefined, rank: NEW, load: 0, room: max, symbols: NO_SYMBOLS });
    }
    return shelves;
  }
}

/** `undefined` where nothing new should go. */
function rankOf(member: PoolMember): number | undefined {
  if (member.successor) return undefined;
  switch (member.state.kind) {
    case "authenticated":
      return LIVE;
    case "connecting":
      // Until it is live, a successor may still come to nothing.
      return member.replaces ? undefined : OPENING;
    case "connected":
      return member.replaces ? undefined : AWAY;
    case "idle":
    case "draining":
    case "failed":
    case "closed":
      return undefined;
    default:
      return member.state satisfies never;
  }
}

function symbolsOf(subscriptions: readonly PooledSubscription[]): ReadonlySet<string> {
  return new Set(subscriptions.map(({ symbol }) => symbol));
}
