import type { MarketData } from "../model/market-data.ts";
import type { VenueTime } from "../model/venue-time.ts";

/** Which messages of a channel are wanted again. @public */
export interface HistoryRequest {
  readonly channel: string;
  readonly symbols: readonly string[];
  /** The first moment wanted, inclusive. */
  readonly from: VenueTime;
  /** The last moment wanted, inclusive; the present when absent. */
  readonly to?: VenueTime | undefined;
  readonly signal: AbortSignal;
}

/**
 * Where what a stream missed can be asked for. Rejections mean that it could not be had; an error
 * with the disposition `retry` may be tried again.
 * @public
 */
export interface HistorySource {
  /**
   * How the channel can be made whole: from a history of every message, by its latest values, by the
   * snapshot that the stream itself begins with, or not at all.
   */
  coverage(channel: string): "history" | "latest" | "snapshot" | "none";
  /** Every message, one symbol after the other, each symbol's in the order of time. */
  history(request: HistoryRequest): AsyncIterable<MarketData>;
  /**
   * The latest message of each symbol that has one. Trades, quotes and bars are asked for as well to
   * tell a quiet stream from a mute one.
   */
  latest(request: Omit<HistoryRequest, "from" | "to">): Promise<readonly MarketData[]>;
}
