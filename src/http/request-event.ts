/**
 * How a request ended.
 *
 * - `answered`: with an answer of any status but a redirect.
 * - `failed`: the connection failed, the answer was no answer, or the request itself was wrong.
 * - `timedOut`: a limit of its last attempt passed, or its deadline.
 * - `refused`: by ourselves, because the venue would have: its circuit is open, or its budget used up
 *   for longer than the deadline.
 * - `aborted`: by the caller's signal, or by closing the session.
 * @public
 */
export type RequestOutcome = "answered" | "failed" | "timedOut" | "refused" | "aborted";

/** A request has ended: what metrics are made of. It holds no address, header or body. @public */
export interface RequestEvent {
  readonly operation: string;
  readonly method: string;
  readonly outcome: RequestOutcome;
  /** Of the answer, when the request was answered. */
  readonly statusCode: number | undefined;
  /** How often it was tried; 0 when it was refused before the first. */
  readonly attempts: number;
  /** From the call to its end, in milliseconds. */
  readonly elapsedMs: number;
  /** Whether any byte of it, in any attempt, may have reached the venue. */
  readonly sent: boolean;
}
