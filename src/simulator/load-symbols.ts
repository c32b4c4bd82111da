import { hash32, type Random } from "../core/random.ts";
import { DEFAULT_UNIVERSE } from "./symbols.ts";

const FIRST_LETTER = 65;
const LETTERS = 26;
const SALT = 0x10ad;

/** Of a hundred listed symbols about 3 have two letters, 27 three, 58 four and 12 five. */
function lengthOf(lot: number): number {
  if (lot < 0.03) return 2;
  if (lot < 0.3) return 3;
  return lot < 0.88 ? 4 : 5;
}

/** So many stock symbols, the busiest first: always the same ones, whatever the seed. @internal */
export function loadSymbols(count: number, unknown: ReadonlySet<string>): readonly string[] {
  const symbols = new Set(DEFAULT_UNIVERSE.stock.filter((symbol) => !unknown.has(symbol)));
  for (let lot = 0; symbols.size < count; lot++) {
    const length = lengthOf(hash32(SALT, lot) / 2 ** 32);
    let symbol = "";
    for (let at = 0; at < length; at++) {
      symbol += String.fromCharCode(FIRST_LETTER + (hash32(SALT, lot, at) % LETTERS));
    }
    if (!unknown.has(symbol)) symbols.add(symbol);
  }
  return [...symbols].slice(0, count);
}

/**
 * So many ranks whose frequencies follow Zipf's law as closely as whole numbers can: the rank n comes up
 * 1/n times as often as the first. @internal
 */
export function zipfRanks(count: number, ranks: number): Uint32Array {
  let total = 0;
  for (let rank = 1; rank <= ranks; rank++) total += 1 / rank;
  const drawn = new Uint32Array(count);
  let rank = 0;
  let below = 1;
  for (let at = 0; at < count; at++) {
    // The middle of each of `count` equal parts of the distribution.
    const share = ((at + 0.5) / count) * total;
    while (share > below && rank < ranks - 1) {
      rank++;
      below += 1 / (rank + 1);
    }
    drawn[at] = rank;
  }
  return drawn;
}

/** Brings numbers into an order by chance (Fisher and Yates). @internal */
export function shuffle(numbers: Uint8Array | Uint32Array, random: Random): void {
  for (let last = numbers.length - 1; last > 0; last--) {
    const other = Math.floor(random.next() * (last + 1));
    const kept = numbers[last] ?? 0;
    numbers[last] = numbers[other] ?? 0;
    numbers[other] = kept;
  }
}
