import type { HoldfastError } from "../core/holdfast-error.ts";
import type { Gap } from "../model/gap.ts";
import type { Stale } from "../model/stream-event.ts";
import type { StateChange } from "../socket/live-socket.ts";
import type { Reconnected } from "../venues/alpaca/alpaca-websocket-client.ts";
import type { StreamMessage } from "../venues/alpaca/handler-codes.ts";
import type { RunSummary } from "./run-summary.ts";

/** What `watch` shows, one way or another. */
export interface WatchView {
  message(message: StreamMessage): void;
  state(change: StateChange): void;
  reconnected(reconnected: Reconnected): void;
  gap(gap: Gap): void;
  stale(stale: Stale): void;
  /** @param isLoss - the connection went down for it, which `state` tells as well */
  error(error: HoldfastError, isLoss: boolean): void;
  /** Messages not shown because the reader of the output was too slow. */
  readonly dropped: number;
  /** Resolves once everything has been taken by the reader, or the reader is gone. */
  end(summary: RunSummary): Promise<void>;
}
