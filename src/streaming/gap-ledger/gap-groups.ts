import {
  Gap,
  type GapCause,
  type GapRange,
  type GapReason,
  type GapStatus,
} from "../../model/gap.ts";

/** Gathers what ended alike, so that one outage of many symbols is told once. */
export class GapGroups {
  readonly #channel: string;
  readonly #groups = new Map<
    string,
    {
      readonly status: GapStatus;
      readonly cause: GapCause;
      readonly reason: GapReason | undefined;
      readonly ranges: Map<string, GapRange>;
      recovered: number;
    }
  >();

  constructor(channel: string) {
    this.#channel = channel;
  }

  add(
    symbol: string,
    range: GapRange,
    end: {
      readonly status: GapStatus;
      readonly cause: GapCause;
      readonly reason?: GapReason | undefined;
      readonly recovered?: number;
    },
  ): void {
    const { status, cause, reason } = end;
    const name = `${status} ${cause} ${reason}`;
    const group = this.#groups.get(name) ?? {
      status,
      cause,
      reason,
      ranges: new Map(),
      recovered: 0,
    };
    group.ranges.set(symbol, range);
    group.recovered += end.recovered ?? 0;
    this.#groups.set(name, group);
  }

  /** The gaps gathered so far, which are then forgotten. */
  take(): Gap[] {
    const gaps = [...this.#groups.values()].map(
      (group) => new Gap({ channel: this.#channel, ...group }),
    );
    this.#groups.clear();
    return gaps;
  }
}
