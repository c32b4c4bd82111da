const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

const parts = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/New_York",
  hourCycle: "h23",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
});

// The offset changes on whole hours only, so one answer serves its hour.
const offsetsByHour = new Map<number, number>();
const REMEMBERED_HOURS = 5000;

/** New York's distance from UTC in seconds at a moment: -18,000 in winter, -14,400 in summer. */
function newYorkOffsetSeconds(epochSeconds: number): number {
  const hour = Math.floor(epochSeconds / HOUR_SECONDS);
  const known = offsetsByHour.get(hour);
  if (known !== undefined) return known;
  const field: Record<string, number> = {};
  for (const { type, value } of parts.formatToParts(hour * HOUR_SECONDS * 1000)) {
    field[type] = Number(value);
  }
  const local = Date.UTC(
    field["year"] ?? 0,
    (field["month"] ?? 1) - 1,
    field["day"] ?? 1,
    field["hour"] ?? 0,
  );
  const offset = local / 1000 - hour * HOUR_SECONDS;
  if (offsetsByHour.size >= REMEMBERED_HOURS) offsetsByHour.clear();
  offsetsByHour.set(hour, offset);
  return offset;
}

/**
 * A calendar day as the number of days since 1970-01-01: arithmetic without time zones.
 * @internal
 */
export type DayNumber = number;

/** The New York calendar day of a moment. @internal */
export function newYorkDay(epochSeconds: number): DayNumber {
  return Math.floor((epochSeconds + newYorkOffsetSeconds(epochSeconds)) / DAY_SECONDS);
}

/** The moment of a New York wall-clock time, given in minutes after that day's midnight. @internal */
export function newYorkMoment(day: DayNumber, minutes: number): number {
  const local = day * DAY_SECONDS + minutes * 60;
  // Guess with the offset of about that time, then correct: the guess is wrong for a few hours a year.
  const guess = local - newYorkOffsetSeconds(local + 5 * HOUR_SECONDS);
  return local - newYorkOffsetSeconds(guess);
}

/** `2026-01-26` of a day number. @internal */
export function dayText(day: DayNumber): string {
  return new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10);
}

/** The day number of `2026-01-26`. @internal */
export function dayOf(text: string): DayNumber {
  return Date.parse(`${text}T00:00:00Z`) / 1000 / DAY_SECONDS;
}

/** 0 Sunday to 6 Saturday. @internal */
export function weekday(day: DayNumber): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** `2026-01-26T10:15:22-05:00`, with milliseconds when the moment has them. @internal */
export function newYorkText(epochSeconds: number): string {
  const offset = newYorkOffsetSeconds(epochSeconds);
  const local = new Date(Math.round((epochSeconds + offset) * 1000)).toISOString().slice(0, 23);
  const hours = String(-offset / HOUR_SECONDS).padStart(2, "0");
  return `${local.endsWith(".000") ? local.slice(0, 19) : local}-${hours}:00`;
}
