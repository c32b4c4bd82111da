import type { SocketState } from "../socket/state.ts";
import type { BoardTable } from "./board-table.ts";
import type { MarketBoard } from "./market-board.ts";
import type { Paint } from "./paint.ts";
import type { RecentNotices } from "./recent-notices.ts";
import { statusLines } from "./status-lines.ts";

const MOST_NOTICES = 8;
/** So many of the latest notices are worth more than another row of the table. */
const FEWEST_NOTICES = 2;
const HINT = "Ctrl-C ends with a summary · times are UTC";
/** A venue whose market is closed connects as ever, and then says nothing. */
const NO_DATA_HINT = "No data yet; the market may be closed. The feeds crypto and test never are.";
const NO_DATA_AFTER_MS = 5_000;

/** Everything a picture of the run is made of. */
export interface FrameParts {
  readonly state: SocketState;
  readonly stateMs: number;
  readonly feed: string;
  readonly venue: string;
  readonly marketMayBeClosed: boolean;
  /** Monotonic. */
  readonly nowMs: number;
  /** Since the first connection; `undefined` before. */
  readonly upMs: number | undefined;
  readonly reconnects: number;
  readonly board: MarketBoard;
  readonly table: BoardTable;
  readonly notices: RecentNotices;
  /** Whether to say how to end it. */
  readonly hint: boolean;
}

/** The picture: state, table, what happened, hint; as much of each as the terminal has room for. */
export function tableFrame(
  parts: FrameParts,
  size: { readonly columns: number; readonly rows: number },
  paint: Paint,
): string {
  const { columns } = size;
  const available = size.rows - 1; // one line stays free for the cursor
  const perSecond = parts.board.perSecond(parts.nowMs);
  const status = statusLines({ ...parts, perSecond }, columns, paint);
  const isSilent =
    parts.marketMayBeClosed && (parts.upMs ?? 0) > NO_DATA_AFTER_MS && !parts.board.hasData;
  const hintText = (isSilent ? NO_DATA_HINT : HINT).slice(0, columns);
  const hint = parts.hint ? [paint(isSilent ? "warning" : "quiet", hintText)] : [];
  const room = available - status.length - (hint.length + 1);
  const rows = boardLines(parts, room - 1, columns, paint);
  const forNotices = Math.min(room - 1 - rows.length - 1, MOST_NOTICES);
  const notices = forNotices > 0 ? parts.notices.lines(forNotices, columns) : [];
  return [status, rows, notices, hint]
    .filter((lines) => lines.length > 0)
    .flatMap((lines, at) => (at === 0 ? lines : ["", ...lines]))
    .slice(0, available)
    .join("\n");
}

function boardLines(
  { board, table, nowMs }: FrameParts,
  room: number,
  columns: number,
  paint: Paint,
): readonly string[] {
  const { rows } = board;
  if (rows.length === 0) return [];
  const fitting = Math.max(room - 1 - (FEWEST_NOTICES + 1), 1);
  const shown = rows.length > fitting ? rows.slice(0, Math.max(fitting - 1, 1)) : rows;
  const lines = table.lines(shown, nowMs, columns);
  const hidden = rows.length - shown.length;
  return hidden > 0 ? [...lines, paint("quiet", `… and ${hidden} more`)] : lines;
}
