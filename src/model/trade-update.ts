/**
 * Something happened to an order of the account. Amounts are decimal text, as the venue sends them.
 * @public
 */
export interface TradeUpdate {
  readonly type: "tradeUpdate";
  /** `new`, `fill`, `partial_fill`, `canceled`, …; the venue adds events without notice. */
  readonly event: string;
  /** The order as the venue describes it after the event. */
  readonly order: Readonly<Record<string, unknown>>;
  /** When it happened, as the venue's text; some events carry none. */
  readonly timestamp: string | undefined;
  /** Increases with time; use it to tell a repeated event. Older servers send none. */
  readonly eventId: string | undefined;
  readonly executionId: string | undefined;
  /** Price of this fill alone. */
  readonly price: string | undefined;
  /** Quantity of this fill alone; the order holds the sum. */
  readonly quantity: string | undefined;
  /** The position after the fill, negative when short. */
  readonly positionQuantity: string | undefined;
  /** Our own wall clock when the frame arrived, in milliseconds since the Unix epoch. */
  readonly receivedMs: number;
}
