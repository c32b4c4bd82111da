import type { WireEnd, WireOptions } from "./wire.ts";

/** What the using thread asks of the socket's thread. Connections are numbered one after the other. */
export type WireCommand =
  | { readonly kind: "open"; readonly connection: number; readonly options: WireOptions }
  | { readonly kind: "send"; readonly connection: number; readonly data: string | Uint8Array }
  | { readonly kind: "ping"; readonly connection: number }
  | { readonly kind: "terminate"; readonly connection: number }
  | { readonly kind: "close"; readonly connection: number; readonly deadlineMs: number }
  /** There is room in the ring again. */
  | { readonly kind: "room" };

/** What the socket's thread is told at its start. */
export interface WireWorkerData {
  readonly ring: SharedArrayBuffer;
}

/**
 * What a frame of the ring is. Everything that a socket tells goes through the ring, so that nothing
 * can overtake anything.
 */
export const RECORD = {
  text: 0,
  binary: 1,
  opened: 2,
  alive: 3,
  /** Carries how the wire ended. */
  ended: 4,
  /** What was asked to close has gone. */
  gone: 5,
} as const;

/** One of {@link RECORD}. */
export type RecordKind = (typeof RECORD)[keyof typeof RECORD];

const KIND_BITS = 3;

/** The number of the connection, and what its record is, in 32 bits. */
export function tagOf(connection: number, kind: RecordKind): number {
  return (connection << KIND_BITS) | kind;
}

export function connectionOf(tag: number): number {
  return tag >>> KIND_BITS;
}

export function kindOf(tag: number): RecordKind {
  return (tag & ((1 << KIND_BITS) - 1)) as RecordKind;
}

/** An error loses its class and its code on the way between threads; these are put back. */
interface PortableCause {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
}

export function encodeEnd(end: WireEnd): Uint8Array {
  const cause = end.kind === "closed" && end.cause instanceof Error ? end.cause : undefined;
  const portable: PortableCause | undefined = cause && {
    name: cause.name,
    message: cause.message,
    code: (cause as NodeJS.ErrnoException).code,
  };
  return Buffer.from(JSON.stringify({ ...end, cause: portable }));
}

export function decodeEnd(bytes: Buffer): WireEnd {
  const end = JSON.parse(bytes.toString("utf8")) as WireEnd;
  if (end.kind !== "closed" || end.cause === undefined) return end;
  const { name, message, code } = end.cause as PortableCause;
  const cause = Object.assign(new Error(message), { name }, code === undefined ? {} : { code });
  return { ...end, cause };
}
