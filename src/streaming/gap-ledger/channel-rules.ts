import { withDefaults } from "../../core/defaults.ts";
import type { Faults } from "../../core/faults.ts";
import type { MarketData } from "../../model/market-data.ts";

/** What the ledger has to know of a channel's messages. */
export interface ChannelRules {
  /**
   * Tells messages of one symbol and one moment apart; the same message always has the same key. Where
   * the moment is enough there is none.
   */
  readonly keyOf?: (message: MarketData) => number;
  /** How long after its own time a message comes at the soonest: a bar when its minute is over. */
  readonly spanMs: number;
  /** How many messages of each symbol are remembered, a power of two. */
  readonly depth: number;
}

/** What is done about what was missed. @public */
export type GapPolicy = "repair" | "report" | "ignore";

export const GAP_POLICIES: readonly GapPolicy[] = ["repair", "report", "ignore"];

/** How far repairing goes. @public */
export interface BackfillOptions {
  /**
   * What is done about what was missed, unless a subscription says otherwise: `repair` asks the
   * venue's history, `report` only tells, `ignore` does neither.
   * @defaultValue "repair"
   */
  readonly policy?: GapPolicy;
  /**
   * From the acknowledgement to the first question, in milliseconds: history must have had the time
   * to take in what the stream missed last.
   * @defaultValue 250
   */
  readonly settleMs?: number;
  /**
   * From the acknowledgement to giving up, in milliseconds; so long may live messages be held back.
   * @defaultValue 30000
   */
  readonly deadlineMs?: number;
  /**
   * A longer outage, in milliseconds, is not repaired but told.
   * @defaultValue 900000
   */
  readonly maxOutageMs?: number;
  /**
   * Live messages held back until history has come, over all channels of the connection.
   * @defaultValue 100000
   */
  readonly maxHeldMessages?: number;
  /**
   * Messages of history looked at for one outage and channel.
   * @defaultValue 1000000
   */
  readonly maxHistoryMessages?: number;
}

/** @public */
export const BACKFILL_DEFAULTS: Required<BackfillOptions> = Object.freeze({
  policy: "repair",
  settleMs: 250,
  deadlineMs: 30_000,
  maxOutageMs: 900_000,
  maxHeldMessages: 100_000,
  maxHistoryMessages: 1_000_000,
});

/** The options with every default in place. @internal */
export function resolveBackfill(
  options: BackfillOptions | undefined,
  faults: Faults,
): Required<BackfillOptions> {
  const resolved = withDefaults(BACKFILL_DEFAULTS, options ?? {});
  faults.oneOf("backfill.policy", resolved.policy, GAP_POLICIES);
  faults.number("backfill.settleMs", resolved.settleMs, { min: 0 });
  faults.number("backfill.deadlineMs", resolved.deadlineMs, { min: 1 });
  faults.number("backfill.maxOutageMs", resolved.maxOutageMs, { min: 0, unlimited: true });
  faults.integer("backfill.maxHeldMessages", resolved.maxHeldMessages, { min: 1 });
  faults.integer("backfill.maxHistoryMessages", resolved.maxHistoryMessages, { min: 1 });
  return resolved;
}
