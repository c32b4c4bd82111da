import type { MarketData } from "../../model/market-data.ts";
import { compareTimes, shiftTime, type VenueTime } from "../../model/venue-time.ts";
import type { Mark } from "./channel-marks.ts";

/** Late prints this much older than the newest are still looked for, in milliseconds. */
export const LATE_MS = 2_000;

/** What was known of a symbol before something was missed. */
export interface KnownBefore {
  readonly recent: readonly Mark[];
  /**
   * Up to here it can no longer be told what was seen: that counts as seen. Of this very moment, what
   * history has after one that is known to have been seen was missed.
   */
  readonly forgotten: VenueTime | undefined;
  /** History before this moment is none of our business. */
  readonly from: VenueTime;
}

/** What to deliver, in order, and what of it came from history. */
export interface MergedHistory {
  readonly messages: readonly MarketData[];
  readonly recovered: readonly MarketData[];
  /**
   * Whether history reaches as far as what came live since, so that nothing can be missing between
   * the two: it has something of the very moment of a live message, or is past all that may come late.
   */
  readonly reachesPresent: boolean;
}

/** The identity of a message within its channel and symbol. */
export function identityOf(time: VenueTime, key: number): string {
  return `${time.seconds}.${time.nanos}.${key}`;
}

/**
 * Puts together what history gave and what came live since: what was seen before is left out, what
 * is in both comes once, and what history alone has takes its place in the order of history.
 * @param unbroken - from this one of `held` on nothing was missed; history has to reach it
 */
export function mergeHistory(
  history: readonly MarketData[],
  held: readonly MarketData[],
  before: KnownBefore,
  keyOf: (message: MarketData) => number,
  unbroken = 0,
): MergedHistory {
  const seen = new Set(before.recent.map((mark) => identityOf(mark, mark.key)));
  const { forgotten } = before;
  const live = new Map(held.map((message) => [identityOf(message, keyOf(message)), message]));
  const identities = history.map((message) => identityOf(message, keyOf(message)));
  const known = new Set(identities);
  // What history does not have keeps its place by its time.
  const liveOnly = [...live].filter(([identity]) => !known.has(identity)).map(([, one]) => one);
  let nextLiveOnly = 0;
  const messages: MarketData[] = [];
  const recovered: MarketData[] = [];
  let isPastForgotten = forgotten === undefined;
  const present = held[unbroken];
  const liveTimes = new Set(held.slice(unbroken).map((message) => identityOf(message, 0)));
  const pastLate = present && shiftTime(present, LATE_MS);
  let reachesPresent = pastLate === undefined;
  for (const [at, message] of history.entries()) {
    const identity = identities[at] as string;
    reachesPresent ||= liveTimes.has(identityOf(message, 0));
    if (pastLate && compareTimes(message, pastLate) >= 0) reachesPresent = true;
    for (; nextLiveOnly < liveOnly.length; nextLiveOnly++) {
      const one = liveOnly[nextLiveOnly] as MarketData;
      if (compareTimes(one, message) > 0) break;
      messages.push(one);
    }
    const heldOne = live.get(identity);
    if (heldOne) {
      live.delete(identity);
      seen.add(identity);
      messages.push(heldOne);
      continue;
    }
    const sinceForgotten = forgotten ? compareTimes(message, forgotten) : 1;
    const isSeen = seen.has(identity);
    if (sinceForgotten > 0 || (sinceForgotten === 0 && isSeen)) isPastForgotten = true;
    const isOld = compareTimes(message, before.from) < 0;
    if (isOld || isSeen || sinceForgotten < 0 || !isPastForgotten) continue;
    seen.add(identity);
    messages.push(message);
    recovered.push(message);
  }
  for (const one of liveOnly.slice(nextLiveOnly)) messages.push(one);
  return { messages, recovered, reachesPresent };
}
