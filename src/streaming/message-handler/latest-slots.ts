/** A series of which nothing waits that a later message could take the place of. */
export const NO_SLOT = -1;

const FIRST_SERIES = 64;

/** Where the latest message of each series waits. */
export class LatestSlots {
  #slots = new Int32Array(FIRST_SERIES).fill(NO_SLOT);

  of(series: number): number {
    return this.#slots[series] ?? NO_SLOT;
  }

  set(series: number, slot: number): void {
    if (series >= this.#slots.length) this.#grow(series);
    this.#slots[series] = slot;
  }

  /** The message in this slot is gone. */
  clear(series: number, slot: number): void {
    if (this.#slots[series] === slot) this.#slots[series] = NO_SLOT;
  }

  #grow(series: number): void {
    const grown = new Int32Array(Math.max(series + 1, this.#slots.length * 2)).fill(NO_SLOT);
    grown.set(this.#slots);
    this.#slots = grown;
  }
}
