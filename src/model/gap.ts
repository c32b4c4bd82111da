import { compareTimes, toNanoseconds, toRfc3339, type VenueTime } from "./venue-time.ts";

/**
 * How a gap ended. `repaired`: everything was found in the venue's history and delivered, in order.
 * `reseeded`: what matters is the latest value, and that was delivered. `lost`: it is not there.
 * @public
 */
export type GapStatus = "repaired" | "reseeded" | "lost";

/**
 * What opened a gap. `disconnect`: the connection was lost. `mute`: it was open and brought nothing.
 * `undecodable`: it brought something nobody can read. `overflow`: a consumer was too slow.
 * `handover`: another connection took over.
 * @public
 */
export type GapCause = "disconnect" | "mute" | "undecodable" | "overflow" | "handover";

/**
 * Why something stays lost. `reported-only`: repair was not asked for. `no-history`: the venue keeps
 * none of the channel, or nobody was given to ask. `not-entitled`: the plan does not include it.
 * `outage-too-long`, `too-much-history`, `too-much-waiting`: a bound was passed. `deadline`: nothing was
 * answered in time. `history-behind`: history did not reach the present in time. `history-failed`: it
 * could not be had.
 * `unseen-symbols`: of `*`, those that had brought nothing before. `overflow`: nobody asked for repair.
 * `unsubscribed`, `closed`, `stopped`: it was given up before.
 * @public
 */
export type GapReason =
  | "reported-only"
  | "no-history"
  | "not-entitled"
  | "outage-too-long"
  | "too-much-history"
  | "too-much-waiting"
  | "deadline"
  | "history-behind"
  | "history-failed"
  | "unseen-symbols"
  | "overflow"
  | "unsubscribed"
  | "closed"
  | "stopped";

/** What of one symbol is concerned: later than `from`, earlier than `to`, in the venue's time. @public */
export interface GapRange {
  readonly from: VenueTime;
  readonly to: VenueTime;
}

/** The fields of a {@link Gap}. @public */
export interface GapFields {
  readonly status: GapStatus;
  readonly channel: string;
  /** Not empty. */
  readonly ranges: ReadonlyMap<string, GapRange>;
  readonly cause: GapCause;
  readonly reason?: GapReason | undefined;
  readonly recovered?: number;
  readonly dropped?: number | undefined;
}

/** Something that was sent and did not arrive when it should have, and what became of it. @public */
export class Gap {
  readonly type = "gap";
  readonly status: GapStatus;
  readonly channel: string;
  /** The exact range of each symbol. */
  readonly ranges: ReadonlyMap<string, GapRange>;
  readonly cause: GapCause;
  /** Why it is lost; `undefined` where it is not. */
  readonly reason: GapReason | undefined;
  /** Messages that were found and delivered. */
  readonly recovered: number;
  /** Messages that were dropped, where that is known: at an overflow. */
  readonly dropped: number | undefined;

  constructor(fields: GapFields) {
    this.status = fields.status;
    this.channel = fields.channel;
    this.ranges = fields.ranges;
    this.cause = fields.cause;
    this.reason = fields.reason;
    this.recovered = fields.recovered ?? 0;
    this.dropped = fields.dropped;
  }

  /** Whose ranges these are. */
  get symbols(): readonly string[] {
    return [...this.ranges.keys()];
  }

  /** The earliest of the ranges' beginnings, in nanoseconds since the Unix epoch. */
  get fromNs(): bigint {
    return toNanoseconds(this.#outermost(({ from }) => from, -1));
  }

  /** The latest of the ranges' ends, in nanoseconds since the Unix epoch. */
  get toNs(): bigint {
    return toNanoseconds(this.#outermost(({ to }) => to, 1));
  }

  /** Plain JSON: times as RFC 3339 text. */
  toJSON(): Record<string, unknown> {
    const { type, status, channel, cause, reason, recovered, dropped } = this;
    const ranges = [...this.ranges].map(([symbol, { from, to }]) => [
      symbol,
      { from: toRfc3339(from), to: toRfc3339(to) },
    ]);
    return {
      type,
      status,
      channel,
      cause,
      ...(reason && { reason }),
      recovered,
      ...(dropped !== undefined && { dropped }),
      ranges: Object.fromEntries(ranges),
    };
  }

  #outermost(edge: (range: GapRange) => VenueTime, direction: 1 | -1): VenueTime {
    const edges = [...this.ranges.values()].map(edge);
    return edges.reduce((outer, next) =>
      compareTimes(next, outer) * direction > 0 ? next : outer,
    );
  }
}
