import { Faults } from "../../core/faults.ts";

/**
 * The longest symbol list in one URL, in characters. Common servers refuse request lines beyond
 * 8 KiB; the rest is left to path and other parameters.
 */
const MAX_LIST_LENGTH = 6_000;

/** Symbols of one call, apart as Alpaca's endpoints are. */
export interface SymbolFamilies {
  readonly stocks: readonly string[];
  /** Pairs such as `BTC/USD`. */
  readonly pairs: readonly string[];
}

/** Symbols in the venue's spelling: trimmed, in capitals, each once, in the order given. */
export function normalizeSymbols(symbols: readonly string[], faults: Faults): string[] {
  faults.require(symbols.length > 0, "symbols must not be empty");
  const normalized = new Set<string>();
  for (const symbol of symbols) {
    const name = typeof symbol === "string" ? symbol.trim().toUpperCase() : "";
    faults.require(name !== "", "a symbol must not be blank");
    // A list is separated by commas on the wire: one symbol with a comma would become two.
    faults.require(!/[\s,]/.test(name), `a symbol must not contain commas or spaces: ${name}`);
    normalized.add(name);
  }
  return [...normalized];
}

/** The one symbol of a call. */
export function normalizeSymbol(symbol: string): string {
  const faults = new Faults();
  const [name = ""] = normalizeSymbols([symbol], faults);
  faults.throwIfAny();
  return name;
}

/** A crypto pair is the only symbol with a slash. */
export function isPair(symbol: string): boolean {
  return symbol.includes("/");
}

export function splitFamilies(symbols: readonly string[]): SymbolFamilies {
  return {
    stocks: symbols.filter((symbol) => !isPair(symbol)),
    pairs: symbols.filter(isPair),
  };
}

/** Symbol lists, joined with commas, none longer in a URL than servers accept. */
export function chunkByUrlLength(
  symbols: readonly string[],
  maxLength: number = MAX_LIST_LENGTH,
): string[] {
  const chunks: string[] = [];
  let chunk = "";
  let length = 0;
  for (const symbol of symbols) {
    const added = encodeURIComponent(symbol).length;
    if (chunk !== "" && length + 1 + added > maxLength) {
      chunks.push(chunk);
      chunk = "";
      length = 0;
    }
    chunk += chunk === "" ? symbol : `,${symbol}`;
    length += chunk === symbol ? added : 1 + added;
  }
  if (chunk !== "") chunks.push(chunk);
  return chunks;
}
