const OPEN_MINUTE = 9 * 60 + 30;
const CLOSE_MINUTE = 16 * 60;

const newYork = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/New_York",
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/**
 * Whether the New York clock says that US stocks trade: Monday to Friday, 09:30 to 16:00. It knows
 * no holidays; the venue's own clock does and should be asked where there is one.
 */
export function isRegularSession(wallMs: number): boolean {
  const parts = new Map(newYork.formatToParts(wallMs).map(({ type, value }) => [type, value]));
  const weekday = parts.get("weekday");
  if (weekday === "Sat" || weekday === "Sun") return false;
  const minute = Number(parts.get("hour")) * 60 + Number(parts.get("minute"));
  return minute >= OPEN_MINUTE && minute < CLOSE_MINUTE;
}
