import type { Bar } from "./bar.ts";
import type { Quote } from "./quote.ts";
import type { Trade } from "./trade.ts";

/** The latest of everything for one instrument; what the venue does not have is `undefined`. @public */
export interface Snapshot {
  readonly symbol: string;
  readonly latestTrade: Trade | undefined;
  readonly latestQuote: Quote | undefined;
  readonly minuteBar: Bar | undefined;
  /** The day so far. */
  readonly dailyBar: Bar | undefined;
  readonly previousDailyBar: Bar | undefined;
}
