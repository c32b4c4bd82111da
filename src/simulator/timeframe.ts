import { type DayNumber, dayOf, dayText, newYorkDay, newYorkMoment, weekday } from "./new-york.ts";

/** The length of a bar. @internal */
export interface Timeframe {
  readonly amount: number;
  readonly unit: "minute" | "hour" | "day" | "week" | "month";
}

const PATTERN = /^(\d{1,2})(Min|T|Hour|H|Day|D|Week|W|Month|M)$/;

const UNITS: Readonly<Record<string, Timeframe["unit"]>> = {
  Min: "minute",
  T: "minute",
  Hour: "hour",
  H: "hour",
  Day: "day",
  D: "day",
  Week: "week",
  W: "week",
  Month: "month",
  M: "month",
};

const ALLOWED: Readonly<Record<Timeframe["unit"], (amount: number) => boolean>> = {
  minute: (amount) => amount >= 1 && amount <= 59,
  hour: (amount) => amount >= 1 && amount <= 23,
  day: (amount) => amount === 1,
  week: (amount) => amount === 1,
  month: (amount) => [1, 2, 3, 4, 6, 12].includes(amount),
};

/** Reads `5Min`, `1H`, `1Day`; `undefined` for anything the venue does not take. @internal */
export function parseTimeframe(text: string): Timeframe | undefined {
  const match = PATTERN.exec(text);
  const unit = UNITS[match?.[2] ?? ""];
  const amount = Number(match?.[1]);
  if (unit === undefined || !ALLOWED[unit](amount)) return undefined;
  return { amount, unit };
}

function firstOfMonth(day: DayNumber, months: number): DayNumber {
  const [year = 1970, month = 1] = dayText(day).split("-").map(Number);
  const zeroBased = Math.floor((month - 1) / months) * months;
  return dayOf(`${year}-${String(zeroBased + 1).padStart(2, "0")}-01`);
}

/** When the bar begins that holds a moment, both in seconds since the epoch. @internal */
export function barStart(timeframe: Timeframe, seconds: number): number {
  const day = newYorkDay(seconds);
  if (timeframe.unit === "minute" || timeframe.unit === "hour") {
    const length = timeframe.amount * (timeframe.unit === "minute" ? 60 : 3600);
    const midnight = newYorkMoment(day, 0);
    return midnight + Math.floor((seconds - midnight) / length) * length;
  }
  if (timeframe.unit === "day") return newYorkMoment(day, 0);
  // Weeks begin on Monday.
  if (timeframe.unit === "week") return newYorkMoment(day - ((weekday(day) + 6) % 7), 0);
  return newYorkMoment(firstOfMonth(day, timeframe.amount), 0);
}

/** When the bar that begins at `start` ends. @internal */
export function barEnd(timeframe: Timeframe, start: number): number {
  const day = newYorkDay(start);
  switch (timeframe.unit) {
    case "minute":
    case "hour": {
      const length = timeframe.amount * (timeframe.unit === "minute" ? 60 : 3600);
      // The last bar of a day is cut at midnight when the length does not divide the day.
      return Math.min(start + length, newYorkMoment(day + 1, 0));
    }
    case "day":
      return newYorkMoment(day + 1, 0);
    case "week":
      return newYorkMoment(day + 7, 0);
    default:
      // The longest month has 31 days, so this lands in the month after the last one of the bar.
      return newYorkMoment(firstOfMonth(day + 31 * timeframe.amount, 1), 0);
  }
}
