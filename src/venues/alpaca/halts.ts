import type { TradingStatus } from "../../model/trading-status.ts";
import { compareTimes, type VenueTime } from "../../model/venue-time.ts";
import { EVERY_SYMBOL } from "../../streaming/router.ts";
import type { SymbolTable } from "../../streaming/symbol-table.ts";

const TRADING = 0;
/** Neither trades nor quotes are due. */
const HALTED = 1;
/** Quotes are due again, trades not yet. */
const QUOTING = 2;

/**
 * What the status codes mean for a symbol; the others change nothing. Tapes A and B use digits, C and
 * O letters, and no code stands in both lists, so the tape need not be known (real-time stock page,
 * docs.alpaca.markets, January 2026; there the resumption of C and O is also printed as `s`).
 */
const MEANING: ReadonlyMap<string, typeof TRADING | typeof HALTED | typeof QUOTING> = new Map([
  ["2", HALTED],
  ["3", TRADING],
  ["H", HALTED],
  ["P", HALTED],
  ["Q", QUOTING],
  ["T", TRADING],
  ["s", TRADING],
] as const);

/** Channels that come back with the quotes, before the first trade. */
const QUOTED: ReadonlySet<string> = new Set(["quotes", "orderbooks"]);
const FIRST_CAPACITY = 64;

/**
 * Which symbols are halted, as far as their statuses are subscribed. By symbol number, so that it has
 * an end, and a look per trade costs next to nothing.
 */
export class Halts {
  readonly #symbols: SymbolTable;
  #states = new Uint8Array(FIRST_CAPACITY);
  readonly #since = new Map<number, VenueTime>();

  constructor(symbols: SymbolTable) {
    this.#symbols = symbols;
  }

  /** How many symbols are halted. */
  get size(): number {
    return this.#since.size;
  }

  /** A symbol that trades is not halted. Called for every trade. */
  traded(trade: VenueTime, id: number): void {
    if ((this.#states[id] as number) > TRADING) this.#endBy(trade, id);
  }

  /** The venue says that a symbol is halted, or that it no longer is, or something else. */
  changed(status: TradingStatus, id: number): void {
    const meaning = MEANING.get(status.statusCode);
    if (meaning !== undefined && id >= 0) this.#set(id, meaning, status);
  }

  /** Whether none of these symbols is due to bring anything on the channel. */
  holdAll(channel: string, symbols: readonly string[]): boolean {
    if (this.size === 0 || this.size < symbols.length) return false;
    return symbols.every((symbol) => {
      const state = this.#states[this.#symbols.find(symbol)] ?? TRADING;
      return state === HALTED || (state === QUOTING && !QUOTED.has(channel));
    });
  }

  /** Of no other symbols will it be told when their halt ends. */
  keepOnly(symbols: readonly string[]): void {
    if (this.size === 0 || symbols.includes(EVERY_SYMBOL)) return;
    const kept = new Set(symbols.map((symbol) => this.#symbols.find(symbol)));
    for (const id of [...this.#since.keys()]) if (!kept.has(id)) this.#end(id);
  }

  clear(): void {
    this.#states.fill(TRADING);
    this.#since.clear();
  }

  /** A trade from before the halt may be told late. */
  #endBy(trade: VenueTime, id: number): void {
    const since = this.#since.get(id);
    if (since === undefined || compareTimes(trade, since) > 0) this.#end(id);
  }

  #set(id: number, state: number, at: VenueTime): void {
    if (state === TRADING) {
      this.#end(id);
      return;
    }
    if (id >= this.#states.length) {
      const larger = new Uint8Array(Math.max(id + 1, this.#states.length * 2));
      larger.set(this.#states);
      this.#states = larger;
    }
    this.#states[id] = state;
    this.#since.set(id, { seconds: at.seconds, nanos: at.nanos });
  }

  #end(id: number): void {
    if (id < this.#states.length) this.#states[id] = TRADING;
    this.#since.delete(id);
  }
}
