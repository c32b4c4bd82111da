import type { HttpFault } from "./http-fault.ts";

/** Which sessions a fault is meant for; all of them when nothing is said. @public */
export interface FaultTarget {
  /** The path of a stream, such as `/v2/iex` or `/stream`. */
  readonly path?: string;
  /** The key id a session has authenticated with. */
  readonly keyId?: string;
}

/**
 * When a fault strikes a session. With neither `afterMs` nor `afterMessages` it strikes at once every
 * open session it is meant for; when there is none, it waits for the next ones to authenticate.
 * A fault strikes one session at most once.
 * @public
 */
export interface SessionFaultSchedule extends FaultTarget {
  /** Milliseconds after the session authenticated, or after the injection when that came later. */
  readonly afterMs?: number;
  /**
   * Data messages of the session before it strikes. Counted from the session's first, so the same
   * seed is struck at the same message.
   */
  readonly afterMessages?: number;
  /**
   * How many sessions it strikes when it waits.
   * @defaultValue 1
   */
  readonly count?: number;
}

/** When a fault of the handshake, the authentication or an acknowledgement strikes. @public */
export interface OccasionFaultSchedule extends FaultTarget {
  /** Milliseconds after the injection before it may strike; at once when absent. */
  readonly afterMs?: number;
  /**
   * How many occasions it strikes.
   * @defaultValue 1
   */
  readonly count?: number;
}

/** A close frame, as a restarting server sends. Frees the session's slot. @public */
export interface CloseFault extends SessionFaultSchedule {
  readonly kind: "close";
  /** @defaultValue 1001 */
  readonly code?: number;
  readonly reason?: string;
}

/** The TCP connection is destroyed without a close frame; the client sees 1006. Frees the slot. @public */
export interface CutFault extends SessionFaultSchedule {
  readonly kind: "cut";
}

/**
 * The path between client and venue is lost: from now on nothing is read or written, no close frame
 * and no end of the stream arrives, and the slot stays taken, so that the client's next session on
 * this endpoint gets 406 until the ghost is gone.
 * @public
 */
export interface GhostFault extends SessionFaultSchedule {
  readonly kind: "ghost";
  /** How long the slot stays taken, in milliseconds; the plan's `ghostMs` when absent. */
  readonly ghostMs?: number;
}

/** The socket stays open and pings are answered, but no data comes. @public */
export interface MuteFault extends SessionFaultSchedule {
  readonly kind: "mute";
  /** For how long, in milliseconds; for good when absent. What falls into it is never sent. */
  readonly durationMs?: number;
}

/** Nothing is answered: no pongs, no data, every byte ignored. The slot is free once the client leaves. @public */
export interface HalfOpenFault extends SessionFaultSchedule {
  readonly kind: "half-open";
}

/** The next data frame is a valid frame whose payload breaks off in the middle. @public */
export interface TruncatedFrameFault extends SessionFaultSchedule {
  readonly kind: "truncated-frame";
}

/** A frame that is neither JSON nor MessagePack. @public */
export interface GarbageFrameFault extends SessionFaultSchedule {
  readonly kind: "garbage-frame";
  /**
   * How long the frame is, in bytes.
   * @defaultValue 64
   */
  readonly bytes?: number;
}

/** All frames trickle from now on, a few bytes at a time. @public */
export interface SlowDripFault extends SessionFaultSchedule {
  readonly kind: "slow-drip";
  /**
   * Bytes at a time.
   * @defaultValue 16
   */
  readonly chunkBytes?: number;
  /**
   * Milliseconds between the pieces.
   * @defaultValue 10
   */
  readonly delayMs?: number;
}

/** 407, then the connection is destroyed, as for a client that reads too slowly. @public */
export interface SlowClientFault extends SessionFaultSchedule {
  readonly kind: "slow-client";
}

/** The reply to an authentication is this error; after 404 the venue also closes. @public */
export interface RejectAuthFault extends OccasionFaultSchedule {
  readonly kind: "reject-auth";
  readonly code: 402 | 404 | 406 | 409 | 411;
}

/** The upgrade is answered with this HTTP status instead of 101. @public */
export interface HandshakeStatusFault extends OccasionFaultSchedule {
  readonly kind: "handshake-status";
  /** From 400 to 599. */
  readonly status: number;
}

/** The upgrade is never answered. @public */
export interface StallHandshakeFault extends OccasionFaultSchedule {
  readonly kind: "stall-handshake";
}

/** The session opens without `connected`. @public */
export interface NoWelcomeFault extends OccasionFaultSchedule {
  readonly kind: "no-welcome";
}

/** An authentication is read and never answered; the session stays unauthenticated. @public */
export interface NoAuthReplyFault extends OccasionFaultSchedule {
  readonly kind: "no-auth-reply";
}

/** A subscribe message is refused with this error and changes nothing. @public */
export interface RejectSubscribeFault extends OccasionFaultSchedule {
  readonly kind: "reject-subscribe";
  readonly code: 400 | 405 | 410;
}

/** An acknowledgement comes late; the change itself happens at once. @public */
export interface LateAckFault extends OccasionFaultSchedule {
  readonly kind: "late-ack";
  readonly delayMs: number;
}

/** A change happens and is not acknowledged. @public */
export interface NoAckFault extends OccasionFaultSchedule {
  readonly kind: "no-ack";
}

/** Every second newly asked symbol of the subscribe message is left out, of the state and of its ack. @public */
export interface PartialAckFault extends OccasionFaultSchedule {
  readonly kind: "partial-ack";
}

/** An acknowledgement lacks these keys, as older servers' do. @public */
export interface KeylessAckFault extends OccasionFaultSchedule {
  readonly kind: "keyless-ack";
  readonly keys: readonly string[];
}

/** Faults that strike an open session. @public */
export type SessionFault =
  | CloseFault
  | CutFault
  | GhostFault
  | MuteFault
  | HalfOpenFault
  | TruncatedFrameFault
  | GarbageFrameFault
  | SlowDripFault
  | SlowClientFault;

/** Faults that strike a step of the conversation. @public */
export type OccasionFault =
  | RejectAuthFault
  | HandshakeStatusFault
  | StallHandshakeFault
  | NoWelcomeFault
  | NoAuthReplyFault
  | RejectSubscribeFault
  | LateAckFault
  | NoAckFault
  | PartialAckFault
  | KeylessAckFault;

/** Everything the simulator can do wrong on purpose. @public */
export type Fault = SessionFault | OccasionFault | HttpFault;
