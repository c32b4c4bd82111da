import type { ChannelSymbols } from "../../core/errors.ts";
import type { Unsubscribe } from "../../core/listeners.ts";
import type { RefusedSymbol } from "./refused-symbol.ts";

/**
 * Something changed after the subscription was acknowledged: a symbol was refused or lost its room,
 * or one that had none was acknowledged after all.
 * @public
 */
export type SubscriptionChange =
  | ({ readonly kind: "refused" } & RefusedSymbol)
  | { readonly kind: "admitted"; readonly channel: string; readonly symbol: string };

/** What one caller of {@link StreamManager.subscribe} has, until it is closed. @public */
export interface StreamSubscription extends AsyncDisposable {
  readonly priority: number;
  /** What the venue has acknowledged. After a lost connection the stream restores it by itself. */
  readonly symbols: ChannelSymbols;
  /** What was asked for and is not there, and why. */
  readonly refused: readonly RefusedSymbol[];
  /** Whether it was closed, or everything in it unsubscribed. */
  readonly isClosed: boolean;
  /** Tells of symbols that are refused, evicted or admitted later. */
  onChange(listener: (change: SubscriptionChange) => void): Unsubscribe;
  /**
   * Wants nothing any more; the handler is not called again. Resolves when the venue has taken back
   * what nobody else wants, at once without a connection.
   */
  close(): Promise<void>;
}
