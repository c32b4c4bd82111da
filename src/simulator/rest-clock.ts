import { dayOf, dayText, newYorkDay, newYorkMoment, newYorkText } from "./new-york.ts";
import { badRequest } from "./rest-reply.ts";
import type { RestContext, RestRoute } from "./rest-route.ts";
import { nextTradingDay, type TradingDay, tradingDay } from "./trading-calendar.ts";

const MINUTES_PER_DAY = 24 * 60;
/** Extended hours begin at 04:00 and go on for four hours after the close. */
const EXTENDED_OPEN_MINUTE = 4 * 60;
const EXTENDED_AFTER_CLOSE = 4 * 60;
/** A request may name any range; this keeps a mistaken one from taking minutes. */
const MOST_CALENDAR_DAYS = 60 * 366;
const DEFAULT_CALENDAR_DAYS = 365;

interface ClockFacts {
  readonly timestamp: string;
  readonly isOpen: boolean;
  readonly nextOpen: string;
  readonly nextClose: string;
}

/** An always open market closes and reopens at the same midnight, so that the three facts agree. */
function clockFacts({ market }: RestContext): ClockFacts {
  const now = market.nowSeconds();
  const today = newYorkDay(now);
  const moment = (day: number, minutes: number): string => newYorkText(newYorkMoment(day, minutes));
  const timestamp = newYorkText(now);
  if (market.settings.session === "open") {
    const midnight = moment(today + 1, 0);
    return { timestamp, isOpen: true, nextOpen: midnight, nextClose: midnight };
  }
  const hours = tradingDay(today);
  const opens = hours ? newYorkMoment(today, hours.openMinute) : Number.POSITIVE_INFINITY;
  const closes = hours ? newYorkMoment(today, hours.closeMinute) : Number.NEGATIVE_INFINITY;
  const next = nextTradingDay(today);
  return {
    timestamp,
    isOpen: now >= opens && now < closes,
    nextOpen: hours && now < opens ? newYorkText(opens) : moment(next.day, next.openMinute),
    nextClose: hours && now < closes ? newYorkText(closes) : moment(next.day, next.closeMinute),
  };
}

function readClock(context: RestContext): object {
  const { timestamp, isOpen, nextOpen, nextClose } = clockFacts(context);
  return { timestamp, is_open: isOpen, next_open: nextOpen, next_close: nextClose };
}

const MARKETS: ReadonlyMap<string, string> = new Map([
  ["NYSE", "New York Stock Exchange"],
  ["NASDAQ", "National Association of Securities Dealers Automated Quotations"],
]);

/** The newer clock: one entry for each market asked for, phases included. */
function readClocks(context: RestContext): object {
  const asked = (context.query.get("markets") ?? "NYSE").split(",");
  const { timestamp, nextOpen, nextClose } = clockFacts(context);
  const { phase, until } = phaseOf(context);
  const clocks = asked.map((acronym) => {
    const name = MARKETS.get(acronym);
    if (!name) throw badRequest(`invalid market: ${acronym}`);
    return {
      market: { acronym, name, timezone: "America/New_York" },
      timestamp,
      is_market_day: hoursOf(context, newYorkDay(context.market.nowSeconds())) !== undefined,
      phase,
      phase_until: until,
      next_market_open: nextOpen,
      next_market_close: nextClose,
    };
  });
  return { clocks };
}

function phaseOf(context: RestContext): { readonly phase: string; readonly until: string } {
  const now = context.market.nowSeconds();
  const today = newYorkDay(now);
  const hours = hoursOf(context, today);
  const isAlways = context.market.settings.session === "open";
  if (hours) {
    const ends: readonly (readonly [phase: string, minute: number])[] = [
      ["closed", isAlways ? 0 : EXTENDED_OPEN_MINUTE],
      ["pre", hours.openMinute],
      ["core", isAlways ? MINUTES_PER_DAY : hours.closeMinute],
      ["post", hours.closeMinute + EXTENDED_AFTER_CLOSE],
    ];
    for (const [phase, minute] of ends) {
      const until = newYorkMoment(today, minute);
      if (now < until) return { phase, until: newYorkText(until) };
    }
  }
  const { day } = nextTradingDay(today);
  return { phase: "closed", until: newYorkText(newYorkMoment(day, EXTENDED_OPEN_MINUTE)) };
}

function clockText(minutes: number, separator: string): string {
  const pad = (value: number): string => String(value).padStart(2, "0");
  return `${pad(Math.floor(minutes / 60))}${separator}${pad(minutes % 60)}`;
}

function readDay(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const day = dayOf(text.slice(0, 10));
  if (Number.isNaN(day)) throw badRequest(`invalid ${name}: ${text}`);
  return day;
}

/** Every day is a trading day of an always open market. */
function hoursOf({ market }: RestContext, day: number): TradingDay | undefined {
  if (market.settings.session === "real") return tradingDay(day);
  return { day, openMinute: 0, closeMinute: MINUTES_PER_DAY - 1 };
}

/** Trading days only; `HH:MM` for the core session and `HHMM` for the extended one, as the venue has it. */
function readCalendar(context: RestContext): readonly object[] {
  const { market, query } = context;
  const today = newYorkDay(market.nowSeconds());
  const from = readDay(query, "start", today - DEFAULT_CALENDAR_DAYS);
  const wantedTo = readDay(query, "end", today + DEFAULT_CALENDAR_DAYS);
  const to = Math.min(wantedTo, from + MOST_CALENDAR_DAYS);
  const days: object[] = [];
  for (let day = from; day <= to; day++) {
    const hours = hoursOf(context, day);
    if (!hours) continue;
    const extendedOpen = Math.min(hours.openMinute, EXTENDED_OPEN_MINUTE);
    const extendedClose = Math.min(hours.closeMinute + EXTENDED_AFTER_CLOSE, MINUTES_PER_DAY - 1);
    days.push({
      date: dayText(day),
      open: clockText(hours.openMinute, ":"),
      close: clockText(hours.closeMinute, ":"),
      session_open: clockText(extendedOpen, ""),
      session_close: clockText(extendedClose, ""),
      settlement_date: dayText(nextTradingDay(day).day),
    });
  }
  return days;
}

/** Clock and calendar (trading reference, January 2026). @internal */
export const CLOCK_ROUTES: readonly RestRoute[] = [
  { path: "/v2/clock", host: "trading", handle: readClock },
  { path: "/v3/clock", host: "trading", handle: readClocks },
  { path: "/v2/calendar", host: "trading", handle: readCalendar },
];
