import type { Bar } from "../../model/bar.ts";
import type { Cancellation } from "../../model/cancellation.ts";
import type { Correction } from "../../model/correction.ts";
import type { Imbalance } from "../../model/imbalance.ts";
import type { LimitBand } from "../../model/limit-band.ts";
import type { MarketData } from "../../model/market-data.ts";
import type { News } from "../../model/news.ts";
import type { OrderBook } from "../../model/order-book.ts";
import type { PerpetualPricing } from "../../model/perpetual-pricing.ts";
import type { Quote } from "../../model/quote.ts";
import type { Trade } from "../../model/trade.ts";
import type { TradeUpdate } from "../../model/trade-update.ts";
import type { TradingStatus } from "../../model/trading-status.ts";

/** What a handler registered under each of the venue's message codes is given. @public */
export interface MessageByCode {
  t: Trade;
  q: Quote;
  b: Bar;
  d: Bar;
  u: Bar;
  c: Correction;
  x: Cancellation;
  l: LimitBand;
  s: TradingStatus;
  i: Imbalance;
  o: OrderBook;
  p: PerpetualPricing;
  n: News;
  trade_updates: TradeUpdate;
}

/** A message code of the venue, or `trade_updates` on the trading stream. @public */
export type HandlerCode = keyof MessageByCode;

/** Everything a stream can deliver, told apart by `type`. @public */
export type StreamMessage = MarketData | TradeUpdate;

/** The model's `type` for each code. */
export const TYPE_OF_CODE: Readonly<Record<HandlerCode, StreamMessage["type"]>> = {
  t: "trade",
  q: "quote",
  b: "bar",
  d: "dailyBar",
  u: "updatedBar",
  c: "correction",
  x: "cancellation",
  l: "limitBand",
  s: "tradingStatus",
  i: "imbalance",
  o: "orderBook",
  p: "pricing",
  n: "news",
  trade_updates: "tradeUpdate",
};
