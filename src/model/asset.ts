/** An instrument of the venue, and what may be done with it. @public */
export interface Asset {
  readonly id: string;
  readonly symbol: string;
  readonly name: string | undefined;
  /** `us_equity`, `crypto`, `us_option`, … */
  readonly assetClass: string;
  readonly exchange: string;
  readonly isActive: boolean;
  readonly isTradable: boolean;
  readonly isMarginable: boolean;
  readonly isShortable: boolean;
  readonly isEasyToBorrow: boolean;
  readonly isFractionable: boolean;
  readonly attributes: readonly string[];
  /** Decimal text; crypto only. */
  readonly minOrderSize: string | undefined;
  /** Decimal text; crypto only. */
  readonly minTradeIncrement: string | undefined;
  /** Decimal text; crypto only. */
  readonly priceIncrement: string | undefined;
}
