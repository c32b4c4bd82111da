import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  AuthRejectedError,
  ConnectionClosedError,
  ConnectionLimitError,
  ConnectTimeoutError,
  HandshakeRejectedError,
} from "../core/errors.ts";
import type { HoldfastError } from "../core/holdfast-error.ts";
import { RECONNECT_DEFAULTS } from "./live-socket-options.ts";
import { type ReconnectPolicy, type SocketEvent, type SocketState, step } from "./state.ts";

const cut = new ConnectionClosedError(1006);
const limit = new ConnectionLimitError("connection limit exceeded");

function policy(changes: Partial<ReconnectPolicy> = {}): ReconnectPolicy {
  return {
    ...RECONNECT_DEFAULTS,
    backoff: { ...RECONNECT_DEFAULTS, jitter: "none" },
    maxAttempts: Number.POSITIVE_INFINITY,
    awaitsWelcome: true,
    floorMs: () => 0,
    ...changes,
  };
}

function run(events: readonly SocketEvent[], rules = policy(), from?: SocketState): SocketState {
  return events.reduce((state, event) => step(state, event, rules), from ?? { kind: "idle" });
}

const lost = (cause: HoldfastError, nowMs = 0, roll = 0): SocketEvent => ({
  kind: "lost",
  cause,
  nowMs,
  roll,
});
const connect: readonly SocketEvent[] = [{ kind: "start" }];
const reconnect: readonly SocketEvent[] = [{ kind: "waited" }];
const live = (nowMs: number): readonly SocketEvent[] => [
  { kind: "opened" },
  { kind: "welcomed" },
  { kind: "authenticated", nowMs },
];

/** The waits after so many failures in a row to connect. */
function delays(failures: number, rules: ReconnectPolicy): number[] {
  const found: number[] = [];
  let state = run(connect, rules);
  for (let failure = 0; failure < failures; failure++) {
    state = run([lost(cut)], rules, state);
    if (state.kind !== "waiting") break;
    found.push(state.delayMs);
    state = run(reconnect, rules, state);
  }
  return found;
}

describe("waits between attempts", () => {
  test("double from one second to sixty without jitter", () => {
    expect(delays(8, policy())).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((s) => s * 1_000));
  });

  test("are drawn between zero and the bound with full jitter", () => {
    const rules = policy({ backoff: { ...RECONNECT_DEFAULTS, jitter: "full" } });
    const wait = (roll: number): SocketState =>
      run([lost(cut), ...reconnect, lost(cut, 0, roll)], rules, run(connect, rules));
    expect(wait(0)).toMatchObject({ kind: "waiting", delayMs: 0 });
    expect(wait(0.5)).toMatchObject({ kind: "waiting", delayMs: 1_000 });
  });

  test("slow down and say so once failures persist", () => {
    const rules = policy({ breakerAfterFailures: 3 });
    let state = run(connect, rules);
    const seen: unknown[] = [];
    for (let failure = 0; failure < 5; failure++) {
      state = run([lost(cut)], rules, state);
      seen.push(state.kind === "waiting" && [state.breaker, state.delayMs]);
      state = run(reconnect, rules, state);
    }
    expect(seen).toEqual([
      ["closed", 1_000],
      ["closed", 2_000],
      ["closed", 4_000],
      ["open", 120_000],
      ["open", 120_000],
    ]);
  });

  test("are never shorter than what the failure asks for", () => {
    const tooMany = new HandshakeRejectedError(429, "retry");
    const rules = policy({ floorMs: (cause) => (cause === tooMany ? 30_000 : 0) });
    expect(run([...connect, lost(tooMany)], rules)).toMatchObject({ delayMs: 31_000 });
  });
});

describe("counting failures", () => {
  test("starts over only after a connection that lived long enough", () => {
    const rules = policy({ stableAfterMs: 10_000 });
    const shaky = run(
      [...connect, ...live(0), lost(cut, 9_999), ...reconnect, ...live(20_000)],
      rules,
    );
    expect(step(shaky, lost(cut, 29_999), rules)).toMatchObject({ history: { failures: 2 } });
    expect(step(shaky, lost(cut, 30_000), rules)).toMatchObject({ history: { failures: 1 } });
  });

  test("gives up after the allowed attempts, with the last failure as the cause", () => {
    const rules = policy({ maxAttempts: 5 });
    expect(delays(9, rules)).toEqual([1, 2, 4, 8, 16].map((s) => s * 1_000));
    let state = run(connect, rules);
    for (let i = 0; i < 6; i++) state = run([lost(cut), ...reconnect], rules, state);
    expect(state).toMatchObject({
      kind: "closed",
      cause: { code: "ERR_RETRIES_EXHAUSTED", attempts: 5, cause: cut },
    });
  });

  test("with no attempts allowed, the first loss is the last", () => {
    expect(
      run([...connect, ...live(0), lost(cut, 60_000)], policy({ maxAttempts: 0 })),
    ).toMatchObject({
      kind: "closed",
    });
  });
});

