import type { HoldfastError } from "../../core/holdfast-error.ts";

/** A pooled connection's life. Times are monotonic, in milliseconds. @public */
export type PooledConnectionState =
  | { readonly kind: "idle" }
  /** Opening for the first time. */
  | { readonly kind: "connecting"; readonly sinceMs: number }
  /**
   * Opened, and not authenticated at this moment: the stream is bringing itself back. `errors`
   * counts what went wrong since it was last authenticated.
   */
  | { readonly kind: "connected"; readonly sinceMs: number; readonly errors: number }
  /** Carries messages. */
  | { readonly kind: "authenticated"; readonly sinceMs: number }
  /** Giving up its subscriptions to the connection that takes its place. */
  | { readonly kind: "draining"; readonly sinceMs: number }
  /** Of no more use; its subscriptions are moved. */
  | { readonly kind: "failed"; readonly cause: HoldfastError }
  | { readonly kind: "closed" };

/** What can happen to a pooled connection. Times are monotonic. */
export type PooledConnectionEvent =
  | { readonly kind: "open"; readonly nowMs: number }
  | { readonly kind: "live"; readonly nowMs: number }
  | { readonly kind: "lost"; readonly nowMs: number }
  /** Something went wrong, while it was away or not. */
  | { readonly kind: "error" }
  /** The regular look at it; `cause` is what it fails with when its time is up. */
  | { readonly kind: "check"; readonly nowMs: number; readonly cause: HoldfastError }
  | { readonly kind: "drain"; readonly nowMs: number }
  /** It cannot come back by itself. */
  | { readonly kind: "fail"; readonly cause: HoldfastError }
  | { readonly kind: "close" };

/** How long a connection is left to bring itself back. */
export interface PatiencePolicy {
  readonly failoverAfterErrors: number;
  readonly failoverAfterMs: number;
}

/** Pure. An event that has no place in a state gives the same state object back. */
export function step(
  state: PooledConnectionState,
  event: PooledConnectionEvent,
  policy: PatiencePolicy,
): PooledConnectionState {
  if (state.kind === "closed") return state;
  if (event.kind === "close") return { kind: "closed" };
  if (state.kind === "failed") return state;
  if (event.kind === "fail") return { kind: "failed", cause: event.cause };
  switch (state.kind) {
    case "idle":
      return event.kind === "open" ? { kind: "connecting", sinceMs: event.nowMs } : state;
    case "connecting":
      return event.kind === "live" ? { kind: "authenticated", sinceMs: event.nowMs } : state;
    case "connected":
      return stepAway(state, event, policy);
    case "authenticated":
      if (event.kind === "lost") return { kind: "connected", sinceMs: event.nowMs, errors: 0 };
      return event.kind === "drain" ? { kind: "draining", sinceMs: event.nowMs } : state;
    case "draining":
      return event.kind === "lost" ? { kind: "connected", sinceMs: event.nowMs, errors: 0 } : state;
    default:
      return state satisfies never;
  }
}

function stepAway(
  state: Extract<PooledConnectionState, { kind: "connected" }>,
  event: Exclude<PooledConnectionEvent, { kind: "close" } | { kind: "fail" }>,
  policy: PatiencePolicy,
): PooledConnectionState {
  switch (event.kind) {
    case "live":
      return { kind: "authenticated", sinceMs: event.nowMs };
    case "error":
      return { ...state, errors: state.errors + 1 };
    case "check": {
      const isOver =
        state.errors >= policy.failoverAfterErrors ||
        event.nowMs - state.sinceMs >= policy.failoverAfterMs;
      return isOver ? { kind: "failed", cause: event.cause } : state;
    }
    case "open":
    case "lost":
    case "drain":
      return state;
    default:
      return event satisfies never;
  }
}
