import type { SocketState } from "../socket/state.ts";
import { describeDuration } from "./duration.ts";
import type { Paint, Style } from "./paint.ts";
import { formatRate } from "./price-format.ts";
import { stopwatch } from "./time-of-day.ts";

/** What the top of the table tells. */
export interface Status {
  readonly state: SocketState;
  /** How long it has been in that state. */
  readonly stateMs: number;
  readonly feed: string;
  readonly venue: string;
  /** Since the first connection; `undefined` before. */
  readonly upMs: number | undefined;
  readonly reconnects: number;
  readonly perSecond: number;
}

const SEPARATOR = "  ·  ";

/** The state of the connection in one line, or in more where the terminal is narrow. */
export function statusLines(status: Status, columns: number, paint: Paint): readonly string[] {
  const { reconnects, upMs } = status;
  const [style, state] = describeState(status.state, status.stateMs);
  const parts: (readonly [style: Style | undefined, text: string])[] = [
    [style, `● ${state}`],
    ...(upMs === undefined ? [] : [[undefined, stopwatch(upMs)] as const]),
    [undefined, status.feed],
    [undefined, status.venue],
    [undefined, `${formatRate(status.perSecond)} msg/s`],
    ...(reconnects === 0
      ? []
      : [["warning", `${reconnects} reconnect${reconnects > 1 ? "s" : ""}`] as const]),
  ];
  const lines: string[] = [];
  let width = 0;
  for (const [partStyle, text] of parts) {
    const painted = partStyle ? paint(partStyle, text) : text;
    const fits = lines.length > 0 && width + SEPARATOR.length + text.length <= columns;
    if (fits) lines.push(`${lines.pop()}${paint("quiet", SEPARATOR)}${painted}`);
    else lines.push(painted);
    width = fits ? width + SEPARATOR.length + text.length : text.length;
  }
  return lines;
}

function describeState(state: SocketState, stateMs: number): readonly [Style, string] {
  switch (state.kind) {
    case "live":
      return ["good", "live"];
    case "waiting":
      return ["bad", `down, trying again in ${describeSeconds(state.delayMs - stateMs)}`];
    case "refused":
      return ["warning", "waiting for the slot"];
    case "idle":
    case "connecting":
    case "welcoming":
      return ["warning", "connecting"];
    case "authenticating":
      return ["warning", "authenticating"];
    case "closing":
    case "closed":
      return ["quiet", "closed"];
    default:
      return state satisfies never;
  }
}

/** A count-down at the pace of the eye. */
function describeSeconds(remainingMs: number): string {
  return remainingMs < 59_950
    ? `${(Math.max(remainingMs, 0) / 1_000).toFixed(1)} s`
    : describeDuration(remainingMs);
}
