import type { StateChange } from "../socket/live-socket.ts";
import type { Reconnected } from "../venues/alpaca/alpaca-websocket-client.ts";
import { describeDuration } from "./duration.ts";

/** A change of the connection worth a line of its own; `undefined` for the steps on the way. */
export function describeChange({ state, previous }: StateChange): string | undefined {
  switch (state.kind) {
    case "live":
      return state.history.hasBeenLive && state.history.failures > 0 ? undefined : "connected";
    case "refused":
      return `refused, asking again in ${describeDuration(state.delayMs)}: ${state.cause.message}`;
    case "waiting": {
      // What happens next comes first: a narrow terminal cuts the end.
      const what = previous.kind === "live" ? "lost" : "no connection";
      const often = state.breaker === "open" ? ", less often from now on" : "";
      return `${what}, trying again in ${describeDuration(state.delayMs)}${often}: ${state.cause.message}`;
    }
    default:
      return undefined;
  }
}

/** The good news after a loss. */
export function describeReconnect({ downMs, attempts }: Reconnected): string {
  const tries = attempts > 1 ? `, ${attempts} attempts` : "";
  return `reconnected after ${describeDuration(downMs)}${tries}; subscriptions restored`;
}

/** What was not shown because the reader of our output was too slow. */
export function describeDropped(dropped: number): string {
  return `${dropped.toLocaleString("en-US")} messages not shown: the reader of this output was too slow`;
}
