/** What can become of a message that was pushed to a consumer; while neither, it waits or is in hand. */
export const PUSHED = 0;
export const DELIVERED = 1;
export const FAILED = 2;
export const DROPPED = 3;
export const CONFLATED = 4;
const COLUMNS = 5;

/** One of the columns above. */
export type CountColumn =
  | typeof PUSHED
  | typeof DELIVERED
  | typeof FAILED
  | typeof DROPPED
  | typeof CONFLATED;

const FIRST_SERIES = 64;

/** What became of the messages, for each series. Counters never go back. */
export class MessageCounts {
  #cells = new Float64Array(FIRST_SERIES * COLUMNS);

  /** As many as there is room for; those beyond are all zero. */
  get seriesCount(): number {
    return this.#cells.length / COLUMNS;
  }

  get(series: number, column: CountColumn): number {
    return this.#cells[series * COLUMNS + column] ?? 0;
  }

  pushed(series: number): void {
    const cell = series * COLUMNS + PUSHED;
    if (cell >= this.#cells.length) this.#grow(series);
    this.#cells[cell] = (this.#cells[cell] as number) + 1;
  }

  /** Only for a series that was {@link pushed}. */
  add(series: number, column: CountColumn): void {
    const cell = series * COLUMNS + column;
    this.#cells[cell] = (this.#cells[cell] as number) + 1;
  }

  #grow(series: number): void {
    const grown = new Float64Array(Math.max(series + 1, this.seriesCount * 2) * COLUMNS);
    grown.set(this.#cells);
    this.#cells = grown;
  }
}
