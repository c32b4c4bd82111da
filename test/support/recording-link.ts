import type { DecodeError } from "../../src/core/errors.ts";
import type { HoldfastError } from "../../src/core/holdfast-error.ts";
import type { SocketLink } from "../../src/socket/live-socket.ts";
import type { StreamSink } from "../../src/venues/alpaca/data-protocol.ts";
import type { StreamMessage } from "../../src/venues/alpaca/handler-codes.ts";

/** A link that only remembers what a protocol did with it. */
export interface RecordingLink extends SocketLink {
  /** `welcomed`, `authenticated`, `refused CODE` and `fail CODE`, in order. */
  readonly calls: string[];
  /** What was sent, as it came. */
  readonly frames: (string | Uint8Array)[];
  /** What was sent as text, read. */
  readonly sent: unknown[];
}

export function recordingLink(): RecordingLink {
  const calls: string[] = [];
  const frames: (string | Uint8Array)[] = [];
  const sent: unknown[] = [];
  return {
    calls,
    frames,
    sent,
    send(data) {
      frames.push(data);
      if (typeof data === "string") sent.push(JSON.parse(data));
      return true;
    },
    welcomed: () => void calls.push("welcomed"),
    authenticated: () => void calls.push("authenticated"),
    refused: (cause) => void calls.push(`refused ${cause.code}`),
    fail: (cause) => void calls.push(`fail ${cause.code}`),
  };
}

/** A sink that only remembers what it was given. */
export interface RecordingSink extends StreamSink {
  readonly bytes: number[];
  readonly messages: StreamMessage[];
  readonly unknowns: string[];
  readonly undecodables: DecodeError[];
  readonly errors: HoldfastError[];
}

export function recordingSink(): RecordingSink {
  const bytes: number[] = [];
  const messages: StreamMessage[] = [];
  const unknowns: string[] = [];
  const undecodables: DecodeError[] = [];
  const errors: HoldfastError[] = [];
  return {
    bytes,
    messages,
    unknowns,
    undecodables,
    errors,
    frame: (length) => void bytes.push(length),
    decoded: () => {},
    granted: () => {},
    stale: () => {},
    message: (message) => void messages.push(message),
    unknown: (code) => void unknowns.push(code),
    undecodable: (error) => void undecodables.push(error),
    report: (error) => void errors.push(error),
  };
}
