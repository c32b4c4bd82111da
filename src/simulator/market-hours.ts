import { type DayNumber, newYorkDay, newYorkMoment } from "./new-york.ts";
import { nextTradingDay, type TradingDay, tradingDay } from "./trading-calendar.ts";

/** When a market makes data. @internal */
export type HoursKind = "always" | "extended" | "regular" | "overnight";

/** A stretch of time, in seconds since the epoch, in which the market is open, or closed, throughout. */
export interface Stretch {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly isOpen: boolean;
}

const EXTENDED_FROM = 4 * 60;
const EXTENDED_AFTER_CLOSE = 4 * 60;
const OVERNIGHT_FROM = -4 * 60;

/** Minutes after the trading day's midnight; the overnight session begins the evening before. */
function sessionMinutes(kind: HoursKind, day: TradingDay): readonly [number, number] {
  if (kind === "regular") return [day.openMinute, day.closeMinute];
  if (kind === "overnight") return [OVERNIGHT_FROM, EXTENDED_FROM];
  return [EXTENDED_FROM, day.closeMinute + EXTENDED_AFTER_CLOSE];
}

function session(kind: HoursKind, day: TradingDay): Stretch {
  const [from, to] = sessionMinutes(kind, day);
  return {
    fromSeconds: newYorkMoment(day.day, from),
    toSeconds: newYorkMoment(day.day, to),
    isOpen: true,
  };
}

function lastSessionBegunBy(kind: HoursKind, seconds: number): Stretch {
  // The overnight session of tomorrow's trading day may have begun already.
  for (let day: DayNumber = newYorkDay(seconds) + 1; ; day--) {
    const found = tradingDay(day);
    if (!found) continue;
    const stretch = session(kind, found);
    if (stretch.fromSeconds <= seconds) return stretch;
  }
}

/** The open or closed stretch that holds a moment. @internal */
export function stretchAt(kind: HoursKind, seconds: number): Stretch {
  if (kind === "always") {
    const endless = Number.POSITIVE_INFINITY;
    return { fromSeconds: -endless, toSeconds: endless, isOpen: true };
  }
  const last = lastSessionBegunBy(kind, seconds);
  if (seconds < last.toSeconds) return last;
  let next = session(kind, nextTradingDay(newYorkDay(last.fromSeconds)));
  // The day on which an overnight session begins is the one before the day it belongs to.
  while (next.fromSeconds <= last.fromSeconds) {
    next = session(kind, nextTradingDay(newYorkDay(next.toSeconds)));
  }
  return { fromSeconds: last.toSeconds, toSeconds: next.fromSeconds, isOpen: false };
}
