/**
 * What an account holds of one instrument. Quantities and amounts are decimal text, as the venue sends
 * them; values that need a price are `undefined` while it has none.
 * @public
 */
export interface Position {
  readonly assetId: string;
  /** A crypto pair stands here without its slash. */
  readonly symbol: string;
  readonly assetClass: string;
  readonly exchange: string;
  readonly side: "long" | "short";
  /** Negative when short. */
  readonly quantity: string;
  /** Less than the quantity while open orders hold some of it. */
  readonly availableQuantity: string | undefined;
  readonly averageEntryPrice: string;
  readonly costBasis: string;
  readonly marketValue: string | undefined;
  readonly currentPrice: string | undefined;
  readonly lastDayPrice: string | undefined;
  /** Since the last close, as a fraction: 0.01 is one percent. */
  readonly changeToday: string | undefined;
  readonly unrealizedProfit: string | undefined;
  /** As a fraction of the cost: 0.01 is one percent. */
  readonly unrealizedReturn: string | undefined;
  readonly unrealizedProfitToday: string | undefined;
}
