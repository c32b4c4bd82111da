/** A day on which the stock market trades. Times of day are `HH:MM` in New York. @public */
export interface MarketDay {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly open: string;
  /** 13:00 on a half day. */
  readonly close: string;
  /** When the extended session begins. */
  readonly sessionOpen: string | undefined;
  /** When the extended session ends. */
  readonly sessionClose: string | undefined;
  /** `YYYY-MM-DD`: when a trade of this day is settled. */
  readonly settlementDate: string | undefined;
}
