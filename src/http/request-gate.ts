import type { AcquireLimits, Admission } from "../resilience/admission.ts";
import type { Lane } from "../resilience/lanes.ts";
import type { HttpResponse } from "./http-response.ts";

/**
 * What every attempt of a request passes before it is put on a connection: the budget that an account
 * shares. The venue decides which budgets an attempt is charged to; the session only asks, for each
 * attempt anew, and reports each answer.
 * @public
 */
export interface RequestGate {
  /** Whether an attempt may go at once; true has charged it. The way of almost every attempt. */
  tryEnter(lane: Lane): boolean;
  /**
   * Waits until an attempt may go, or until it is sure that it may not in time. It ends at once when
   * `limits.signal` aborts, and then charges nothing.
   * @param limits - its `deadlineMs` is on the monotonic clock
   */
  enter(lane: Lane, limits: AcquireLimits): Promise<Admission>;
  /** An attempt was answered: its rate headers, or its 429, correct the budget. */
  observe(response: HttpResponse): void;
}

/** The lane of a request that names none: a DELETE takes an order back, a GET only asks. */
export function laneOf(method: string): Lane {
  if (method === "DELETE") return "cancel";
  return method === "GET" || method === "HEAD" || method === "OPTIONS" ? "query" : "order";
}
