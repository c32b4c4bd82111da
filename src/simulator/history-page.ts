import type { Market } from "./market.ts";
import { PageToken } from "./page-token.ts";
import { RawJson } from "./raw-json.ts";

/** One page of history: rows by symbol, until it has enough of them or has grown too large. @internal */
export class HistoryPage {
  readonly #limit: number;
  readonly #mostBytes: number;
  readonly #rows = new Map<string, string[]>();
  #count = 0;
  #bytes = 0;
  #last: PageToken | undefined;
  #isFull = false;

  constructor(limit: number, mostBytes: number) {
    this.#limit = limit;
    this.#mostBytes = mostBytes;
  }

  /** Takes a row, or finds that it does not fit any more; a page has at least one row. */
  tryAdd(symbol: string, offsetNs: number, text: string): boolean {
    const isTooLarge = this.#bytes + text.length > this.#mostBytes && this.#count > 0;
    if (this.#count >= this.#limit || isTooLarge) {
      this.#isFull = true;
      return false;
    }
    const rows = this.#rows.get(symbol);
    if (rows) rows.push(text);
    else this.#rows.set(symbol, [text]);
    this.#count++;
    this.#bytes += text.length + 1;
    this.#last = new PageToken(symbol, offsetNs);
    return true;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** The rows of one symbol; an empty answer about one symbol is null, not an empty list. */
  listOf(symbol: string): RawJson | null {
    const rows = this.#rows.get(symbol);
    return rows ? new RawJson(`[${rows.join(",")}]`) : null;
  }

  /** The rows of every symbol that has any. */
  lists(): Readonly<Record<string, RawJson | null>> {
    return Object.fromEntries([...this.#rows.keys()].map((key) => [key, this.listOf(key)]));
  }

  /** The token of the page after this one; null when a row is known not to exist. */
  nextToken(
    kind: "bars" | "trades" | "quotes",
    timeframe: string | null,
    market: Market,
  ): string | null {
    return (this.#isFull && this.#last?.text(kind, timeframe, market)) || null;
  }
}
