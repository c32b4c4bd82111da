import { type Disposition, HoldfastError } from "./holdfast-error.ts";

/** The input is wrong: nothing was sent. `faults` lists everything that is wrong with it. @public */
export class ConfigError extends HoldfastError {
  override readonly code = "ERR_CONFIG";
  override readonly disposition = "fatal";
  readonly faults: readonly string[];
  constructor(faults: readonly string[], options?: ErrorOptions) {
    super(faults.join("; "), options);
    this.faults = faults;
  }
}

/** Used after it was closed, or closed while it worked. @public */
export class ClosedError extends HoldfastError {
  override readonly code = "ERR_CLOSED";
  override readonly disposition = "fatal";
  constructor(what: string, options?: ErrorOptions) {
    super(`${what} is closed`, options);
  }
}

/** The steps that come before a connection carries data, each with a deadline of its own. @public */
export type ConnectPhase = "connect" | "welcome" | "auth";

/** A connection did not get through `phase` in time. @public */
export class ConnectTimeoutError extends HoldfastError {
  override readonly code = "ERR_CONNECT_TIMEOUT";
  override readonly disposition = "retry";
  readonly phase: ConnectPhase;
  readonly timeoutMs: number;
  constructor(phase: ConnectPhase, timeoutMs: number, options?: ErrorOptions) {
    super(`no ${phase} within ${timeoutMs} ms`, options);
    this.phase = phase;
    this.timeoutMs = timeoutMs;
  }
}

/** The connection ended before the caller asked for it; 1006 means without a close frame. @public */
export class ConnectionClosedError extends HoldfastError {
  override readonly code = "ERR_CONNECTION_CLOSED";
  override readonly disposition = "retry";
  readonly closeCode: number;
  constructor(closeCode: number, detail?: string, options?: ErrorOptions) {
    super(`connection closed (${closeCode}${detail ? `: ${detail}` : ""})`, options);
    this.closeCode = closeCode;
  }
}

/** The venue answered the WebSocket upgrade with an HTTP status instead. @public */
export class HandshakeRejectedError extends HoldfastError {
  override readonly code = "ERR_HANDSHAKE_REJECTED";
  override readonly disposition: Disposition;
  readonly statusCode: number;
  constructor(statusCode: number, disposition: Disposition, options?: ErrorOptions) {
    super(`the venue refused the handshake with HTTP ${statusCode}`, options);
    this.statusCode = statusCode;
    this.disposition = disposition;
  }
}

/** Why a connection that looked open was given up. @public */
export type StaleReason = "no-pong" | "no-data";

/** The peer is silent: no pong, or no data where data was due. @public */
export class StaleError extends HoldfastError {
  override readonly code = "ERR_STALE";
  override readonly disposition = "retry";
  readonly reason: StaleReason;
  readonly silentMs: number;
  constructor(reason: StaleReason, silentMs: number, options?: ErrorOptions) {
    super(
      `${reason === "no-pong" ? "no pong" : "no data"} for ${Math.round(silentMs)} ms`,
      options,
    );
    this.reason = reason;
    this.silentMs = silentMs;
  }
}

/** The venue did not acknowledge a request in time. @public */
export class AckTimeoutError extends HoldfastError {
  override readonly code = "ERR_ACK_TIMEOUT";
  override readonly disposition = "retry";
  readonly timeoutMs: number;
  constructor(timeoutMs: number, options?: ErrorOptions) {
    super(`no acknowledgement within ${timeoutMs} ms`, options);
    this.timeoutMs = timeoutMs;
  }
}

/** Every allowed reconnect attempt failed; `cause` is the last failure. @public */
export class RetriesExhaustedError extends HoldfastError {
  override readonly code = "ERR_RETRIES_EXHAUSTED";
  override readonly disposition = "fatal";
  readonly attempts: number;
  constructor(attempts: number, options?: ErrorOptions) {
    super(`gave up after ${attempts} reconnect attempts`, options);
    this.attempts = attempts;
  }
}

/** A frame or body could not be decoded. `firstBytes` holds its beginning, printable. @public */
export class DecodeError extends HoldfastError {
  override readonly code = "ERR_DECODE";
  override readonly disposition = "retry";
  readonly firstBytes: string;
  readonly byteLength: number;
  constructor(what: string, bytes: Uint8Array, options?: ErrorOptions) {
    const firstBytes = printable(bytes);
    super(`undecodable ${what} of ${bytes.byteLength} bytes, beginning ${firstBytes}`, options);
    this.firstBytes = firstBytes;
    this.byteLength = bytes.byteLength;
  }
}

const SHOWN_BYTES = 48;

function printable(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes.subarray(0, SHOWN_BYTES)) {
    text +=
      byte >= 0x20 && byte < 0x7f
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return `"${text}${bytes.byteLength > SHOWN_BYTES ? "…" : ""}"`;
}

