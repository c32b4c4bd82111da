import { describe, expect, test } from "vitest";
import { ConnectionClosedError } from "../../core/errors.ts";
import { type PooledConnectionEvent, type PooledConnectionState, step } from "./state.ts";

const cause = new ConnectionClosedError(1006);
const policy = { failoverAfterErrors: 3, failoverAfterMs: 1_000 };

const STATES: readonly PooledConnectionState[] = [
  { kind: "idle" },
  { kind: "connecting", sinceMs: 0 },
  { kind: "connected", sinceMs: 0, errors: 0 },
  { kind: "authenticated", sinceMs: 0 },
  { kind: "draining", sinceMs: 0 },
  { kind: "failed", cause },
  { kind: "closed" },
];

const EVENTS: Readonly<Record<string, PooledConnectionEvent>> = {
  open: { kind: "open", nowMs: 0 },
  live: { kind: "live", nowMs: 0 },
  lost: { kind: "lost", nowMs: 0 },
  error: { kind: "error" },
  check: { kind: "check", nowMs: 999, cause },
  "check, too late": { kind: "check", nowMs: 1_000, cause },
  drain: { kind: "drain", nowMs: 0 },
  fail: { kind: "fail", cause },
  close: { kind: "close" },
};

function transitionTable(): string {
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

describe("a pooled connection", () => {
  test("goes from state to state as the table says", () => {
    expect(transitionTable()).toMatchInlineSnapshot(`
      "|  | open | live | lost | error | check | check, too late | drain | fail | close |
      | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
      | idle | connecting |  |  |  |  |  |  | failed | closed |
      | connecting |  | authenticated |  |  |  |  |  | failed | closed |
      | connected |  | authenticated |  | connected |  | failed |  | failed | closed |
      | authenticated |  |  | connected |  |  |  | draining | failed | closed |
      | draining |  |  | connected |  |  |  |  | failed | closed |
      | failed |  |  |  |  |  |  |  |  | closed |
      | closed |  |  |  |  |  |  |  |  |  |"
    `);
  });

  test("is left to bring itself back until it has failed to three times", () => {
    let state: PooledConnectionState = { kind: "connected", sinceMs: 0, errors: 0 };
    const check: PooledConnectionEvent = { kind: "check", nowMs: 10, cause };
    for (let errors = 0; errors < 2; errors++) state = step(state, { kind: "error" }, policy);
    expect(step(state, check, policy)).toBe(state);
    state = step(state, { kind: "error" }, policy);
    expect(step(state, check, policy)).toEqual({ kind: "failed", cause });
  });

  test("forgets earlier errors once it is back", () => {
    const away: PooledConnectionState = { kind: "connected", sinceMs: 0, errors: 2 };
    const back = step(away, { kind: "live", nowMs: 5 }, policy);
    expect(step(back, { kind: "lost", nowMs: 6 }, policy)).toEqual({
      kind: "connected",
      sinceMs: 6,
      errors: 0,
    });
  });
});
