import { ConfigError } from "../../core/errors.ts";
import { Gap } from "../../model/gap.ts";
import type { MarketData } from "../../model/market-data.ts";
import { compareTimes, type VenueTime } from "../../model/venue-time.ts";
import type { HistorySource } from "../../ports/history-source.ts";
import { EVERY_SYMBOL } from "../router.ts";

/** What the venue's history has of a gap. @public */
export interface RepairedGap {
  readonly gap: Gap;
  /** Each symbol's messages in the order of time, one symbol after the other. */
  readonly messages: readonly MarketData[];
}

/**
 * Asks history for everything within the ranges of a gap.
 * @throws ConfigError when the channel has no history, or nobody was given to ask
 */
export async function repairGap(
  gap: Gap,
  source: HistorySource | undefined,
  signal: AbortSignal,
): Promise<RepairedGap> {
  if (source?.coverage(gap.channel) !== "history") {
    throw new ConfigError([`there is no history to repair ${gap.channel} from`]);
  }
  // What `*` may have brought of symbols nobody has seen cannot be asked for.
  const named = new Map([...gap.ranges].filter(([symbol]) => symbol !== EVERY_SYMBOL));
  if (named.size === 0) throw new ConfigError(["the gap names no symbol to ask for"]);
  const ranges = [...named.values()];
  const from = ranges.map((range) => range.from).reduce(earlier);
  const to = ranges.map((range) => range.to).reduce((a, b) => (earlier(a, b) === a ? b : a));
  const { channel } = gap;
  const symbols = [...named.keys()];
  const messages: MarketData[] = [];
  for await (const message of source.history({ channel, symbols, from, to, signal })) {
    const range = named.get(message.symbol);
    const isWithin =
      range && compareTimes(message, range.from) > 0 && compareTimes(message, range.to) < 0;
    if (isWithin) messages.push(message);
  }
  const { cause } = gap;
  const recovered = messages.length;
  return {
    gap: new Gap({ status: "repaired", channel, ranges: named, cause, recovered }),
    messages,
  };
}

function earlier(a: VenueTime, b: VenueTime): VenueTime {
  return compareTimes(a, b) <= 0 ? a : b;
}