describe("a slot that another session holds", () => {
  const refused = (nowMs: number): SocketEvent => ({ kind: "refused", cause: limit, nowMs });
  const authTimeout = new ConnectTimeoutError("auth", 10_000);
  const welcomed: readonly SocketEvent[] = [{ kind: "opened" }, { kind: "welcomed" }];

  test("is asked for again on the same socket", () => {
    const state = run([...connect, ...welcomed, refused(0)]);
    expect(state).toMatchObject({ kind: "refused", delayMs: 2_000 });
    expect(run([{ kind: "waited" }], policy(), state)).toMatchObject({ kind: "authenticating" });
  });

  test("is waited for on new sockets at an even pace, beyond the allowed attempts, for longer than a ghost lives", () => {
    const rules = policy({ maxAttempts: 1 });
    let state = run(connect, rules);
    let nowMs = 0;
    let sockets = 0;
    while (state.kind === "connecting") {
      sockets++;
      state = run([...welcomed, refused(nowMs)], rules, state);
      nowMs += 10_000; // the venue's window for authentication
      state = step(state, lost(authTimeout, nowMs), rules);
      if (state.kind !== "waiting") break;
      expect(state.delayMs).toBe(6_000);
      nowMs += state.delayMs;
      state = run(reconnect, rules, state);
    }
    expect(state).toMatchObject({ kind: "closed", cause: { code: "ERR_RETRIES_EXHAUSTED" } });
    expect(nowMs).toBeGreaterThan(90_000);
    expect(sockets).toBeGreaterThan(5);
  });

  test("once granted, is forgotten", () => {
    const state = run([...connect, ...welcomed, refused(0), { kind: "authenticated", nowMs: 5 }]);
    expect(state).toMatchObject({ kind: "live", history: { limitedSinceMs: undefined } });
  });
});

describe("a cause that another attempt cannot cure", () => {
  const denied = new AuthRejectedError(402, "auth failed");
  const forbidden = new HandshakeRejectedError(403, "fatal");

  test("ends the connection for good", () => {
    expect(run([...connect, lost(denied)])).toEqual({ kind: "closed", cause: denied });
    expect(run([...connect, lost(forbidden)])).toEqual({ kind: "closed", cause: forbidden });
  });

  test("does not include a refused handshake where the same credentials have been good before", () => {
    const state = run([...connect, ...live(0), lost(cut, 20_000), ...reconnect, lost(forbidden)]);
    expect(state).toMatchObject({ kind: "waiting", cause: forbidden });
  });
});

const anyEvent: fc.Arbitrary<SocketEvent> = fc.oneof(
  ...(["start", "opened", "welcomed", "waited", "close", "ended"] as const).map((kind) =>
    fc.constant<SocketEvent>({ kind }),
  ),
  fc.record({ kind: fc.constant("authenticated" as const), nowMs: fc.nat() }),
  fc.record({ kind: fc.constant("refused" as const), nowMs: fc.nat(), cause: fc.constant(limit) }),
  fc.record({
    kind: fc.constant("lost" as const),
    nowMs: fc.nat(),
    roll: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    cause: fc.constantFrom<HoldfastError>(cut, limit, new AuthRejectedError(402, "auth failed")),
  }),
);

describe("whatever happens", () => {
  test("no history leaves closed, and closing leads only there", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
        let state: SocketState = { kind: "idle" };
        for (const event of events) {
          const next = step(state, event, policy());
          if (state.kind === "closed") expect(next).toBe(state);
          if (state.kind === "closing") expect(["closing", "closed"]).toContain(next.kind);
          state = next;
        }
      }),
    );
  });

  test("a wait is finite, not negative, and within its bounds", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
        const rules = policy({ backoff: { ...RECONNECT_DEFAULTS, jitter: "full" } });
        let state: SocketState = { kind: "idle" };
        for (const event of events) {
          state = step(state, event, rules);
          if (state.kind !== "waiting") continue;
          expect(state.delayMs).toBeGreaterThanOrEqual(0);
          expect(state.delayMs).toBeLessThanOrEqual(rules.breakerDelayMs);
        }
      }),
    );
  });

  test("only an authentication makes it live", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
        let state: SocketState = { kind: "idle" };
        for (const event of events) {
          const next = step(state, event, policy());
          if (next.kind === "live" && state.kind !== "live")
            expect(event.kind).toBe("authenticated");
          state = next;
        }
      }),
    );
  });
});
