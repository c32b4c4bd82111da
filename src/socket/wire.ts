import type { Clock } from "../core/clock.ts";
import { ConnectionClosedError, HandshakeRejectedError } from "../core/errors.ts";
import type { HoldfastError } from "../core/holdfast-error.ts";

/** How to open one WebSocket. */
export interface WireOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: boolean;
  readonly maxFrameBytes: number;
  readonly ca?: string | undefined;
}

/** Why a WebSocket ended, as plain data, so that it can cross from one thread to another. */
export type WireEnd =
  | { readonly kind: "rejected"; readonly statusCode: number }
  | {
      readonly kind: "closed";
      readonly closeCode: number;
      readonly detail: string;
      readonly cause?: unknown;
    };

/** What one WebSocket tells its owner. Nothing is told after `ended`, `terminate` or `close`. */
export interface WireEvents {
  opened(): void;
  /** The bytes belong to the receiver, who may keep them. */
  frame(data: Buffer, isBinary: boolean): void;
  /** A ping or pong: proof of life without data. */
  alive(): void;
  ended(end: WireEnd): void;
}

/**
 * One physical WebSocket, from dial to death, owned by exactly one connection attempt. Once its
 * owner lets go, no late frame, timer or error of it reaches anybody.
 */
export interface Wire {
  /** Whether the frame was handed to the transport. */
  send(data: string | Uint8Array): boolean;
  ping(): void;
  /** Reads nothing more until `resume`, beyond what is under way; the peer is held back. */
  pause(): void;
  resume(): void;
  /** For a peer that is dead or wrong: no close frame, no waiting. */
  terminate(): void;
  /** For a live peer: a close frame, and at most `deadlineMs` for its answer. */
  close(clock: Clock, deadlineMs: number): Promise<void>;
}

/** Where a connection's sockets come from, one after the other. */
export interface WireSource {
  /** Dials. What is wrong with the options may be thrown or be told as the wire's end. */
  open(options: WireOptions, events: WireEvents): Wire;
  /** Whether something may have arrived that has not been handed over; then silence proves nothing. */
  readonly hasBacklog: boolean;
  /** For how long, all in all, nothing was read because we were behind, in milliseconds. */
  readonly readingPausedMs: number;
  /** Frees what outlives a single wire. Idempotent; nothing is opened afterwards. */
  close(): Promise<void>;
}

/** Statuses after which the same handshake may succeed later. */
const RETRYABLE_STATUS: ReadonlySet<number> = new Set([408, 425, 429]);

/** The end of a wire as an error that says what may be done next. */
export function errorOf(end: WireEnd): HoldfastError {
  if (end.kind === "closed") {
    const options = end.cause === undefined ? undefined : { cause: end.cause };
    return new ConnectionClosedError(end.closeCode, end.detail, options);
  }
  const retry = end.statusCode >= 500 || RETRYABLE_STATUS.has(end.statusCode);
  return new HandshakeRejectedError(end.statusCode, retry ? "retry" : "fatal");
}
