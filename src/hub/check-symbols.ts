import { Faults } from "../core/faults.ts";
import { normalizeSymbols } from "../venues/alpaca/rest-symbols.ts";

/** Every symbol once, trimmed and upper case. @throws ConfigError listing what is no symbol */
export function checkSymbols(symbols: readonly string[], faults: Faults = new Faults()): string[] {
  const names = normalizeSymbols(symbols, faults);
  faults.throwIfAny();
  return names;
}

/** The symbol trimmed and upper case. @throws ConfigError when it is none */
export function checkSymbol(symbol: string): string {
  const [name = ""] = checkSymbols([symbol]);
  return name;
}
