import { untilAborted } from "../../core/abort.ts";
import { type Clock, sleep } from "../../core/clock.ts";
import { ConnectionClosedError, SlowConsumerError } from "../../core/errors.ts";
import type { Unsubscribe } from "../../core/listeners.ts";
import type { PoolDesk } from "./pool-desk.ts";
import type { PoolMember } from "./pool-member.ts";
import { type PooledSubscription, selectionOf } from "./pool-member.ts";
import { type DuplicateCounter, Seam } from "./seam.ts";

/** What a handover works with. */
export interface HandoverHost {
  readonly desk: PoolDesk;
  readonly options: HandoverOptions;
  readonly counters: DuplicateCounter;
  /** Aborts when the pool stops. */
  readonly signal: AbortSignal;
}

interface HandoverOptions {
  readonly clock: Clock;
  readonly overlapMs: number;
  readonly maxHeldMessages: number;
}

/** One connection may lag behind another by this much; so long its repetitions are left out. */
const MOST_LAG_MS = 10_000;

/**
 * Moves everything from one connection to another while messages flow. For a moment both carry
 * the same; the new one's messages wait until the venue has acknowledged that the old one gets no
 * more, and then follow without those that the old one had delivered.
 */
export class Handover {
  readonly #old: PoolMember;
  readonly #next: PoolMember;
  readonly #desk: PoolDesk;
  readonly #options: HandoverOptions;
  readonly #signal: AbortSignal;
  readonly #seam: Seam;
  readonly #trouble = new AbortController();
  readonly #lanes: (readonly [channel: string, symbol: string])[] = [];
  readonly #recorders: Unsubscribe[] = [];
  readonly #gates: Unsubscribe[] = [];
  readonly #watches: Unsubscribe[] = [];

