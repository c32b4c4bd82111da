import type { DataSession } from "./data-session.ts";
import type { TimedMessage } from "./outgoing-batch.ts";

/** What makes the data of one endpoint and knows who gets it. @internal */
export interface Feed {
  /** Takes up changed subscriptions before the next message. */
  refresh(): void;
  /** Sends everything that happened before `offsetNs` of market time. */
  advance(offsetNs: number): void;
  /** The sessions that are subscribed to a message of any origin. */
  audience(message: TimedMessage): readonly DataSession[];
}
