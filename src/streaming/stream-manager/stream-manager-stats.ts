import { type ChannelSymbol, channelSymbol, partsOf } from "./channel-symbol.ts";
import type { ClaimTable } from "./claim-table.ts";
import type { ManagedSubscription } from "./managed-subscription.ts";

/** The symbols of one channel, counted. @public */
export interface ChannelSubscriptionStats {
  /** Wanted by at least one subscription, with room for it or without. */
  readonly wanted: number;
  /** Acknowledged by the venue and wanted. */
  readonly acknowledged: number;
  /** Wanted, without room within the limits. */
  readonly waiting: number;
  /** Refused by the venue to a subscription that is still open. */
  readonly refused: number;
  /** Subscriptions that want something on the channel. */
  readonly subscribers: number;
}

/** What {@link StreamManager.getSubscriptionStats} tells: plain JSON. @public */
export interface StreamManagerStats {
  readonly state: "idle" | "started" | "stopped";
  /** Whether the stream is connected and authenticated. */
  readonly isLive: boolean;
  /** Open subscriptions. */
  readonly subscriptions: number;
  readonly channels: Readonly<Record<string, ChannelSubscriptionStats>>;
  /** Changes that went to the stream, each of at most one unsubscribe and one subscribe. */
  readonly changes: number;
  /** Calls that subscribed, unsubscribed or closed something. */
  readonly calls: number;
  /** Calls that needed no change of their own: they shared one, or there was nothing to change. */
  readonly coalesced: number;
  /** When the last change went, in milliseconds since the Unix epoch; `null` before the first. */
  readonly lastChangeMs: number | null;
}

type Counts = { -readonly [name in keyof ChannelSubscriptionStats]: number };

export function countChannels(
  claims: ClaimTable,
  subscriptions: Iterable<ManagedSubscription>,
  isHeld: (key: ChannelSymbol) => boolean,
): Record<string, ChannelSubscriptionStats> {
  const channels: Record<string, Counts> = {};
  const of = (channel: string): Counts => {
    channels[channel] ??= { wanted: 0, acknowledged: 0, waiting: 0, refused: 0, subscribers: 0 };
    return channels[channel];
  };
  const subscribers = new Map<string, Set<ManagedSubscription>>();
  for (const key of claims.keys) {
    const { channel } = partsOf(key);
    const counts = of(channel);
    counts.wanted++;
    if (!claims.isAdmitted(key)) counts.waiting++;
    else if (isHeld(key)) counts.acknowledged++;
    const known = subscribers.get(channel) ?? new Set();
    subscribers.set(channel, known);
    for (const subscriber of claims.subscribersOf(key)) known.add(subscriber);
  }
  for (const [channel, known] of subscribers) of(channel).subscribers = known.size;
  const refused = new Set<ChannelSymbol>();
  for (const subscription of subscriptions) {
    for (const { channel, symbol, reason } of subscription.refused) {
      if (reason === "venue") refused.add(channelSymbol(channel, symbol));
    }
  }
  for (const key of refused) of(partsOf(key).channel).refused++;
  return channels;
}
