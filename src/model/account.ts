/**
 * Money and margin of a trading account. Amounts are decimal text in the account's currency, as the
 * venue sends them; what it does not send is `undefined`.
 * @public
 */
export interface Account {
  readonly id: string;
  readonly accountNumber: string;
  /** `ACTIVE` while it may trade; the venue has a dozen others, and adds to them. */
  readonly status: string;
  readonly currency: string;
  /** Negative while money is borrowed. */
  readonly cash: string;
  /** Cash and what the positions are worth together, short ones being negative. */
  readonly equity: string;
  /** The equity at the last close. */
  readonly lastEquity: string | undefined;
  readonly buyingPower: string;
  readonly longMarketValue: string | undefined;
  readonly shortMarketValue: string | undefined;
  readonly initialMargin: string | undefined;
  readonly maintenanceMargin: string | undefined;
  /** How many times its equity the account may hold: `1`, `2` or `4`. */
  readonly multiplier: string | undefined;
  readonly isShortingEnabled: boolean | undefined;
  /** The venue has stopped the account's trading. */
  readonly isTradingBlocked: boolean;
  readonly isAccountBlocked: boolean;
  /** The user has stopped it. */
  readonly isSuspendedByUser: boolean | undefined;
  /** RFC 3339. */
  readonly createdAt: string | undefined;
}
