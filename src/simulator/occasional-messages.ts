import { hash32 } from "../core/random.ts";
import type { WireImbalance, WireLuld, WireStatus } from "../venues/alpaca/wire.ts";
import type { Tape } from "./tape.ts";
import type { VenueTime } from "./venue-time.ts";

const SALT = 0x0cca;
/** Tier 1 securities above 3 USD have bands of 5 % (Limit Up-Limit Down plan, appendix A). */
const BAND = 0.05;
/** One minute in this many brings a status, or an imbalance, of a symbol. */
const MINUTES_PER_STATUS = 60;
const MINUTES_PER_IMBALANCE = 10;

/** The price bands of a minute, around the price at `index`. @internal */
export function luldMessage(tape: Tape, index: number, t: VenueTime): WireLuld<VenueTime> {
  const middle = tape.middleTicks(index);
  const u = Math.round(middle * (1 + BAND)) / tape.ticksPerUnit;
  const d = Math.round(middle * (1 - BAND)) / tape.ticksPerUnit;
  return { T: "l", S: tape.symbol, u, d, i: "B", t, z: tape.tapeCode };
}

/** A change of trading status; few minutes have one. The market itself does not halt. @internal */
export function statusMessage(
  tape: Tape,
  minute: number,
  t: VenueTime,
): WireStatus<VenueTime> | undefined {
  if (hash32(tape.symbolHash, SALT, 1, minute) % MINUTES_PER_STATUS !== 0) return undefined;
  const isNasdaq = tape.tapeCode === "C";
  return {
    T: "s",
    S: tape.symbol,
    sc: isNasdaq ? "T" : "3",
    sm: isNasdaq ? "Trading Resumption" : "Resume",
    rc: isNasdaq ? "T3" : "",
    rm: isNasdaq ? "News and Resumption Times" : "",
    t,
    z: tape.tapeCode,
  };
}

/** An order imbalance; some minutes have one. @internal */
export function imbalanceMessage(
  tape: Tape,
  minute: number,
  index: number,
  t: VenueTime,
): WireImbalance<VenueTime> | undefined {
  if (hash32(tape.symbolHash, SALT, 2, minute) % MINUTES_PER_IMBALANCE !== 0) return undefined;
  return {
    T: "i",
    S: tape.symbol,
    p: tape.middleTicks(index) / tape.ticksPerUnit,
    z: tape.tapeCode,
    t,
  };
}
