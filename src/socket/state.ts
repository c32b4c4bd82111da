import { RetriesExhaustedError } from "../core/errors.ts";
import type { HoldfastError } from "../core/holdfast-error.ts";
import { type BackoffOptions, backoffDelayMs } from "../resilience/backoff.ts";

/** What is remembered from one connection to the next. @public */
export interface ConnectionHistory {
  /** Failures since the last connection that lived long enough to count as stable. */
  readonly failures: number;
  /** Since when, on the monotonic clock, the venue says that another session holds our slot. */
  readonly limitedSinceMs: number | undefined;
  readonly hasBeenLive: boolean;
}

/** A connection's life. Data that exists only in one state lives only there. @public */
export type SocketState =
  | { readonly kind: "idle" }
  | { readonly kind: "connecting"; readonly history: ConnectionHistory }
  | { readonly kind: "welcoming"; readonly history: ConnectionHistory }
  | { readonly kind: "authenticating"; readonly history: ConnectionHistory }
  /** The slot is taken; the same socket will ask again. */
  | {
      readonly kind: "refused";
      readonly history: ConnectionHistory;
      readonly delayMs: number;
      readonly cause: HoldfastError;
    }
  | { readonly kind: "live"; readonly history: ConnectionHistory; readonly sinceMs: number }
  | {
      readonly kind: "waiting";
      readonly history: ConnectionHistory;
      readonly delayMs: number;
      /** `open` once failures persist: attempts go on, further apart. */
      readonly breaker: "closed" | "open";
      readonly cause: HoldfastError;
    }
  | { readonly kind: "closing" }
  | { readonly kind: "closed"; readonly cause: HoldfastError | undefined };

/** What can happen to a connection. Times are monotonic. */
export type SocketEvent =
  | { readonly kind: "start" }
  | { readonly kind: "opened" }
  | { readonly kind: "welcomed" }
  | { readonly kind: "authenticated"; readonly nowMs: number }
  | { readonly kind: "refused"; readonly nowMs: number; readonly cause: HoldfastError }
  /** @param roll - a random number in [0, 1) for the jitter */
  | {
      readonly kind: "lost";
      readonly nowMs: number;
      readonly roll: number;
      readonly cause: HoldfastError;
    }
  | { readonly kind: "waited" }
  | { readonly kind: "close" }
  | { readonly kind: "ended" };

/** When and how often a lost connection is tried again. */
export interface ReconnectPolicy {
  readonly backoff: Required<BackoffOptions>;
  readonly maxAttempts: number;
  readonly stableAfterMs: number;
  readonly breakerAfterFailures: number;
  readonly breakerDelayMs: number;
  readonly limitPatienceMs: number;
  readonly reauthenticateAfterMs: number;
  readonly limitReconnectAfterMs: number;
  readonly awaitsWelcome: boolean;
  /** The shortest wait after this failure, in milliseconds, whatever the backoff says. */
  readonly floorMs: (cause: HoldfastError) => number;
}

const NO_HISTORY: ConnectionHistory = {
  failures: 0,
  limitedSinceMs: undefined,
  hasBeenLive: false,
};

/** Pure. An event that has no place in a state gives the same state object back. */
export function step(state: SocketState, event: SocketEvent, policy: ReconnectPolicy): SocketState {
  if (state.kind === "closed") return state;
  if (state.kind === "closing") {
    return event.kind === "ended" ? { kind: "closed", cause: undefined } : state;
  }
  switch (event.kind) {
    case "start":
      return state.kind === "idle" ? { kind: "connecting", history: NO_HISTORY } : state;
    case "opened":
      if (state.kind !== "connecting") return state;
      return {
        kind: policy.awaitsWelcome ? "welcoming" : "authenticating",
        history: state.history,
      };
    case "welcomed":
      return state.kind === "welcoming"
        ? { kind: "authenticating", history: state.history }
        : state;
    case "authenticated":
      if (state.kind !== "authenticating" && state.kind !== "refused") return state;
      return {
        kind: "live",
        history: { ...state.history, limitedSinceMs: undefined, hasBeenLive: true },
        sinceMs: event.nowMs,
      };
    case "refused":
      if (state.kind !== "authenticating") return state;
      return {
        kind: "refused",
        history: { ...state.history, limitedSinceMs: state.history.limitedSinceMs ?? event.nowMs },
        delayMs: policy.reauthenticateAfterMs,
        cause: event.cause,
      };
    case "lost":
      return lost(state, event, policy);
    case "waited":
      if (state.kind === "waiting") return { kind: "connecting", history: state.history };
      return state.kind === "refused" ? { kind: "authenticating", history: state.history } : state;
    case "close":
      return { kind: "closing" };
    case "ended":
      return state;
    default:
      return event satisfies never;
  }
}

function lost(
  state: Exclude<SocketState, { kind: "closing" } | { kind: "closed" }>,
  event: Extract<SocketEvent, { kind: "lost" }>,
  policy: ReconnectPolicy,
): SocketState {
  if (state.kind === "idle" || state.kind === "waiting") return state;
  const { cause, nowMs } = event;
  if (isFinal(cause, state.history)) return { kind: "closed", cause };

  const stable = state.kind === "live" && nowMs - state.sinceMs >= policy.stableAfterMs;
  const failures = (stable ? 0 : state.history.failures) + 1;
  // Being refused a slot is waited out, however few attempts are allowed: the ghost of a session
  // that died without a close frame holds the slot for a while, and then it is free.
  const limited = cause.code === "ERR_CONNECTION_LIMIT" || wasRefused(state);
  const limitedSinceMs = limited ? (state.history.limitedSinceMs ?? nowMs) : undefined;
  const waitingOutGhost =
    limitedSinceMs !== undefined && nowMs - limitedSinceMs < policy.limitPatienceMs;
  if (failures > policy.maxAttempts && !waitingOutGhost) {
    return { kind: "closed", cause: new RetriesExhaustedError(failures - 1, { cause }) };
  }

  const floorMs = Math.max(policy.floorMs(cause), limited ? policy.limitReconnectAfterMs : 0);
  const open = failures > policy.breakerAfterFailures;
  return {
    kind: "waiting",
    history: { failures, limitedSinceMs, hasBeenLive: state.history.hasBeenLive },
    delayMs: open && !limited ? breakerDelayMs(event.roll, policy, floorMs) : delayMs(),
    breaker: open ? "open" : "closed",
    cause,
  };

  function delayMs(): number {
    // The slot comes free at a moment of the venue's choosing, so waits for it do not grow.
    const rung = limited ? 1 : failures;
    return floorMs + backoffDelayMs(rung, policy.backoff, event.roll);
  }
}

function breakerDelayMs(roll: number, policy: ReconnectPolicy, floorMs: number): number {
  const spread = policy.backoff.jitter === "full" ? 0.5 + roll / 2 : 1;
  return Math.max(policy.breakerDelayMs * spread, floorMs);
}

function wasRefused(state: SocketState): boolean {
  return (
    (state.kind === "refused" || state.kind === "authenticating") &&
    state.history.limitedSinceMs !== undefined
  );
}

/** An edge that answers a handshake with 403 or 404 in an outage has taken good credentials before. */
function isFinal(cause: HoldfastError, history: ConnectionHistory): boolean {
  if (cause.disposition !== "fatal") return false;
  return !(cause.code === "ERR_HANDSHAKE_REJECTED" && history.hasBeenLive);
}
