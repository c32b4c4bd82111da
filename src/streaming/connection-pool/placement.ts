/** A connection as far as placing needs to know it. */
export interface Shelf {
  readonly load: number;
  readonly room: number;
  /** The order of preference; an open connection before one that is not open yet. */
  readonly rank: number;
  readonly symbols: ReadonlySet<string>;
}

/** What is to be placed. */
export interface Placeable {
  readonly symbol: string;
}

/**
 * Pure. Which shelf each item goes to, or `undefined` when there is not room for all. Together if
 * possible, on the shelf that holds most of their symbols already, else on the least loaded one of
 * the best rank; otherwise each where it fits, a symbol's channels together as long as they do.
 */
export function place<S extends Shelf, P extends Placeable>(
  items: readonly P[],
  shelves: readonly S[],
): Map<S, P[]> | undefined {
  const states = shelves.map((shelf) => ({
    shelf,
    rank: shelf.rank,
    load: shelf.load,
    room: shelf.room,
    symbols: new Set(shelf.symbols),
  }));
  const placed = new Map<S, P[]>();
  const put = (group: readonly P[]): boolean => {
    const symbols = new Set(group.map(({ symbol }) => symbol));
    const best = bestOf(
      states.filter(({ room }) => room >= group.length),
      symbols,
    );
    if (!best) return false;
    best.load += group.length;
    best.room -= group.length;
    for (const symbol of symbols) best.symbols.add(symbol);
    placed.set(best.shelf, [...(placed.get(best.shelf) ?? []), ...group]);
    return true;
  };
  if (items.length === 0 || put(items)) return placed;
  for (const group of bySymbol(items)) {
    if (put(group)) continue;
    for (const item of group) {
      if (!put([item])) return undefined;
    }
  }
  return placed;
}

interface Candidate {
  readonly rank: number;
  readonly load: number;
  readonly symbols: ReadonlySet<string>;
}

function bestOf<C extends Candidate>(
  candidates: readonly C[],
  symbols: ReadonlySet<string>,
): C | undefined {
  const holds = (candidate: C): number => {
    let count = 0;
    for (const symbol of symbols) if (candidate.symbols.has(symbol)) count++;
    return count;
  };
  return candidates.reduce<C | undefined>((best, next) => {
    if (!best) return next;
    const order = holds(best) - holds(next) || next.rank - best.rank || next.load - best.load;
    return order < 0 ? next : best;
  }, undefined);
}

function bySymbol<P extends Placeable>(items: readonly P[]): P[][] {
  const groups = new Map<string, P[]>();
  for (const item of items) groups.set(item.symbol, [...(groups.get(item.symbol) ?? []), item]);
  return [...groups.values()];
}
