import type { VenueTime } from "../../model/venue-time.ts";

/** Who can tell something about a silent channel. Asked on suspicion only. */
export interface Witness {
  /** Of these symbols those that have brought most; under `*`, of all that have brought anything. */
  sample(channel: string, granted: readonly string[]): readonly string[];
  /** The newest message that the stream has brought of these symbols. */
  newest(channel: string, symbols: readonly string[]): VenueTime | undefined;
  /** Whether the venue can be asked for the channel by another way than the stream. */
  canAsk(channel: string): boolean;
  /** The time of each symbol's latest message, as far as it has one. */
  ask(
    channel: string,
    symbols: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, VenueTime>>;
}

/** Nobody can be asked. */
export const NO_WITNESS: Witness = {
  sample: (_channel, granted) => granted,
  newest: () => undefined,
  canAsk: () => false,
  ask: () => Promise.resolve(new Map()),
};
