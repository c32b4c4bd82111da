/**
 * How a call ended.
 *
 * - `unreached`: no connection could be opened. `reset`: it was lost under the call.
 * - `refused`: the request cannot be sent, or its answer not be used; another would be no better.
 * - `expired`: an own limit of the call passed. `outOfTime`: its caller's deadline did.
 */
export type CallOutcome =
  | "answered"
  | "unreached"
  | "reset"
  | "refused"
  | "expired"
  | "outOfTime"
  | "aborted";
