import type { RequestFacts } from "../core/request-errors.ts";
import type { PreparedRequest } from "./http-request.ts";
import type { Operation } from "./operation-table.ts";

/** A request on its way: what its attempts, and the waits between them, have in common. */
export class RequestProgress {
  readonly request: PreparedRequest;
  readonly operation: Operation;
  /** On the monotonic clock. */
  readonly startedMs: number;
  /** How long the caller waits, in milliseconds. */
  readonly timeoutMs: number;
  /** When the caller stops waiting, on the monotonic clock. */
  readonly deadlineMs: number;
  /** Attempts begun. */
  attempts = 0;
  /** Whether any byte of any attempt may have reached the venue. */
  sent = false;
  /** The venue's name for the request, from the last answer of which at least the headers came. */
  requestId: string | undefined;

  constructor(request: PreparedRequest, operation: Operation, startedMs: number) {
    this.request = request;
    this.operation = operation;
    this.startedMs = startedMs;
    this.timeoutMs = request.deadlineMs ?? operation.timeoutMs;
    this.deadlineMs = startedMs + this.timeoutMs;
  }

  /** What an error says of it at `nowMs`. */
  factsAt(nowMs: number): RequestFacts {
    const { operation, method } = this.request;
    const { sent, attempts, requestId } = this;
    return { operation, method, sent, attempts, elapsedMs: nowMs - this.startedMs, requestId };
  }
}
