import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { AuthRejectedError, ConnectionClosedError, ConnectionLimitError } from "../core/errors.ts";
import { RECONNECT_DEFAULTS } from "./live-socket-options.ts";
import { type ReconnectPolicy, type SocketEvent, type SocketState, step } from "./state.ts";

const history = { failures: 0, limitedSinceMs: undefined, hasBeenLive: false };
const cause = new ConnectionClosedError(1006);
const limit = new ConnectionLimitError("connection limit exceeded");

const STATES: readonly SocketState[] = [
  { kind: "idle" },
  { kind: "connecting", history },
  { kind: "welcoming", history },
  { kind: "authenticating", history },
  { kind: "refused", history, delayMs: 1, cause: limit },
  { kind: "live", history, sinceMs: 0 },
  { kind: "waiting", history, delayMs: 1, breaker: "closed", cause },
  { kind: "closing" },
  { kind: "closed", cause: undefined },
];

const EVENTS: Readonly<Record<string, SocketEvent>> = {
  start: { kind: "start" },
  opened: { kind: "opened" },
  welcomed: { kind: "welcomed" },
  authenticated: { kind: "authenticated", nowMs: 0 },
  refused: { kind: "refused", nowMs: 0, cause: limit },
  lost: { kind: "lost", nowMs: 0, roll: 0, cause },
  "lost, fatal": {
    kind: "lost",
    nowMs: 0,
    roll: 0,
    cause: new AuthRejectedError(402, "auth failed"),
  },
  waited: { kind: "waited" },
  close: { kind: "close" },
  ended: { kind: "ended" },
};

/** The table as the reducer has it: rows are states, columns events, empty where nothing changes. */
function transitionTable(): string {
  const policy: ReconnectPolicy = {
    ...RECONNECT_DEFAULTS,
    backoff: RECONNECT_DEFAULTS,
    maxAttempts: Number.POSITIVE_INFINITY,
    awaitsWelcome: true,
    floorMs: () => 0,
  };
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rows = STATES.map((state) =>
    row([
      state.kind,
      ...Object.values(EVENTS).map((event) => {
        const next = step(state, event, policy);
        return next === state ? "" : next.kind;
      }),
    ]),
  );
  const names = Object.keys(EVENTS);
  return [row(["", ...names]), row(["---", ...names.map(() => "---")]), ...rows].join("\n");
}

test("the document's table of transitions is what the reducer does", () => {
  const document = readFileSync(new URL("../../docs/state-machines.md", import.meta.url), "utf8");
  expect(document).toContain(transitionTable());
});
