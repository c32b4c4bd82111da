import { channelOfType } from "../streaming/channels.ts";

/** Counts by channel instead of by type, under the venue's names. */
export function countsByChannel(
  countsByType: Readonly<Record<string, number>>,
): Record<string, number> {
  const channelOf = (type: string): string =>
    type === "tradeUpdate" ? "trade_updates" : (channelOfType(type) ?? type);
  return Object.fromEntries(
    Object.entries(countsByType).map(([type, count]) => [channelOf(type), count]),
  );
}
