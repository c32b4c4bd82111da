import { DecodeError } from "./errors.ts";
import { type Disposition, HoldfastError } from "./holdfast-error.ts";

/** What every failed request says about itself. @public */
export interface RequestFacts {
  /** What the request was for, such as `quote` or `clock`. */
  readonly operation: string;
  /** The HTTP verb, in capitals. */
  readonly method: string;
  /** Whether any byte of it, in any attempt, may have reached the venue. */
  readonly sent: boolean;
  /** How often it was tried, the last attempt included; 0 when it was refused before the first. */
  readonly attempts: number;
  /** From the call to its end, all attempts and the waits between them included, in milliseconds. */
  readonly elapsedMs: number;
  /** The venue's name for the request in its last answer, if any attempt had one. */
  readonly requestId?: string | undefined;
}

/** Verbs that change nothing at the venue (RFC 9110, section 9.2.1), so that asking twice is harmless. */
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

/** Whether a request of this verb may be repeated without asking the venue first. */
function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method);
}

/** The same call is safe when nothing was sent or nothing can change; else the outcome is unknown. */
function dispositionOf(facts: RequestFacts): Disposition {
  return !facts.sent || isSafeMethod(facts.method) ? "retry" : "reconcile";
}

/** A request that got no usable answer. @public */
export abstract class RequestError extends HoldfastError {
  readonly operation: string;
  readonly method: string;
  /** Whether any byte of the request, in any attempt, may have reached the venue. */
  readonly sent: boolean;
  /** How often it was tried, the last attempt included; 0 when it was refused before the first. */
  readonly attempts: number;
  /** From the call to the failure, all attempts and the waits between them included, in milliseconds. */
  readonly elapsedMs: number;
  /** The venue's name for the request in its last answer, for its support, if there was one. */
  readonly requestId: string | undefined;
  constructor(message: string, facts: RequestFacts, options?: ErrorOptions) {
    super(`${facts.operation}: ${message} ${circumstances(facts)}`, options);
    this.operation = facts.operation;
    this.method = facts.method;
    this.sent = facts.sent;
    this.attempts = facts.attempts;
    this.elapsedMs = facts.elapsedMs;
    this.requestId = facts.requestId;
  }
}

function circumstances(facts: RequestFacts): string {
  const attempts = facts.attempts > 1 ? `${facts.attempts} attempts, ` : "";
  const request = facts.requestId === undefined ? "" : `, request ${facts.requestId}`;
  const sent = facts.sent ? "sent" : "not sent";
  return `(${attempts}${Math.round(facts.elapsedMs)} ms, ${sent}${request})`;
}

/**
 * Which part of a request ran out of time. `connect`, `read` and `total` are the limits of one attempt;
 * the others are all the deadline of the whole request, and say what it was doing: it waited at its
 * `gate` (the request budget), in the `queue` for a connection, or in a `backoff` between attempts;
 * `deadline`, it was on a connection.
 * @public
 */
export type RequestPhase = "gate" | "queue" | "connect" | "read" | "total" | "backoff" | "deadline";

/** A request ran out of time; `phase` says in which part. @public */
export class DeadlineError extends RequestError {
  override readonly code = "ERR_DEADLINE";
  override readonly disposition: Disposition;
  readonly phase: RequestPhase;
  readonly timeoutMs: number;
  constructor(phase: RequestPhase, timeoutMs: number, facts: RequestFacts, options?: ErrorOptions) {
    super(`${phase} exceeded ${timeoutMs} ms`, facts, options);
    this.disposition = dispositionOf(facts);
    this.phase = phase;
    this.timeoutMs = timeoutMs;
  }
}

/** The connection failed under a request: refused, reset, cut. @public */
export class RequestFailedError extends RequestError {
  override readonly code = "ERR_REQUEST_FAILED";
  override readonly disposition: Disposition;
  constructor(message: string, facts: RequestFacts, options?: ErrorOptions) {
    super(message, facts, options);
    this.disposition = dispositionOf(facts);
  }
}

/** The parts of an unsuccessful answer. @public */
export interface HttpStatusAnswer {
  readonly statusCode: number;
  /** The venue's message, or the first bytes of its body. */
  readonly message: string;
  readonly venueCode?: number | undefined;
  readonly requestId?: string | undefined;
}

/** The venue answered with a status that is not a success. @public */
export class HttpStatusError extends RequestError {
  override readonly code = "ERR_HTTP_STATUS";
  override readonly disposition: Disposition;
  readonly statusCode: number;
  /** The venue's own code, when its body had one. */
  readonly venueCode: number | undefined;
  constructor(answer: HttpStatusAnswer, facts: RequestFacts, options?: ErrorOptions) {
    const { statusCode, message, requestId = facts.requestId } = answer;
    super(`HTTP ${statusCode} ${message}`, { ...facts, requestId }, options);
    this.statusCode = statusCode;
    this.venueCode = answer.venueCode;
    this.disposition = isTransient(statusCode) ? dispositionOf(facts) : "fatal";
  }
}

/** 408 Request Timeout, 425 Too Early and every server error may pass by themselves. */
function isTransient(statusCode: number): boolean {
  return statusCode >= 500 || statusCode === 408 || statusCode === 425;
}

/** Too many requests; `retryAfterMs` is what the venue asked for, if it did. @public */
export class RateLimitedError extends RequestError {
  override readonly code = "ERR_RATE_LIMITED";
  override readonly disposition = "retry";
  readonly retryAfterMs: number | undefined;
  constructor(retryAfterMs: number | undefined, facts: RequestFacts, options?: ErrorOptions) {
    const advice = retryAfterMs === undefined ? "" : `, try again in ${retryAfterMs} ms`;
    super(`rate limit exceeded${advice}`, facts, options);
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * The origin has failed so often in a row that nothing is sent to it for now, and so
 * this attempt was not; `sent` speaks of earlier ones.
 * @public
 */
export class CircuitOpenError extends RequestError {
  override readonly code = "ERR_CIRCUIT_OPEN";
  override readonly disposition = "retry";
  /** Scheme, host and port. */
  readonly origin: string;
  /** How long to wait before another try is worth it, in milliseconds. */
  readonly retryAfterMs: number;
  constructor(origin: string, retryAfterMs: number, facts: RequestFacts, options?: ErrorOptions) {
    super(`${origin} keeps failing, try again in ${Math.ceil(retryAfterMs)} ms`, facts, options);
    this.origin = origin;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Which answer could not be decoded. @public */
export interface ResponseFacts extends RequestFacts {
  readonly statusCode: number;
}

/**
 * The body of an answer is not what it should be: empty, HTML, broken JSON, or another shape. It has
 * the code of {@link DecodeError} and its two fields; `cause` holds that error with the parser's own.
 * @public
 */
export class ResponseDecodeError extends RequestError {
  override readonly code = "ERR_DECODE";
  override readonly disposition: Disposition;
  readonly statusCode: number;
  /** The beginning of the body, printable. */
  readonly firstBytes: string;
  readonly byteLength: number;
  constructor(what: string, bytes: Uint8Array, facts: ResponseFacts, options?: ErrorOptions) {
    const undecodable = new DecodeError(what, bytes, options);
    super(`HTTP ${facts.statusCode}, ${undecodable.message}`, facts, { cause: undecodable });
    this.disposition = dispositionOf(facts);
    this.statusCode = facts.statusCode;
    this.firstBytes = undecodable.firstBytes;
    this.byteLength = undecodable.byteLength;
  }
}