  constructor(old: PoolMember, next: PoolMember, host: HandoverHost) {
    const { desk, options, counters, signal } = host;
    this.#signal = signal;
    this.#old = old;
    this.#next = next;
    this.#desk = desk;
    this.#options = options;
    const { maxHeldMessages } = options;
    const deliver = desk.routes.deliver.bind(desk.routes);
    this.#seam = new Seam(deliver, maxHeldMessages, counters, () => {
      const what = `one connection is more than ${maxHeldMessages} messages ahead of the other`;
      this.#trouble.abort(new SlowConsumerError(what));
    });
    // Back again, it would still have to fetch what it missed: from now on it must not be lost.
    this.#watch(old);
  }

  get duplicates(): number {
    return this.#seam.duplicates;
  }

  /**
   * Both connections carry everything; the old one still delivers it. When this rejects nothing
   * has changed, and `abandon` leaves everything with the old connection.
   */
  async overlap(): Promise<void> {
    const old = this.#old;
    const next = this.#next;
    old.successor = next;
    next.reserved = old.subscriptions.size;
    next.holding = this.#seam;
    this.#watch(next);
    this.#signal.addEventListener("abort", this.#stopped, { once: true });
    this.#watches.push(() => this.#signal.removeEventListener("abort", this.#stopped));
    if (this.#signal.aborted) this.#stopped();
    for (const member of [old, next]) {
      if (member.steadySinceMs === Number.POSITIVE_INFINITY) this.#lost(member);
    }
    this.#trouble.signal.throwIfAborted();
    for (const { channel, symbol } of old.subscriptions) this.#join(channel, symbol);
    for (const symbol of new Set([...old.subscriptions].map((one) => one.symbol))) {
      // What nobody subscribed to by name, and comes along: corrections with trades.
      for (const channel of this.#desk.routes.channelsOf(symbol)) {
        if (!this.#desk.table.get(channel, symbol)) this.#join(channel, symbol);
      }
    }
    await this.#pause();
    if (old.subscriptions.size > 0) {
      const selection = selectionOf(old.subscriptions);
      await untilAborted(next.stream.subscribe(selection).then(ignore), this.#trouble.signal);
    }
    await this.#pause();
    this.#trouble.signal.throwIfAborted();
  }

  /** The old connection stays as it was. */
  abandon(): void {
    this.#stopWatching();
    for (const stop of this.#gates.splice(0)) stop();
    this.#next.holding = undefined;
    this.#next.reserved = 0;
    this.#old.successor = undefined;
  }

  /**
   * Has the old connection give everything up, and the new one deliver it. Resolves with whether
   * the seam held; otherwise the new connection fills in what came between, from where the old one
   * was.
   */
  async switchOver(): Promise<"joined" | "recovered"> {
    const before = this.#old.marks();
    this.#seam.mark();
    this.#old.step({ kind: "drain", nowMs: this.#options.clock.monotonicMs() });
    let isJoined = false;
    try {
      await untilAborted(giveBack(this.#old, this.#old.subscriptions), this.#trouble.signal);
      // One that was lost has nothing left to give up, and says so at once.
      isJoined = !this.#trouble.signal.aborted && this.#old.stream.isLive;
    } catch {
      // The connection or the venue failed; it is enough that it did.
    }
    this.#stopWatching();
    this.#desk.remember(this.#old.subscriptions, this.#old.marks(), before);
    this.#silenceOld();
    if (isJoined) this.#seam.release();
    else await this.#beginAgain();
    this.#move(isJoined);
    return isJoined ? "joined" : "recovered";
  }

  /** From here the old connection delivers nothing, whatever it still brings. */
  #silenceOld(): void {
    this.#old.holding = this.#seam;
    this.#desk.routes.leave(this.#old);
  }

  /** What the new connection was granted is given back, so that it can begin where the old one was. */
  async #beginAgain(): Promise<void> {
    this.#seam.discard();
    try {
      await giveBack(this.#next, this.#old.subscriptions);
    } catch {
      // Refused or lost; it reports that itself, and what it brings twice is left out either way.
    }
  }

  /** At one go, so that no message finds nobody. */
  #move(isJoined: boolean): void {
    for (const stop of this.#gates.splice(0)) stop();
    this.#next.holding = undefined;
    this.#next.reserved = 0;
    const subscriptions = this.#desk.evacuate(this.#old);
    this.#old.successor = undefined;
    this.#seam.pass();
    this.#keepFilter();
    if (isJoined) this.#desk.adopt(this.#next, subscriptions);
    else if (this.#next.state.kind === "authenticated") {
      this.#desk.assign(this.#next, subscriptions);
    }
  }

  /** The new connection may still bring what the old one had delivered. */
  #keepFilter(): void {
    const { routes, atClose } = this.#desk;
    const removals = this.#lanes.map(([channel, symbol]) =>
      routes.gate(channel, symbol, this.#seam.gate(channel, symbol)),
    );
    const finish = (): void => {
      cancel();
      atClose.delete(finish);
      for (const remove of removals) remove();
    };
    const cancel = this.#options.clock.setTimer(finish, MOST_LAG_MS, { keepsProcessAlive: false });
    atClose.add(finish);
  }

  readonly #stopped = (): void => {
    this.#trouble.abort(new ConnectionClosedError(1000, "the pool stops"));
  };

  #pause(): Promise<void> {
    return sleep(this.#options.clock, this.#options.overlapMs, this.#trouble.signal);
  }

  #watch(member: PoolMember): void {
    const lost = (): void => this.#lost(member);
    member.lossListeners.add(lost);
    this.#watches.push(() => member.lossListeners.delete(lost));
  }

  #lost(member: PoolMember): void {
    const which = member === this.#old ? "old" : "new";
    this.#trouble.abort(new ConnectionClosedError(1006, `the ${which} connection was lost`));
  }

  #join(channel: string, symbol: string): void {
    this.#lanes.push([channel, symbol]);
    const { stream } = this.#old;
    this.#recorders.push(stream.route(channel, symbol, this.#seam.recorder(channel, symbol)));
    this.#gates.push(this.#next.stream.route(channel, symbol, this.#seam.gate(channel, symbol)));
  }

  #stopWatching(): void {
    for (const stop of this.#watches.splice(0)) stop();
    for (const stop of this.#recorders.splice(0)) stop();
  }
}

async function giveBack(
  member: PoolMember,
  subscriptions: ReadonlySet<PooledSubscription>,
): Promise<void> {
  if (subscriptions.size > 0) await member.stream.unsubscribe(selectionOf(subscriptions));
}

function ignore(): void {}
