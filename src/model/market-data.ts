import type { Bar } from "./bar.ts";
import type { Cancellation } from "./cancellation.ts";
import type { Correction } from "./correction.ts";
import type { Imbalance } from "./imbalance.ts";
import type { LimitBand } from "./limit-band.ts";
import type { News } from "./news.ts";
import type { OrderBook } from "./order-book.ts";
import type { PerpetualPricing } from "./perpetual-pricing.ts";
import type { Quote } from "./quote.ts";
import type { Trade } from "./trade.ts";
import type { TradingStatus } from "./trading-status.ts";

/** Every market-data message, told apart by `type`. @public */
export type MarketData =
  | Trade
  | Quote
  | Bar
  | Correction
  | Cancellation
  | LimitBand
  | TradingStatus
  | Imbalance
  | OrderBook
  | PerpetualPricing
  | News;
