import { untilAborted } from "../../core/abort.ts";
import { ConnectTimeoutError } from "../../core/errors.ts";
import type { HoldfastError } from "../../core/holdfast-error.ts";
import type { MarketStream } from "../../ports/market-stream.ts";
import { PoolMember } from "./pool-member.ts";
import type { ResolvedPoolOptions } from "./pool-options.ts";
import { toError } from "./to-error.ts";

/** What the fleet tells of its connections. */
export interface FleetEvents {
  error(error: HoldfastError): void;
  reconnected(reconnected: { readonly cause: HoldfastError; readonly downMs: number }): void;
  /** It is authenticated, for the first time or again. */
  live(member: PoolMember): void;
  /** It cannot come back by itself. `wasOpened`: it had been authenticated once. */
  failed(member: PoolMember, wasOpened: boolean): void;
}

/** After these a stream makes no further attempt. */
const ENDS: ReadonlySet<string> = new Set([
  "ERR_AUTH_REJECTED",
  "ERR_NOT_ENTITLED",
  "ERR_RETRIES_EXHAUSTED",
]);
/** After these no stream of the same credentials would fare better. */
const REFUSALS: ReadonlySet<string> = new Set(["ERR_AUTH_REJECTED", "ERR_NOT_ENTITLED"]);

/** The connections there are: opens and closes them, and knows with which credentials one more can be had. */
export class Fleet {
  /** Every connection that still takes a slot at the venue. */
  readonly #members = new Set<PoolMember>();
  readonly #closing = new Map<PoolMember, Promise<void>>();
  /** Credentials that are of no use, and why. */
  readonly #refused = new Map<number, HoldfastError>();
  readonly #options: ResolvedPoolOptions;
  readonly #events: FleetEvents;
  #opened = 0;

  constructor(options: ResolvedPoolOptions, events: FleetEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** How many were opened so far. */
  get opened(): number {
    return this.#opened;
  }

  get members(): readonly PoolMember[] {
    return [...this.#members];
  }

  /** Those that count towards the pool's size: a successor does so once its predecessor is gone. */
  get ordinary(): readonly PoolMember[] {
    return this.members.filter(({ isOpen, replaces }) => isOpen && !replaces);
  }

  /** How many more may be opened, within the pool's size and what the venue allows. */
  get openable(): number {
    const { credentials } = this.#options.capabilities;
    let free = 0;
    for (let credential = 0; credential < credentials; credential++) {
      free += Math.max(0, this.#freeSlots(credential));
    }
    return Math.max(0, Math.min(free, this.#options.poolSize - this.ordinary.length));
  }

  /** Why credentials are no longer tried, the first first. */
  get refusals(): readonly HoldfastError[] {
    return [...this.#refused.values()];
  }

  forgetRefusals(): void {
    this.#refused.clear();
  }

  /** Whether the venue allows one more, be it beyond the pool's size. */
  get hasFreeSlot(): boolean {
    return this.#freeCredential() !== undefined;
  }

  /** Begins to open another one; `undefined` when the venue allows none. */
  open(replaces?: PoolMember): PoolMember | undefined {
    const credential = this.#freeCredential();
    if (credential === undefined) return undefined;
    const { open, failoverAfterErrors, failoverAfterMs } = this.#options;
    let stream: MarketStream;
    try {
      stream = open(credential);
    } catch (thrown) {
      this.#refused.set(credential, toError(thrown));
      this.#events.error(toError(thrown));
      return undefined;
    }
    const policy = { failoverAfterErrors, failoverAfterMs };
    const member = new PoolMember(++this.#opened, credential, stream, policy, this.#nowMs());
    member.replaces = replaces;
    this.#members.add(member);
    member.listeners.push(
      stream.onError((error) => this.#onError(member, error)),
      stream.onReconnect((reconnected) => {
        this.#onReconnect(member);
        this.#events.reconnected(reconnected);
      }),
    );
    member.step({ kind: "open", nowMs: this.#nowMs() });
    member.opened = this.#connect(member);
    member.opened.catch(() => {}); // told by `failed`
    return member;
  }

  /** Gives a connection up; its slot is free when this resolves. */
  close(member: PoolMember): Promise<void> {
    const known = this.#closing.get(member);
    if (known !== undefined) return known;
    member.step({ kind: "close" });
    for (const stop of member.listeners.splice(0)) stop();
    const closed = this.#disconnect(member);
    this.#closing.set(member, closed);
    return closed;
  }

  fail(member: PoolMember, cause: HoldfastError): void {
    if (!member.isOpen) return;
    if (REFUSALS.has(cause.code)) this.#refused.set(member.credential, cause);
    member.failure = cause;
    member.step({ kind: "fail", cause });
    this.#events.failed(member, member.openedMs !== undefined);
  }

  /** Brings every state up to what the streams say. */
  observe(): void {
    for (const member of this.#members) this.#observe(member);
  }

  async #connect(member: PoolMember): Promise<void> {
    const { clock, connectTimeoutMs } = this.#options;
    const deadline = new AbortController();
    const cancel = clock.setTimer(() => {
      deadline.abort(new ConnectTimeoutError("connect", connectTimeoutMs));
    }, connectTimeoutMs);
    try {
      const connecting = member.stream.connect({ signal: deadline.signal });
      await untilAborted(connecting, deadline.signal);
    } catch (thrown) {
      // What it failed with, and not what our giving it up made of that.
      const cause = member.failure ?? toError(thrown);
      if (member.isOpen && member.lastError !== cause) this.#events.error(cause);
      this.fail(member, cause);
      throw cause;
    } finally {
      cancel();
    }
    this.#observe(member);
  }

  async #disconnect(member: PoolMember): Promise<void> {
    try {
      await member.stream.disconnect();
    } catch (thrown) {
      this.#events.error(toError(thrown));
    }
    this.#members.delete(member);
    this.#closing.delete(member);
  }

  #onError(member: PoolMember, error: HoldfastError): void {
    member.failedWith(error);
    this.#observe(member);
    this.#events.error(error);
    if (ENDS.has(error.code) && !member.stream.isLive) this.fail(member, error);
  }

  #onReconnect(member: PoolMember): void {
    member.reconnects++;
    member.step({ kind: "lost", nowMs: this.#nowMs() }); // if nothing told us so before
    this.#observe(member);
  }

  #observe(member: PoolMember): void {
    const before = member.state.kind;
    member.observe(this.#nowMs());
    if (member.state.kind === "authenticated" && before !== "authenticated") {
      this.#events.live(member);
    }
  }

  #freeCredential(): number | undefined {
    let best: number | undefined;
    for (let credential = 0; credential < this.#options.capabilities.credentials; credential++) {
      const free = this.#freeSlots(credential);
      if (free > 0 && (best === undefined || free > this.#freeSlots(best))) best = credential;
    }
    return best;
  }

  #freeSlots(credential: number): number {
    if (this.#refused.has(credential)) return 0;
    const taken = this.members.filter((member) => member.credential === credential).length;
    return this.#options.capabilities.connectionsPerCredential - taken;
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs();
  }
}
