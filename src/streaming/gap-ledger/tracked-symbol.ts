import type { GapCause, GapRange, GapReason } from "../../model/gap.ts";
import type { MarketData } from "../../model/market-data.ts";
import type { VenueTime } from "../../model/venue-time.ts";
import type { GapGroups } from "./gap-groups.ts";

/** Several symbols of a channel that missed something at the same time. */
export interface SharedOutage {
  /** Those that are not settled yet. */
  readonly pending: Map<string, TrackedSymbol>;
  /** Those that are, to be told together. */
  readonly groups: GapGroups;
  /** Why what is only watched stays lost. */
  readonly reason: GapReason;
}

/** Something was missed, and it is not settled yet. */
export interface OpenGap {
  readonly cause: GapCause;
  /** Everything up to here was seen. */
  readonly from: VenueTime;
  /** From here history is asked; a little earlier, for what comes late. */
  readonly askFrom: VenueTime;
  /** Our wall clock when it was found. */
  readonly openedMs: number;
  /** Our wall clock when the venue granted the subscription again. */
  readonly grantedMs: number | undefined;
}

/**
 * Where a subscribed symbol of a channel stands. `complete`: nothing is missing. `away`: it is not
 * subscribed at the moment; what comes all the same, ahead of the acknowledgement, is held back.
 * `repair`: history is being asked, and what comes live is held back. `reseed`: the latest value is
 * being asked, unless the stream brings it first. `await`: the stream brings the whole by itself.
 * `watch`: nothing will be repaired; the first live message ends the gap, or a little time without one.
 */
export type Coverage =
  | { readonly kind: "complete" }
  | { readonly kind: "away"; readonly gap: OpenGap }
  | {
      readonly kind: "repair" | "reseed" | "await" | "watch";
      readonly gap: OpenGap;
      readonly outage: SharedOutage;
    };

export const COMPLETE: Coverage = Object.freeze({ kind: "complete" });

/** What a symbol of a channel has been through. */
export interface SymbolAccount {
  repairedMs: number;
  lostMs: number;
  gapsRepaired: number;
  gapsReseeded: number;
  gapsLost: number;
  recovered: number;
  duplicates: number;
}

/** What was lost, and how much of it was counted as lost time; ranges may overlap, times may not. */
export interface LostRange extends GapRange {
  readonly countedMs: number;
}

/** One subscribed symbol of a channel. */
export class TrackedSymbol {
  readonly symbol: string;
  readonly id: number;
  /** Our wall clock when it was granted first. */
  readonly sinceMs: number;
  coverage: Coverage = COMPLETE;
  /** Live messages that wait for history. */
  held: MarketData[] = [];
  /** From this one of `held` on nothing was missed. */
  unbroken = 0;
  /** What history gave and the stream may still bring: identities, and until when on our wall clock. */
  guarded: Map<string, number> | undefined;
  guardedUntilMs = 0;
  /** Up to here, in milliseconds of the venue, time has been counted as repaired or lost, or not at all. */
  countedToMs: number;
  readonly account: SymbolAccount = {
    repairedMs: 0,
    lostMs: 0,
    gapsRepaired: 0,
    gapsReseeded: 0,
    gapsLost: 0,
    recovered: 0,
    duplicates: 0,
  };
  /** What could not be repaired, the latest last; old ones are forgotten and stay in the sums. */
  readonly lostRanges: LostRange[] = [];
  /** One of them whose end is our clock's guess, until a live message shows where it was. */
  unconfirmed: LostRange | undefined;

  constructor(symbol: string, id: number, sinceMs: number) {
    this.symbol = symbol;
    this.id = id;
    this.sinceMs = sinceMs;
    this.countedToMs = sinceMs;
  }
}
