import type { MarketData } from "../../model/market-data.ts";
import { EVERY_SYMBOL } from "../router.ts";
import type { SymbolTable } from "../symbol-table.ts";
import { ChannelMarks } from "./channel-marks.ts";
import type { ChannelRules } from "./channel-rules.ts";
import { identityOf } from "./merge-history.ts";
import { TrackedSymbol } from "./tracked-symbol.ts";

const FIRST_CAPACITY = 64;

/** What the way of a message has to do for a symbol; nearly always nothing but take note. */
const FLOWING = 0;
const ATTENTION = 1;

/** What a channel asks of the ledger it belongs to. */
export interface ChannelLedgerEvents {
  /** A message was held back. */
  held(): void;
  /** The first live message after a gap for which nothing is held back. */
  resumed(tracked: TrackedSymbol, message: MarketData): void;
}

/** One channel's symbols: what they brought last, and what is to happen to what they bring now. */
export class ChannelLedger {
  readonly name: string;
  readonly rules: ChannelRules;
  readonly marks: ChannelMarks;
  readonly tracked: Map<string, TrackedSymbol> = new Map();
  readonly #symbols: SymbolTable;
  readonly #events: ChannelLedgerEvents;
  readonly #byId: (TrackedSymbol | undefined)[] = [];
  #attention = new Uint8Array(FIRST_CAPACITY);

  constructor(
    name: string,
    rules: ChannelRules,
    symbols: SymbolTable,
    events: ChannelLedgerEvents,
  ) {
    this.name = name;
    this.rules = rules;
    this.marks = new ChannelMarks(rules.depth);
    this.#symbols = symbols;
    this.#events = events;
  }

  readonly keyOf = (message: MarketData): number => this.rules.keyOf?.(message) ?? 0;

  /** Takes note of a live message, and says whether it may go on now. */
  admit(message: MarketData, id: number): boolean {
    if (id < 0) return true;
    if (this.#attention[id] === ATTENTION) return this.#attend(message, id);
    this.note(message, id);
    return true;
  }

  note(message: MarketData, id: number): void {
    const { keyOf } = this.rules;
    const key = keyOf === undefined ? 0 : keyOf(message);
    this.marks.note(id, message.seconds, message.nanos, key);
  }

  /** @param sinceMs - our wall clock when it was granted */
  track(symbol: string, sinceMs: number): TrackedSymbol {
    const known = this.tracked.get(symbol);
    if (known) return known;
    const tracked = new TrackedSymbol(symbol, this.#symbols.idOf(symbol), sinceMs);
    this.tracked.set(symbol, tracked);
    if (tracked.id >= 0) this.#byId[tracked.id] = tracked;
    this.refresh(tracked);
    if (symbol === EVERY_SYMBOL) {
      // Whatever comes counts from now on, also of symbols that were given up before.
      this.#attention.fill(FLOWING);
      for (const one of this.tracked.values()) this.refresh(one);
    }
    return tracked;
  }

  untrack(tracked: TrackedSymbol): void {
    this.tracked.delete(tracked.symbol);
    if (tracked.id < 0) return;
    this.#byId[tracked.id] = undefined;
    this.marks.forget(tracked.id);
    // What still comes is delivered, but must not pass for a part of the next subscription.
    this.#setAttention(tracked.id, ATTENTION);
    if (tracked.symbol !== EVERY_SYMBOL) return;
    for (const id of this.marks.seenIds()) if (!this.#byId[id]) this.marks.forget(id);
  }

  /** To be called whenever what has to happen to a symbol's messages may have changed. */
  refresh(tracked: TrackedSymbol): void {
    const { coverage, guarded, unconfirmed, id } = tracked;
    if (id < 0) return;
    const isPlain = coverage.kind === "complete" && !guarded && !unconfirmed;
    this.#setAttention(id, isPlain ? FLOWING : ATTENTION);
  }

  #attend(message: MarketData, id: number): boolean {
    const tracked = this.#byId[id];
    if (!tracked) return true;
    if (this.#isRepeated(tracked, message)) {
      tracked.account.duplicates++;
      return false;
    }
    switch (tracked.coverage.kind) {
      // The venue may send before it acknowledges: that has to wait as well.
      case "away":
      case "repair":
        tracked.held.push(message);
        this.#events.held();
        return false;
      case "reseed":
      case "await":
      case "watch":
        this.note(message, id);
        this.#events.resumed(tracked, message);
        return true;
      case "complete":
        this.note(message, id);
        if (tracked.unconfirmed) this.#events.resumed(tracked, message);
        return true;
      default:
        tracked.coverage satisfies never;
        return true;
    }
  }

  /** History was ahead of the stream, which now brings the same again. */
  #isRepeated(tracked: TrackedSymbol, message: MarketData): boolean {
    if (tracked.guarded === undefined) return false;
    const isRepeated = tracked.guarded.delete(identityOf(message, this.keyOf(message)));
    if (tracked.guarded.size === 0 || message.receivedMs > tracked.guardedUntilMs) {
      tracked.guarded = undefined;
      this.refresh(tracked);
    }
    return isRepeated;
  }

  #setAttention(id: number, value: number): void {
    if (id >= this.#attention.length) {
      const larger = new Uint8Array(Math.max(id + 1, this.#attention.length * 2));
      larger.set(this.#attention);
      this.#attention = larger;
    }
    this.#attention[id] = value;
  }
}
