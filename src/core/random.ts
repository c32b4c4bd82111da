import { randomFillSync } from "node:crypto";

/** The only source of chance. @public */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
}

/** Chance from the operating system. @public */
export const systemRandom: Random = { next: () => Math.random() };

/** A fresh 32-bit seed for a run that was not given one. @public */
export function freshSeed(): number {
  const word = new Uint32Array(1);
  randomFillSync(word);
  return word[0] ?? 0;
}

/**
 * Mixes whole numbers into one well-spread 32-bit value: the same numbers always give the same value.
 * Multiply-and-xorshift rounds with the constants of MurmurHash3's finaliser.
 * @public
 */
export function hash32(...parts: readonly number[]): number {
  let state = 0x9e3779b9;
  for (const part of parts) {
    state = mix32(state ^ (part | 0));
    state = mix32(state + Math.floor(part / 2 ** 32));
  }
  return state >>> 0;
}

function mix32(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** A repeatable sequence: one seed, one history. @public */
export function seededRandom(seed: number): Random {
  let index = 0;
  return { next: () => hash32(seed, index++) / 2 ** 32 };
}
