import type { OperationLatency } from "../resilience/adaptive-timeout.ts";
import type { OriginCircuit } from "../resilience/origin-breaker.ts";
import type { OperationHealth } from "./operation-table.ts";
import type { OriginHealth } from "./origin-slots.ts";
import type { RequestTotals } from "./request-ledger.ts";

/** `idle` until the first request; `draining` takes no new ones. @public */
export type HttpSessionState = "idle" | "open" | "draining" | "closed";

/** How a session is doing, as plain JSON; it holds no path, header or body. @public */
export interface HttpSessionHealth extends RequestTotals {
  readonly state: HttpSessionState;
  /** By origin; one without connection or waiting request is left out. */
  readonly origins: Readonly<Record<string, OriginHealth>>;
  /** The circuits of the origins that were asked, also while they have no connection. */
  readonly circuits: readonly OriginCircuit[];
  /** By the names that requests give; from the 201st name on, new ones are counted as `others`. */
  readonly operations: Readonly<Record<string, OperationHealth>>;
  /** What adaptive timeouts know: the silences of the venue, from the request to its answer's end. */
  readonly latencies: readonly OperationLatency[];
  /** Requests that wait for a connection, over all origins. */
  readonly waiting: number;
  /** Requests that wait at their gate, for the request budget. */
  readonly atGate: number;
  /** Requests between two attempts. */
  readonly backingOff: number;
  /** Connections opened since the beginning; far below `attempts` when they are reused. */
  readonly connectionsOpened: number;
  /** Callers that shared the request of another; they are not counted as requests. */
  readonly coalesced: number;
  /** How often a listener of an event has thrown. */
  readonly listenerFailures: number;
}
