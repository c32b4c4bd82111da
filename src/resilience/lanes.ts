/** The lanes in front of a budget, the most urgent first. @public */
export const LANES: readonly ["cancel", "order", "query", "backfill"] = Object.freeze([
  "cancel",
  "order",
  "query",
  "backfill",
] as const);

/**
 * How urgent a request is: `cancel` takes risk away, `order` changes it, `query` looks at the present,
 * `backfill` repairs the past.
 * @public
 */
export type Lane = (typeof LANES)[number];

/** A number for each lane. @public */
export type LaneCounts = Readonly<Record<Lane, number>>;

/** The place of a lane, 0 for the most urgent. @internal */
export type LaneRank = number;

/** @internal */
export function rankOf(lane: Lane): LaneRank {
  return LANES.indexOf(lane);
}
