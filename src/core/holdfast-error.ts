/** What a caller may do next: try the same call again, stop and tell a human, or ask the venue first. @public */
export type Disposition = "retry" | "fatal" | "reconcile";

/** Every stable code. Adding one is a minor release, removing one a major. @public */
export type ErrorCode =
  | "ERR_ACK_TIMEOUT"
  | "ERR_AUTH_REJECTED"
  | "ERR_CIRCUIT_OPEN"
  | "ERR_CLOSED"
  | "ERR_CONFIG"
  | "ERR_CONNECTION_CLOSED"
  | "ERR_CONNECTION_LIMIT"
  | "ERR_CONNECT_TIMEOUT"
  | "ERR_DEADLINE"
  | "ERR_DECODE"
  | "ERR_HANDLER"
  | "ERR_HANDSHAKE_REJECTED"
  | "ERR_HTTP_STATUS"
  | "ERR_NOT_ENTITLED"
  | "ERR_NO_DATA"
  | "ERR_POOL_FULL"
  | "ERR_PROCESSOR"
  | "ERR_RATE_LIMITED"
  | "ERR_REQUEST_FAILED"
  | "ERR_RETRIES_EXHAUSTED"
  | "ERR_SLOW_CONSUMER"
  | "ERR_STALE"
  | "ERR_SUBSCRIPTION_INCOMPLETE"
  | "ERR_SUBSCRIPTION_REJECTED"
  | "ERR_UNEXPECTED_FRAME"
  | "ERR_VENUE_REJECTED";

const brand: unique symbol = Symbol.for("holdfast.error");

/** Base of every error this library makes. Match on `code`; `instanceof` fails across copies. @public */
export abstract class HoldfastError extends Error {
  abstract readonly code: ErrorCode;
  abstract readonly disposition: Disposition;
  /** @internal */
  get [brand](): true {
    return true;
  }
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** True for our errors, also across realms and duplicate copies of the package. @public */
export function isHoldfastError(value: unknown): value is HoldfastError {
  return typeof value === "object" && value !== null && brand in value;
}

/** Text for anything thrown, errors or not. @internal */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
