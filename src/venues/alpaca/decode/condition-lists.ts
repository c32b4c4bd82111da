import { LETTERS } from "./short-text.ts";

/** A few dozen combinations make up nearly all of the tape. */
const SLOT_BITS = 10;

/** What fits into one number, a byte each. */
export const MOST_PACKED_CONDITIONS = 4;

const SPREAD = 0x9e37_79b1;

export const NO_CONDITIONS: readonly string[] = Object.freeze([]);

/** The lists of one letter, which is what a quote has. */
export const ONE_CONDITION: readonly (readonly string[])[] = LETTERS.map((letter) =>
  Object.freeze([letter]),
);

/**
 * Lists of one-letter conditions, made once, frozen, and shared by all messages that carry them. A
 * combination may take another's place, so there are never more than there are slots.
 */
export class ConditionLists {
  readonly #keys = new Int32Array(1 << SLOT_BITS);
  readonly #lists: (readonly string[])[] = new Array(1 << SLOT_BITS).fill(NO_CONDITIONS);

  /** The list of `count` ASCII letters, packed a byte each, the last one lowest. */
  of(packed: number, count: number): readonly string[] {
    if (count === 0) return NO_CONDITIONS;
    if (count === 1) return ONE_CONDITION[packed] ?? NO_CONDITIONS;
    const slot = Math.imul(packed ^ count, SPREAD) >>> (32 - SLOT_BITS);
    const known = this.#lists[slot] ?? NO_CONDITIONS;
    if (this.#keys[slot] === packed && known.length === count) return known;
    const list: string[] = [];
    for (let at = count - 1; at >= 0; at--) list.push(LETTERS[(packed >>> (8 * at)) & 0x7f] ?? "");
    this.#keys[slot] = packed;
    this.#lists[slot] = Object.freeze(list);
    return list;
  }
}