/** A well-formed message that has no place at this point of the conversation. @public */
export class UnexpectedFrameError extends HoldfastError {
  override readonly code = "ERR_UNEXPECTED_FRAME";
  override readonly disposition = "retry";
}

/** The venue refused the credentials. @public */
export class AuthRejectedError extends HoldfastError {
  override readonly code = "ERR_AUTH_REJECTED";
  override readonly disposition = "fatal";
  readonly venueCode: number;
  constructor(venueCode: number, message: string, options?: ErrorOptions) {
    super(`the venue refused the credentials (${venueCode} ${message})`, options);
    this.venueCode = venueCode;
  }
}

/** The credentials are good, but the plan or scope does not include what was asked for. @public */
export class NotEntitledError extends HoldfastError {
  override readonly code = "ERR_NOT_ENTITLED";
  override readonly disposition = "fatal";
  readonly venueCode: number;
  constructor(venueCode: number, message: string, options?: ErrorOptions) {
    super(`the account's plan does not include this (${venueCode} ${message})`, options);
    this.venueCode = venueCode;
  }
}

/** Another session holds the connection the account is allowed, or a dead one's ghost does. @public */
export class ConnectionLimitError extends HoldfastError {
  override readonly code = "ERR_CONNECTION_LIMIT";
  override readonly disposition = "retry";
  constructor(message: string, options?: ErrorOptions) {
    super(`${message}: another session holds the slot, or a dead one still does`, options);
  }
}

/** The venue cut us off, or is about to, for reading too slowly; or a consumer of ours fell behind. @public */
export class SlowConsumerError extends HoldfastError {
  override readonly code = "ERR_SLOW_CONSUMER";
  override readonly disposition = "retry";
}

/** The venue answered, and has nothing of what was asked for. @public */
export class NoDataError extends HoldfastError {
  override readonly code = "ERR_NO_DATA";
  override readonly disposition = "fatal";
  constructor(what: string, options?: ErrorOptions) {
    super(`the venue has no ${what}`, options);
  }
}

/** Symbols by channel, as a venue lists them. @public */
export type ChannelSymbols = Readonly<Record<string, readonly string[]>>;

/** The venue refused these subscriptions; they are no longer wanted, all others stay. @public */
export class SubscriptionRejectedError extends HoldfastError {
  override readonly code = "ERR_SUBSCRIPTION_REJECTED";
  override readonly disposition = "fatal";
  readonly venueCode: number;
  readonly rejected: ChannelSymbols;
  constructor(
    venueCode: number,
    message: string,
    rejected: ChannelSymbols,
    options?: ErrorOptions,
  ) {
    super(`the venue refused ${listed(rejected)} (${venueCode} ${message})`, options);
    this.venueCode = venueCode;
    this.rejected = rejected;
  }
}

/** The venue acknowledged without these, more than once; they stay wanted for the next reconnect. @public */
export class SubscriptionIncompleteError extends HoldfastError {
  override readonly code = "ERR_SUBSCRIPTION_INCOMPLETE";
  override readonly disposition = "retry";
  readonly missing: ChannelSymbols;
  constructor(missing: ChannelSymbols, options?: ErrorOptions) {
    super(`the venue did not acknowledge ${listed(missing)}`, options);
    this.missing = missing;
  }
}

const SHOWN_SYMBOLS = 10;

function listed(selection: ChannelSymbols): string {
  return Object.entries(selection)
    .map(([channel, symbols]) => {
      const more =
        symbols.length > SHOWN_SYMBOLS ? ` and ${symbols.length - SHOWN_SYMBOLS} more` : "";
      return `${channel} ${symbols.slice(0, SHOWN_SYMBOLS).join(" ")}${more}`;
    })
    .join(", ");
}

/** A callback of the user threw or rejected; `cause` is what it threw. @public */
export class HandlerError extends HoldfastError {
  override readonly code = "ERR_HANDLER";
  override readonly disposition = "fatal";
  readonly channel: string;
  readonly symbol: string | undefined;
  constructor(channel: string, symbol: string | undefined, options?: ErrorOptions) {
    super(`a handler of ${channel}${symbol ? ` for ${symbol}` : ""} failed`, options);
    this.channel = channel;
    this.symbol = symbol;
  }
}

/** The venue said no, with a code of its own. @public */
export class VenueRejectedError extends HoldfastError {
  override readonly code = "ERR_VENUE_REJECTED";
  override readonly disposition: Disposition;
  readonly venueCode: number;
  constructor(
    venueCode: number,
    message: string,
    disposition: Disposition = "fatal",
    options?: ErrorOptions,
  ) {
    super(`the venue answered ${venueCode} ${message}`, options);
    this.venueCode = venueCode;
    this.disposition = disposition;
  }
}
