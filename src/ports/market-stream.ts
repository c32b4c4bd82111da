import type { ChannelSymbols } from "../core/errors.ts";
import type { HoldfastError } from "../core/holdfast-error.ts";
import type { Unsubscribe } from "../core/listeners.ts";
import type { MarketData } from "../model/market-data.ts";

/** Takes one message; what it returns is ignored, unless it is a promise, whose rejection is reported. @public */
export type MarketSink = (message: MarketData) => unknown;

/**
 * Where a stream left off, by channel and symbol: the last message that was seen there. Opaque to
 * whoever carries it from one connection to another.
 * @public
 */
export type SeenMarks = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

/** A market-data connection as everything above it sees it, whatever the venue. @public */
export interface MarketStream extends AsyncDisposable {
  /** Whether the connection is authenticated now. */
  readonly isLive: boolean;
  /** What is wanted, acknowledged or not. */
  readonly desiredSubscriptions: ChannelSymbols;
  /** Connects and stays connected; resolves at the first authenticated connection. */
  connect(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Says goodbye; resolves when no socket is left. What is wanted stays wanted. */
  disconnect(): Promise<void>;
  /**
   * Wants these from now on. Resolves with everything acknowledged once these are among it.
   * @param options - `since`: another connection had them until there; what came between counts as
   *   missed, and is repaired or reported like everything else that was missed
   */
  subscribe(
    selection: ChannelSymbols,
    options?: { readonly since?: SeenMarks },
  ): Promise<ChannelSymbols>;
  /** Wants these no longer. Resolves with what is still acknowledged. */
  unsubscribe(selection: ChannelSymbols): Promise<ChannelSymbols>;
  /**
   * Calls `sink` with every message of a channel (`trades`, `bars` …) and a symbol, or of all symbols
   * for `*`, in order. It subscribes to nothing.
   */
  route(channel: string, symbol: string, sink: MarketSink): Unsubscribe;
  /** Where these are now; what has not brought anything yet is left out. */
  marks(selection: ChannelSymbols): SeenMarks;
  /** Tells of every connection after the first. */
  onReconnect(
    listener: (reconnected: { readonly cause: HoldfastError; readonly downMs: number }) => void,
  ): Unsubscribe;
  /** Tells of everything that went wrong without failing a call. */
  onError(listener: (error: HoldfastError) => void): Unsubscribe;
}
