import type { ChannelSymbols } from "../../core/errors.ts";
import { Faults, shown } from "../../core/faults.ts";

/**
 * The symbols, each once.
 * @throws ConfigError listing everything that is wrong
 */
export function checkSymbols(symbols: readonly string[]): readonly string[] {
  const faults = new Faults();
  checkNames("symbols", symbols, faults);
  faults.throwIfAny();
  return [...new Set(symbols)];
}

/**
 * The selection with each symbol once and without empty channels.
 * @throws ConfigError listing everything that is wrong
 */
export function checkPoolSelection(selection: ChannelSymbols): ChannelSymbols {
  const faults = new Faults();
  const checked: Record<string, readonly string[]> = {};
  for (const [channel, symbols] of Object.entries(selection ?? {})) {
    faults.require(channel.trim() !== "", "a channel must have a name");
    checkNames(channel, symbols, faults);
    if (Array.isArray(symbols) && symbols.length > 0) checked[channel] = [...new Set(symbols)];
  }
  faults.throwIfAny();
  return checked;
}

function checkNames(name: string, symbols: unknown, faults: Faults): void {
  if (!Array.isArray(symbols)) {
    faults.add(`${name} must be a list of symbols`);
    return;
  }
  for (const symbol of symbols as readonly unknown[]) {
    if (symbol === "*") {
      faults.add(`${name} has *, which cannot be spread over connections; name the symbols`);
    } else if (typeof symbol !== "string" || symbol.trim() !== symbol || symbol === "") {
      faults.add(`${name} has ${shown(symbol)}, which is not a symbol`);
    }
  }
}
