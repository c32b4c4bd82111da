import { compareTimes, shiftTime, type VenueTime } from "../../model/venue-time.ts";

/** A channel that brings something all the time while its market is open. */
export interface BusyChannel {
  readonly channel: string;
  /** What the venue is asked for to tell quiet from mute. */
  readonly asked: string;
  /** A shorter silence than this, in milliseconds, means nothing here. */
  readonly leastPatienceMs: number;
  /** From when the venue knows a message to when the stream must have brought it, in milliseconds. */
  readonly graceMs: number;
}

/** The others may rest for hours. */
export const BUSY_CHANNELS: Readonly<
  Record<"trades" | "quotes" | "orderbooks" | "bars", BusyChannel>
> = {
  trades: { channel: "trades", asked: "trades", leastPatienceMs: 0, graceMs: 1_000 },
  quotes: { channel: "quotes", asked: "quotes", leastPatienceMs: 0, graceMs: 1_000 },
  // A book has a best bid and ask, and REST has these as a quote.
  orderbooks: { channel: "orderbooks", asked: "quotes", leastPatienceMs: 0, graceMs: 1_000 },
  // One comes with each minute, but it is common that a minute has none.
  bars: { channel: "bars", asked: "bars", leastPatienceMs: 150_000, graceMs: 10_000 },
};

/** `undecided`: there is nothing yet to compare the answer with. */
export type Verdict = "mute" | "quiet" | "undecided";

/** The stream's last message and REST's need not be the same to the millisecond. */
const MOST_TOLERANCE_MS = 1_000;
const TOLERANCES_IN_PATIENCE = 10;
/** The time of what the venue did not have when it was asked. */
const NEVER: VenueTime = { seconds: 0, nanos: 0 };

/** What is newer by no more than this after so long a silence, in milliseconds, may be the same. */
export function toleranceOf(patienceMs: number): number {
  return Math.min(MOST_TOLERANCE_MS, patienceMs / TOLERANCES_IN_PATIENCE);
}

/**
 * Whether the venue knows of something newer than what the stream brought. The symbols' own times are
 * compared, never a clock of ours: what came last on this connection, or what the venue knew when it
 * was asked before.
 * @param symbols - which symbols the venue was asked about
 * @param latest - what it answered
 * @param seen - the newest message that came since all of these are subscribed
 * @param known - what it answered the first time
 * @param toleranceMs - what is newer by no more than this counts as the same
 */
export function judgeSilence(
  symbols: readonly string[],
  latest: ReadonlyMap<string, VenueTime>,
  seen: VenueTime | undefined,
  known: ReadonlyMap<string, VenueTime>,
  toleranceMs: number,
): Verdict {
  let verdict: Verdict = "undecided";
  for (const symbol of symbols) {
    const reference = laterOf(seen, known.get(symbol));
    if (reference === undefined) continue;
    verdict = "quiet";
    const newest = latest.get(symbol);
    if (newest && compareTimes(newest, shiftTime(reference, toleranceMs)) > 0) return "mute";
  }
  return verdict;
}

/** What is known once the venue has answered; of each symbol, the first answer stays. */
export function withAnswer(
  known: ReadonlyMap<string, VenueTime>,
  symbols: readonly string[],
  latest: ReadonlyMap<string, VenueTime>,
): Map<string, VenueTime> {
  const more = new Map<string, VenueTime>();
  for (const symbol of symbols) {
    more.set(symbol, known.get(symbol) ?? latest.get(symbol) ?? NEVER);
  }
  return more;
}

/** The later of two moments, as far as there are any. */
export function laterOf(a: VenueTime | undefined, b: VenueTime | undefined): VenueTime | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareTimes(a, b) >= 0 ? a : b;
}

/** A new connection may cost messages, a question costs one request: it may be asked more often. */
const MOST_DOUBLINGS = { quiet: 3, mute: 6, unknown: 6 } as const;

/** How often the patience is doubled after one more finding that no data followed. */
export function doublingsAfter(doublings: number, finding: keyof typeof MOST_DOUBLINGS): number {
  return Math.min(doublings + 1, MOST_DOUBLINGS[finding]);
}
