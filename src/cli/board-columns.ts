import type { BoardRow } from "./market-board.ts";
import type { Paint } from "./paint.ts";
import { formatAge, formatChange, formatPrice, formatRate, formatSize } from "./price-format.ts";

/** A column of the live table. */
export interface BoardColumn {
  readonly title: string;
  readonly align: "left" | "right";
  /** Where there is no room for all, those with the highest number go first. */
  readonly dispensable: number;
  text(row: BoardRow, nowMs: number): string;
  paint?(row: BoardRow, nowMs: number, text: string, paint: Paint): string;
}

const NOTHING = "–";
/** From here on a price's age is worth a colour. */
const OLD_MS = 15_000;

const price = (row: BoardRow, value: number | undefined): string =>
  value === undefined ? NOTHING : formatPrice(value, row.decimals);
const size = (value: number, of: number | undefined): string =>
  of === undefined ? "" : `× ${formatSize(value)}`;
const ageMs = (row: BoardRow, nowMs: number): number | undefined =>
  row.lastHeardMs === undefined ? undefined : nowMs - row.lastHeardMs;

/** The columns from left to right. */
export const BOARD_COLUMNS: readonly BoardColumn[] = [
  {
    title: "SYMBOL",
    align: "left",
    dispensable: 0,
    text: (row) => row.symbol,
    paint: (_row, _nowMs, text, paint) => paint("strong", text),
  },
  {
    title: "LAST",
    align: "right",
    dispensable: 1,
    text: (row) => price(row, row.last),
    paint: (row, _nowMs, text, paint) =>
      row.direction === undefined ? text : paint(row.direction === "up" ? "good" : "bad", text),
  },
  {
    title: "CHANGE",
    align: "right",
    dispensable: 4,
    text: ({ first, last }) => (first && last ? formatChange(last / first - 1) : NOTHING),
    paint: (_row, _nowMs, text, paint) =>
      /^[+-]/.test(text) ? paint(text.startsWith("+") ? "good" : "bad", text) : text,
  },
  {
    title: "BID",
    align: "right",
    dispensable: 2,
    text: (row) => price(row, row.bidPrice),
  },
  {
    title: "× SIZE",
    align: "left",
    dispensable: 7,
    text: ({ bidPrice, bidSize }) => size(bidSize, bidPrice),
    paint: (_row, _nowMs, text, paint) => paint("quiet", text),
  },
  {
    title: "ASK",
    align: "right",
    dispensable: 3,
    text: (row) => price(row, row.askPrice),
  },
  {
    title: "× SIZE",
    align: "left",
    dispensable: 6,
    text: ({ askPrice, askSize }) => size(askSize, askPrice),
    paint: (_row, _nowMs, text, paint) => paint("quiet", text),
  },
  {
    title: "SPREAD",
    align: "right",
    dispensable: 8,
    text: ({ bidPrice, askPrice, decimals }) =>
      bidPrice && askPrice ? formatPrice(askPrice - bidPrice, decimals) : NOTHING,
  },
  {
    title: "MSG/S",
    align: "right",
    dispensable: 9,
    text: (row, nowMs) => formatRate(row.meter.perSecond(nowMs)),
  },
  {
    title: "AGE",
    align: "right",
    dispensable: 5,
    text: (row, nowMs) => {
      const age = ageMs(row, nowMs);
      return age === undefined ? NOTHING : formatAge(age);
    },
    paint: (row, nowMs, text, paint) =>
      paint((ageMs(row, nowMs) ?? 0) > OLD_MS ? "warning" : "quiet", text),
  },
];

/** As many columns as fit: the least needed are left out until the rest does. */
export function fittingColumns(
  widthOf: (column: BoardColumn) => number,
  gap: number,
  available: number,
): readonly BoardColumn[] {
  let columns = BOARD_COLUMNS;
  const needed = (): number =>
    columns.reduce((sum, column) => sum + widthOf(column), gap * (columns.length - 1));
  while (columns.length > 1 && needed() > available) {
    const least = Math.max(...columns.map(({ dispensable }) => dispensable));
    columns = columns.filter(({ dispensable }) => dispensable !== least);
  }
  return columns;
}
