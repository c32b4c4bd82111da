/** More names than any market has; beyond it symbols work, but without a number. */
const MOST_SYMBOLS = 2 ** 16;

/** Says that a symbol has no number. */
export const NO_SYMBOL_ID = -1;

/** Symbols and small numbers for them, so that the way of a message needs no text-keyed map. */
export class SymbolTable {
  readonly #ids = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #capacity: number;

  constructor(capacity: number = MOST_SYMBOLS) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#names.length;
  }

  /** The number of a symbol, a new one for a new symbol; {@link NO_SYMBOL_ID} when the table is full. */
  idOf(symbol: string): number {
    const known = this.#ids.get(symbol);
    if (known !== undefined) return known;
    if (this.#names.length === this.#capacity) return NO_SYMBOL_ID;
    const id = this.#names.length;
    this.#ids.set(symbol, id);
    this.#names.push(symbol);
    return id;
  }

  /** The number of a symbol that has one, else {@link NO_SYMBOL_ID}. */
  find(symbol: string): number {
    return this.#ids.get(symbol) ?? NO_SYMBOL_ID;
  }

  /** The symbol of a number that was given out. */
  nameOf(id: number): string {
    return this.#names[id] ?? "";
  }
}
