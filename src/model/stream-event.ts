import type { Gap } from "./gap.ts";

/**
 * Data is due and none comes. `quiet`: the venue was asked by another way, and there is none to be had;
 * it is told once, until data flows again. `mute`: there is, and the connection does not bring it; it is
 * replaced. `unknown`: the venue could not be asked; the connection is replaced, unless it brings
 * something else.
 * @public
 */
export interface Stale {
  readonly type: "stale";
  /** Which channel is silent. */
  readonly channel: string;
  readonly finding: "quiet" | "mute" | "unknown";
  /** For how long, in milliseconds of a market that is open, in which we could listen. */
  readonly silentMs: number;
}

/** A connection was replaced; what was sent meanwhile did not arrive, and ends in a {@link Gap}. @public */
export interface ReconnectedEvent {
  readonly type: "reconnected";
  /** From the loss to the new authenticated connection, in milliseconds. */
  readonly downMs: number;
}

/** What may stand between the messages of a stream, about the stream itself. @public */
export type StreamEvent = Gap | Stale | ReconnectedEvent;
