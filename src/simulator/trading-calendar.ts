import { type DayNumber, dayOf, dayText, weekday } from "./new-york.ts";

/** A trading day of the New York exchanges; the times are minutes after New York midnight. @internal */
export interface TradingDay {
  readonly day: DayNumber;
  readonly openMinute: number;
  readonly closeMinute: number;
}

const OPEN_MINUTE = 9 * 60 + 30;
const CLOSE_MINUTE = 16 * 60;
const EARLY_CLOSE_MINUTE = 13 * 60;
const SATURDAY = 6;
const SUNDAY = 0;

function dateOf(year: number, month: number, date: number): DayNumber {
  return dayOf(`${year}-${String(month).padStart(2, "0")}-${String(date).padStart(2, "0")}`);
}

/** The `nth` given weekday of a month; `nth` -1 is the last. */
function nthWeekday(year: number, month: number, wanted: number, nth: number): DayNumber {
  if (nth > 0) {
    const first = dateOf(year, month, 1);
    return first + ((wanted - weekday(first) + 7) % 7) + (nth - 1) * 7;
  }
  const last = (month === 12 ? dateOf(year + 1, 1, 1) : dateOf(year, month + 1, 1)) - 1;
  return last - ((weekday(last) - wanted + 7) % 7);
}

/** Gregorian Easter, the anonymous algorithm of Meeus, "Astronomical Algorithms", chapter 8. */
function easterSunday(year: number): DayNumber {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d =
    (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7;
  const f = d + e - 7 * Math.floor((a + 11 * d + 22 * e) / 451) + 114;
  return dateOf(year, Math.floor(f / 31), (f % 31) + 1);
}

/** A fixed holiday as observed: Saturday's on Friday, Sunday's on Monday. */
function observed(day: DayNumber): DayNumber {
  if (weekday(day) === SATURDAY) return day - 1;
  return weekday(day) === SUNDAY ? day + 1 : day;
}

/** NYSE Rule 7.2; Juneteenth since 2022. New Year's Day on a Saturday is not made up on the Friday. */
function holidays(year: number): ReadonlySet<DayNumber> {
  const newYear = dateOf(year, 1, 1);
  const days = [
    nthWeekday(year, 1, 1, 3), // Martin Luther King
    nthWeekday(year, 2, 1, 3), // Washington
    easterSunday(year) - 2, // Good Friday
    nthWeekday(year, 5, 1, -1), // Memorial Day
    observed(dateOf(year, 7, 4)),
    nthWeekday(year, 9, 1, 1), // Labor Day
    nthWeekday(year, 11, 4, 4), // Thanksgiving
    observed(dateOf(year, 12, 25)),
  ];
  if (weekday(newYear) !== SATURDAY) days.push(observed(newYear));
  if (year >= 2022) days.push(observed(dateOf(year, 6, 19)));
  return new Set(days);
}

/** The day before Independence Day and Christmas, where it trades, and the day after Thanksgiving. */
function closesEarly(day: DayNumber, year: number): boolean {
  if (day === nthWeekday(year, 11, 4, 4) + 1) return true;
  return (
    (day === dateOf(year, 7, 3) && weekday(day + 1) !== SATURDAY) ||
    (day === dateOf(year, 12, 24) && weekday(day + 1) !== SATURDAY)
  );
}

const holidaysByYear = new Map<number, ReadonlySet<DayNumber>>();

/** The trading hours of a calendar day, or `undefined` when the exchanges stay closed. @internal */
export function tradingDay(day: DayNumber): TradingDay | undefined {
  if (weekday(day) === SATURDAY || weekday(day) === SUNDAY) return undefined;
  const year = Number(dayText(day).slice(0, 4));
  let closed = holidaysByYear.get(year);
  if (!closed) {
    closed = holidays(year);
    holidaysByYear.set(year, closed);
  }
  if (closed.has(day)) return undefined;
  const closeMinute = closesEarly(day, year) ? EARLY_CLOSE_MINUTE : CLOSE_MINUTE;
  return { day, openMinute: OPEN_MINUTE, closeMinute };
}

/** The first trading day after `day`. @internal */
export function nextTradingDay(day: DayNumber): TradingDay {
  for (let next = day + 1; ; next++) {
    const found = tradingDay(next);
    if (found) return found;
  }
}
