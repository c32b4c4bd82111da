/** Which way an order trades. @public */
export type OrderSide = "buy" | "sell";

/** At what price an order trades. @public */
export type OrderType = "market" | "limit" | "stop" | "stop_limit" | "trailing_stop";

/** How long an order stays: `opg` and `cls` are for the opening and the closing auction. @public */
export type TimeInForce = "day" | "gtc" | "opg" | "cls" | "ioc" | "fok";

/** Whether an order stands alone, or what ties it to others. @public */
export type OrderClass = "simple" | "bracket" | "oco" | "oto" | "mleg" | "unknown";

/**
 * Where an order is in its life. `filled`, `canceled`, `expired`, `replaced` and `rejected` are the
 * end of it; `held` is a leg that waits for its parent.
 * @public
 */
export type OrderStatus =
  | "accepted"
  | "accepted_for_bidding"
  | "calculated"
  | "canceled"
  | "done_for_day"
  | "expired"
  | "filled"
  | "held"
  | "new"
  | "partially_filled"
  | "pending_cancel"
  | "pending_new"
  | "pending_replace"
  | "pending_review"
  | "rejected"
  | "replaced"
  | "stopped"
  | "suspended";

/**
 * An order as the venue knows it. Quantities and prices are decimal text and times RFC 3339 text, as
 * the venue sends them; what an order of its kind does not have is `undefined`.
 * @public
 */
export interface Order {
  /** The venue's id. */
  readonly id: string;
  /** Ours, or one that the venue made up. */
  readonly clientOrderId: string;
  /** Empty for an order of several legs. */
  readonly symbol: string;
  readonly assetClass: string;
  /** `undefined` for an order of several legs, which each have their own. */
  readonly side: OrderSide | undefined;
  /** `undefined` for a leg of such an order. */
  readonly type: OrderType | undefined;
  readonly orderClass: OrderClass;
  readonly timeInForce: TimeInForce;
  readonly status: OrderStatus;
  /** `undefined` when an amount of money was ordered instead. */
  readonly quantity: string | undefined;
  /** The amount of money that was ordered instead of a quantity. */
  readonly notional: string | undefined;
  readonly filledQuantity: string;
  readonly filledAveragePrice: string | undefined;
  readonly limitPrice: string | undefined;
  readonly stopPrice: string | undefined;
  readonly trailPrice: string | undefined;
  readonly trailPercent: string | undefined;
  readonly extendedHours: boolean;
  /** The orders it consists of or brings along, when they were asked for with it. */
  readonly legs: readonly Order[];
  readonly replaces: string | undefined;
  readonly replacedBy: string | undefined;
  readonly createdAt: string;
  readonly submittedAt: string | undefined;
  readonly updatedAt: string | undefined;
  readonly filledAt: string | undefined;
  readonly canceledAt: string | undefined;
  readonly expiredAt: string | undefined;
  readonly failedAt: string | undefined;
  readonly replacedAt: string | undefined;
}
