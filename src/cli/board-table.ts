import type CliTable from "cli-table3";
import { BOARD_COLUMNS, type BoardColumn, fittingColumns } from "./board-columns.ts";
import type { BoardRow } from "./market-board.ts";
import type { Paint } from "./paint.ts";

const GAP = 2;

const NO_BORDERS = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: " ".repeat(GAP),
} as const;

/** The rows of the live table as aligned lines. Columns grow as needed and never shrink back. */
export class BoardTable {
  readonly #Table: typeof CliTable;
  readonly #paint: Paint;
  readonly #widths = new Map<BoardColumn, number>();

  constructor(Table: typeof CliTable, paint: Paint) {
    this.#Table = Table;
    this.#paint = paint;
    for (const column of BOARD_COLUMNS) this.#widths.set(column, column.title.length);
  }

  /** A head and a line for each row, none wider than `columns`. */
  lines(rows: readonly BoardRow[], nowMs: number, columns: number): readonly string[] {
    this.#measure(rows, nowMs);
    const widthOf = (column: BoardColumn): number => this.#widths.get(column) ?? 0;
    const shown = fittingColumns(widthOf, GAP, columns);
    const table = new this.#Table({
      chars: NO_BORDERS,
      style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
      colWidths: shown.map(widthOf),
      colAligns: shown.map(({ align }) => align),
    });
    table.push(shown.map(({ title }) => this.#paint("quiet", title)));
    for (const row of rows) {
      table.push(
        shown.map((column) => {
          const text = column.text(row, nowMs);
          return column.paint?.(row, nowMs, text, this.#paint) ?? text;
        }),
      );
    }
    return table
      .toString()
      .split("\n")
      .map((line) => line.trimEnd());
  }

  #measure(rows: readonly BoardRow[], nowMs: number): void {
    for (const column of BOARD_COLUMNS) {
      let width = this.#widths.get(column) ?? 0;
      for (const row of rows) width = Math.max(width, column.text(row, nowMs).length);
      this.#widths.set(column, width);
    }
  }
}
