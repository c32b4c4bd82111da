import { NO_SYMBOL_ID, type SymbolTable } from "../../../streaming/symbol-table.ts";
import { asciiText } from "./short-text.ts";

/** Longer than any instrument's name (an option has 21 letters); nothing longer is remembered. */
const LONGEST_NAME = 32;

const FIRST_SLOTS = 2 ** 12;
/** Twice what a table of symbols holds; what finds no place is looked up by its text. */
const MOST_SLOTS = 2 ** 17;

/** Names made up to share a slot must not make a search of the whole. */
const MOST_PROBES = 32;

const SPREAD = 0x9e37_79b1;
const MIX = 0x85eb_ca6b;

/** A slot is four words beside each other: one line of the processor's cache. */
const WORDS = 4;
const FIRST = 0;
const LAST = 1;
const LENGTH = 2;
const ID = 3;

/**
 * The numbers of symbols by the bytes of their names, so that a known symbol costs no text: a hash
 * table in front of a {@link SymbolTable}. It remembers ASCII names alone, whose bytes mean the same
 * in every encoding.
 */
export class SymbolNames {
  readonly #table: SymbolTable;
  #slots: Int32Array = emptySlots(FIRST_SLOTS);
  #mask: number = FIRST_SLOTS - 1;
  #used = 0;

  constructor(table: SymbolTable) {
    this.#table = table;
  }

  nameOf(id: number): string {
    return this.#table.nameOf(id);
  }

  /** The number of a name as text; a name too long to be a symbol's gets no new one. */
  idOf(name: string): number {
    return name.length > LONGEST_NAME ? this.#table.find(name) : this.#table.idOf(name);
  }

  /** The number of the name in these bytes; {@link NO_SYMBOL_ID} for what only its text can tell. */
  idAt(bytes: Uint8Array, view: DataView, at: number, length: number): number {
    let first = 0;
    let last = 0;
    if (length >= 4) {
      first = view.getInt32(at);
      // Up to eight letters these two words, which may overlap, are the whole name.
      last = view.getInt32(at + length - 4);
    } else {
      for (let index = at; index < at + length; index++) first = (first << 8) | (bytes[index] ?? 0);
    }
    let hash = Math.imul(first ^ Math.imul(last ^ length, SPREAD), MIX);
    for (let index = 4; index + 4 < length; index += 4) {
      hash = Math.imul(hash ^ view.getInt32(at + index), MIX);
    }
    // The upper bits are the mixed ones.
    hash ^= hash >>> 15;
    const slots = this.#slots;
    let slot = hash & this.#mask;
    for (let probe = 0; probe < MOST_PROBES; probe++) {
      const word = slot * WORDS;
      const id = slots[word + ID] as number;
      if (id === NO_SYMBOL_ID)
        return this.#add(word, asciiText(bytes, at, at + length), first, last);
      if (
        slots[word + FIRST] === first &&
        slots[word + LAST] === last &&
        slots[word + LENGTH] === length &&
        (length <= 8 || isNamed(bytes, at, this.#table.nameOf(id)))
      ) {
        return id;
      }
      slot = (slot + 1) & this.#mask;
    }
    return NO_SYMBOL_ID;
  }

  #add(word: number, name: string | undefined, first: number, last: number): number {
    if (name === undefined || name.length > LONGEST_NAME) return NO_SYMBOL_ID;
    const id = this.#table.idOf(name);
    if (id === NO_SYMBOL_ID) return id;
    const slots = this.#slots;
    slots[word + FIRST] = first;
    slots[word + LAST] = last;
    slots[word + LENGTH] = name.length;
    slots[word + ID] = id;
    this.#used++;
    if (this.#used * 2 > this.#mask && this.#mask + 1 < MOST_SLOTS) this.#grow();
    return id;
  }

  /** Twice the room; each name finds its new place as it did its first. */
  #grow(): void {
    const old = this.#slots;
    const size = (this.#mask + 1) * 2;
    this.#slots = emptySlots(size);
    this.#mask = size - 1;
    this.#used = 0;
    for (let word = 0; word < old.length; word += WORDS) {
      const id = old[word + ID] as number;
      if (id === NO_SYMBOL_ID) continue;
      const name = Uint8Array.from(this.#table.nameOf(id), (letter) => letter.charCodeAt(0));
      this.idAt(name, new DataView(name.buffer), 0, name.length);
    }
  }
}

function emptySlots(count: number): Int32Array {
  return new Int32Array(count * WORDS).fill(NO_SYMBOL_ID);
}

function isNamed(bytes: Uint8Array, start: number, name: string): boolean {
  for (let at = 0; at < name.length; at++) {
    if (bytes[start + at] !== name.charCodeAt(at)) return false;
  }
  return true;
}
