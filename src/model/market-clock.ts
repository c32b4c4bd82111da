/** Whether the stock market is open, and when that changes. Times are the venue's RFC 3339 text. @public */
export interface MarketClock {
  readonly isOpen: boolean;
  /** The venue's own time of this answer. */
  readonly timestamp: string;
  readonly nextOpen: string;
  readonly nextClose: string;
}
