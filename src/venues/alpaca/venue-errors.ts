import {
  AuthRejectedError,
  ConnectionLimitError,
  ConnectTimeoutError,
  NotEntitledError,
  SlowConsumerError,
  VenueRejectedError,
} from "../../core/errors.ts";
import type { HoldfastError } from "../../core/holdfast-error.ts";

/**
 * What a stream's error message means for the connection. `refuse`: the message in flight was
 * refused, all else goes on. `limit`: ask for the slot again. `drop`: the connection is of no more
 * use, and the error says whether another will be. `report`: somebody should know, nothing more.
 */
export type VenueErrorMeaning =
  | { readonly kind: "refuse" }
  | { readonly kind: "limit"; readonly error: HoldfastError }
  | { readonly kind: "drop"; readonly error: HoldfastError }
  | { readonly kind: "report"; readonly error: HoldfastError };

/** The venue closes a connection that has not authenticated for this long. */
const VENUE_AUTH_WINDOW_MS = 10_000;

/** Codes from docs.alpaca.markets, real-time stock data, January 2026; 411 from Alpaca's Go SDK v3. */
export function meaningOf(code: number, message: string): VenueErrorMeaning {
  switch (code) {
    case 400: // invalid syntax
    case 405: // symbol limit exceeded; nothing of the message was applied
    case 410: // channel not offered by this feed
    case 413: // star subscription to option quotes
      return { kind: "refuse" };
    case 401: // not authenticated: our session is not what we take it for
      return { kind: "drop", error: new VenueRejectedError(code, message, "retry") };
    case 402: // auth failed
      return { kind: "drop", error: new AuthRejectedError(code, message) };
    case 403: // already authenticated
      return { kind: "report", error: new VenueRejectedError(code, message, "retry") };
    case 404: // auth timeout; ours, or the end of waiting for a slot
      return { kind: "drop", error: new ConnectTimeoutError("auth", VENUE_AUTH_WINDOW_MS) };
    case 406: // connection limit exceeded; the socket stays open for another try
      return { kind: "limit", error: new ConnectionLimitError(message) };
    case 407: // slow client; the venue closes
      return { kind: "drop", error: new SlowConsumerError(`the venue cut us off: ${message}`) };
    case 408: // v2 not enabled (no longer documented)
    case 409: // feed not in the plan
    case 411: // OAuth token without the scope
      return { kind: "drop", error: new NotEntitledError(code, message) };
    case 412: // options need MessagePack
      return { kind: "drop", error: new VenueRejectedError(code, message, "fatal") };
    default:
      // What the venue adds without notice: a fault of our message, or one of its own like 500.
      return code < 500
        ? { kind: "refuse" }
        : { kind: "drop", error: new VenueRejectedError(code, message, "retry") };
  }
}

/** A handshake refused for being one too many is not tried again sooner, in milliseconds. */
const HANDSHAKE_LIMIT_FLOOR_MS = 30_000;

/** The shortest wait after a failure, in milliseconds. */
export function reconnectFloorMs(cause: HoldfastError): number {
  const tooMany = "statusCode" in cause && cause.statusCode === 429;
  return cause.code === "ERR_HANDSHAKE_REJECTED" && tooMany ? HANDSHAKE_LIMIT_FLOOR_MS : 0;
}
