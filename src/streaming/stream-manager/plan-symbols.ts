import type { ChannelSymbol } from "./channel-symbol.ts";
import { partsOf } from "./channel-symbol.ts";
import type { FiniteLimit } from "./symbol-limits.ts";

/** One symbol of a channel, and how much it matters to whom it matters most. */
export interface SymbolWant {
  readonly key: ChannelSymbol;
  /** The highest priority among its subscribers. */
  readonly priority: number;
  /** When the first of those with that priority came; lower is earlier. */
  readonly order: number;
}

/** Both lists begin with what matters most. */
export interface SymbolPlan {
  readonly admitted: readonly ChannelSymbol[];
  readonly waiting: readonly ChannelSymbol[];
}

/**
 * Gives the room of the limits to the highest priority, and among equals to who came first. What
 * finds no room takes none, so that something less important on a channel with room still gets it.
 * `*` has as many symbols as the market: where there is a limit, it is beyond it.
 */
export function planSymbols(
  wants: readonly SymbolWant[],
  limits: readonly FiniteLimit[],
): SymbolPlan {
  const ranked = [...wants].sort((a, b) => b.priority - a.priority || a.order - b.order);
  if (limits.length === 0) return { admitted: ranked.map(({ key }) => key), waiting: [] };
  const room = limits.map(({ symbols }) => symbols);
  const admitted: ChannelSymbol[] = [];
  const waiting: ChannelSymbol[] = [];
  for (const { key } of ranked) {
    const { channel, symbol } = partsOf(key);
    const counting = limits.flatMap(({ counts }, at) => (counts(channel) ? [at] : []));
    const need = symbol === "*" ? Number.POSITIVE_INFINITY : 1;
    const fits = counting.every((at) => (room[at] ?? 0) >= need);
    (fits ? admitted : waiting).push(key);
    if (fits) for (const at of counting) room[at] = (room[at] ?? 0) - need;
  }
  return { admitted, waiting };
}
