import { stripVTControlCharacters } from "node:util";
import type { CancelTimer, Clock } from "../core/clock.ts";
import type { HoldfastError } from "../core/holdfast-error.ts";
import type { Gap } from "../model/gap.ts";
import type { Stale } from "../model/stream-event.ts";
import type { StateChange } from "../socket/live-socket.ts";
import type { SocketState } from "../socket/state.ts";
import type { Reconnected } from "../venues/alpaca/alpaca-websocket-client.ts";
import type { StreamMessage } from "../venues/alpaca/handler-codes.ts";
import { BoardTable } from "./board-table.ts";
import { describeChange, describeReconnect } from "./connection-notice.ts";
import { describeGap, describeStale } from "./gap-notice.ts";
import { MarketBoard } from "./market-board.ts";
import { type Paint, paintFor, type Style } from "./paint.ts";
import { RecentNotices } from "./recent-notices.ts";
import { describeSummary, type RunSummary } from "./run-summary.ts";
import { tableFrame } from "./table-frame.ts";
import type { WatchView } from "./watch-view.ts";

/** Calm for the eye, and well below ten a second. */
const REDRAW_MS = 150;
const ERASE_LINE_ABOVE = "\u001B[1A\u001B[2K";
const widthOf = (line: string): number => stripVTControlCharacters(line).length;

/** What the table says about the run. */
export interface TableFacts {
  readonly symbols: readonly string[];
  readonly feed: string;
  /** Such as `simulator, seed 7`. */
  readonly venue: string;
  /** Whether silence may have that reason. */
  readonly marketMayBeClosed: boolean;
}

type LogUpdate = ReturnType<typeof import("log-update").createLogUpdate>;

/** A table in the terminal that is drawn over and over in the same place. */
export class TableView implements WatchView {
  readonly dropped = 0; // it shows the latest of everything, however much there was
  readonly #terminal: NodeJS.WriteStream;
  readonly #clock: Clock;
  readonly #facts: TableFacts;
  readonly #draw: LogUpdate;
  readonly #paint: Paint;
  readonly #table: BoardTable;
  readonly #board: MarketBoard;
  readonly #notices: RecentNotices;
  #state: SocketState = { kind: "idle" };
  #stateSinceMs = 0;
  #firstLiveMs: number | undefined;
  #reconnects = 0;
  #lastFrame = "";
  #ended = false;
  #cancelRedraw: CancelTimer = () => {};

  private constructor(
    terminal: NodeJS.WriteStream,
    clock: Clock,
    facts: TableFacts,
    draw: LogUpdate,
    table: BoardTable,
  ) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#facts = facts;
    this.#draw = draw;
    this.#table = table;
    this.#paint = paintFor(terminal);
    this.#board = new MarketBoard(facts.symbols, clock.monotonicMs());
    this.#notices = new RecentNotices(clock, this.#paint);
  }

  /** Loads what draws, which nothing else needs. */
  static async open(
    terminal: NodeJS.WriteStream,
    clock: Clock,
    facts: TableFacts,
    onClosed: (error: NodeJS.ErrnoException) => void,
  ): Promise<TableView> {
    const [{ default: CliTable }, { createLogUpdate }] = await Promise.all([
      import("cli-table3"),
      import("log-update"),
    ]);
    terminal.on("error", onClosed);
    terminal.on("resize", () => view.#resized());
    const table = new BoardTable(CliTable, paintFor(terminal));
    const view = new TableView(terminal, clock, facts, createLogUpdate(terminal), table);
    view.#redraw();
    return view;
  }

  message(message: StreamMessage): void {
    this.#board.take(message, this.#clock.monotonicMs());
    if (message.type === "news") this.#notices.add("quiet", message.headline);
    else if (message.type === "tradingStatus") {
      this.#notices.add(
        "warning",
        `${message.symbol}: ${message.statusText || message.statusCode}`,
      );
    }
  }

  state(change: StateChange): void {
    this.#state = change.state;
    this.#stateSinceMs = this.#clock.monotonicMs();
    if (change.state.kind === "live") this.#firstLiveMs ??= this.#clock.monotonicMs();
    const notice = describeChange(change);
    if (notice !== undefined) this.#notices.add(noticeStyle(change.state), notice);
  }

  reconnected(reconnected: Reconnected): void {
    this.#reconnects++;
    this.#notices.add("good", describeReconnect(reconnected));
  }

  gap(gap: Gap): void {
    this.#notices.add(gap.status === "lost" ? "bad" : "good", describeGap(gap));
  }

  stale(stale: Stale): void {
    this.#notices.add("warning", describeStale(stale));
  }

  error(error: HoldfastError, isLoss: boolean): void {
    if (!isLoss) this.#notices.add("bad", `${error.message} [${error.code}]`);
  }

  end(summary: RunSummary): Promise<void> {
    this.#ended = true;
    this.#cancelRedraw();
    this.#show(this.#frame({ hint: false }));
    this.#draw.done();
    const lines = ["", ...describeSummary(summary), ""].join("\n");
    return new Promise((resolve) => this.#terminal.write(lines, () => resolve()));
  }

  /** A narrower terminal has broken the lines of the last picture: they are more to erase now. */
  #resized(): void {
    if (this.#ended) return;
    const { columns = 80 } = this.#terminal;
    const broken = this.#lastFrame
      .split("\n")
      .reduce((sum, line) => sum + Math.max(Math.ceil(widthOf(line) / columns) - 1, 0), 0);
    this.#draw.clear();
    this.#terminal.write(ERASE_LINE_ABOVE.repeat(broken));
    this.#show(this.#frame());
  }

  #show(frame: string): void {
    this.#lastFrame = frame;
    this.#draw(frame);
  }

  #redraw(): void {
    // A terminal that cannot keep up gets the next picture instead of every picture.
    if (!this.#terminal.writableNeedDrain) this.#show(this.#frame());
    this.#cancelRedraw = this.#clock.setTimer(() => this.#redraw(), REDRAW_MS, {
      keepsProcessAlive: false,
    });
  }

  #frame({ hint = true } = {}): string {
    const { columns = 80, rows = 24 } = this.#terminal;
    const nowMs = this.#clock.monotonicMs();
    const parts = {
      ...this.#facts,
      state: this.#state,
      stateMs: nowMs - this.#stateSinceMs,
      nowMs,
      upMs: this.#firstLiveMs === undefined ? undefined : nowMs - this.#firstLiveMs,
      reconnects: this.#reconnects,
      board: this.#board,
      table: this.#table,
      notices: this.#notices,
      hint,
    };
    return tableFrame(parts, { columns, rows }, this.#paint);
  }
}

function noticeStyle({ kind }: SocketState): Style {
  if (kind === "live") return "good";
  return kind === "waiting" ? "bad" : "warning";
}
