import type { WireBar, WireQuote, WireTrade } from "../venues/alpaca/wire.ts";
import type { BarNumbers } from "./bar-builder.ts";
import type { VenueTime } from "./venue-time.ts";

/** A trade as REST tells it: without type and symbol, in REST's key order. @internal */
export function restTrade({ t, x, p, s, c, i, z, tks }: WireTrade<VenueTime>): object {
  return tks === undefined ? { t, x, p, s, c, i, z } : { t, p, s, tks, i };
}

/** A quote as REST tells it. @internal */
export function restQuote({ t, ax, ap, as, bx, bp, bs, c, z }: WireQuote<VenueTime>): object {
  return ax === undefined ? { t, bp, bs, ap, as } : { t, ax, ap, as, bx, bp, bs, c, z };
}

/** A bar as REST tells it. @internal */
export function restBar(
  t: VenueTime,
  { o, h, l, c, v, n, vw }: BarNumbers,
): Omit<WireBar<VenueTime>, "T" | "S"> {
  return { t, o, h, l, c, v, n, vw };
}
