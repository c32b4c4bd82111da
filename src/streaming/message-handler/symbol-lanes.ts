import { NO_SYMBOL_ID, SymbolTable } from "../symbol-table.ts";

/** The number that all symbols share which found no place of their own. */
export const SHARED_SYMBOL = 0;
/** What reports call them. */
const SHARED_NAME = "*";

/** No use is made of numbers beyond it; a symbol is then looked up by its name. */
const MOST_HINTS = 2 ** 20;
const FIRST_HINTS = 1_024;

/**
 * Numbers for symbols, handed out as symbols come, so that they spread evenly over lanes. Bounded:
 * the symbols beyond share one number, and with it a lane and a line in reports.
 */
export class SymbolLanes {
  readonly #table: SymbolTable;
  /** What a caller's own number stood for last time; other callers may count differently. */
  #byHint = new Int32Array(FIRST_HINTS);

  constructor(maxSymbols: number) {
    this.#table = new SymbolTable(maxSymbols);
  }

  /** @param hint - the caller's own number for the symbol, which saves a look-up; negative for none */
  numberOf(symbol: string, hint: number): number {
    if (hint < 0 || hint >= MOST_HINTS) return this.#look(symbol);
    const hinted = hint < this.#byHint.length ? (this.#byHint[hint] as number) : SHARED_SYMBOL;
    if (hinted !== SHARED_SYMBOL && this.#table.nameOf(hinted - 1) === symbol) return hinted;
    const number = this.#look(symbol);
    if (hint >= this.#byHint.length) this.#grow(hint);
    this.#byHint[hint] = number;
    return number;
  }

  nameOf(number: number): string {
    return number === SHARED_SYMBOL ? SHARED_NAME : this.#table.nameOf(number - 1);
  }

  #look(symbol: string): number {
    const id = this.#table.idOf(symbol);
    return id === NO_SYMBOL_ID ? SHARED_SYMBOL : id + 1;
  }

  #grow(hint: number): void {
    const grown = new Int32Array(Math.max(hint + 1, this.#byHint.length * 2));
    grown.set(this.#byHint);
    this.#byHint = grown;
  }
}
