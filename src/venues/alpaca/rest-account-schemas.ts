import { z } from "zod";
import type { Account } from "../../model/account.ts";
import type { Asset } from "../../model/asset.ts";
import type { MarketClock } from "../../model/market-clock.ts";
import type { MarketDay } from "../../model/market-day.ts";
import type { Position } from "../../model/position.ts";
import { decimal, maybe, time } from "./rest-fields.ts";

/**
 * Answers of the trading host as they stand on the wire, and what they are in our names. Unknown keys
 * pass, since Alpaca adds some without notice, and what it may leave out may be missing: the day-trade
 * fields of accounts went in July 2026.
 * Source: docs.alpaca.markets, trading API reference, read in September 2026.
 */

const rawAccount = z.looseObject({
  id: z.string(),
  account_number: z.string(),
  status: z.string(),
  currency: z.string(),
  cash: decimal,
  equity: decimal,
  last_equity: maybe(decimal),
  buying_power: decimal,
  long_market_value: maybe(decimal),
  short_market_value: maybe(decimal),
  initial_margin: maybe(decimal),
  maintenance_margin: maybe(decimal),
  multiplier: maybe(decimal),
  shorting_enabled: maybe(z.boolean()),
  trading_blocked: z.boolean(),
  account_blocked: z.boolean(),
  trade_suspended_by_user: maybe(z.boolean()),
  created_at: maybe(time),
});

/** `/v2/account` */
export const ACCOUNT_ANSWER: z.ZodType<Account> = rawAccount.transform((raw) => ({
  id: raw.id,
  accountNumber: raw.account_number,
  status: raw.status,
  currency: raw.currency,
  cash: raw.cash,
  equity: raw.equity,
  lastEquity: raw.last_equity,
  buyingPower: raw.buying_power,
  longMarketValue: raw.long_market_value,
  shortMarketValue: raw.short_market_value,
  initialMargin: raw.initial_margin,
  maintenanceMargin: raw.maintenance_margin,
  multiplier: raw.multiplier,
  isShortingEnabled: raw.shorting_enabled,
  isTradingBlocked: raw.trading_blocked,
  isAccountBlocked: raw.account_blocked,
  isSuspendedByUser: raw.trade_suspended_by_user,
  createdAt: raw.created_at,
}));

const rawPosition = z.looseObject({
  asset_id: z.string(),
  symbol: z.string(),
  asset_class: z.string(),
  exchange: z.string(),
  side: z.enum(["long", "short"]),
  qty: decimal,
  qty_available: maybe(decimal),
  avg_entry_price: decimal,
  cost_basis: decimal,
  market_value: maybe(decimal),
  current_price: maybe(decimal),
  lastday_price: maybe(decimal),
  change_today: maybe(decimal),
  unrealized_pl: maybe(decimal),
  unrealized_plpc: maybe(decimal),
  unrealized_intraday_pl: maybe(decimal),
});

/** `/v2/positions/{symbol_or_asset_id}` */
export const POSITION_ANSWER: z.ZodType<Position> = rawPosition.transform((raw) => ({
  assetId: raw.asset_id,
  symbol: raw.symbol,
  assetClass: raw.asset_class,
  exchange: raw.exchange,
  side: raw.side,
  quantity: raw.qty,
  availableQuantity: raw.qty_available,
  averageEntryPrice: raw.avg_entry_price,
  costBasis: raw.cost_basis,
  marketValue: raw.market_value,
  currentPrice: raw.current_price,
  lastDayPrice: raw.lastday_price,
  changeToday: raw.change_today,
  unrealizedProfit: raw.unrealized_pl,
  unrealizedReturn: raw.unrealized_plpc,
  unrealizedProfitToday: raw.unrealized_intraday_pl,
}));

/** `/v2/positions` */
export const POSITIONS_ANSWER: z.ZodType<readonly Position[]> = z.array(POSITION_ANSWER);

const rawAsset = z.looseObject({
  id: z.string(),
  class: z.string(),
  exchange: z.string(),
  symbol: z.string(),
  name: maybe(z.string()),
  status: z.string(),
  tradable: z.boolean(),
  marginable: z.boolean(),
  shortable: z.boolean(),
  fractionable: z.boolean(),
  easy_to_borrow: maybe(z.boolean()),
  borrow_status: maybe(z.string()),
  attributes: maybe(z.array(z.string())),
  min_order_size: maybe(decimal),
  min_trade_increment: maybe(decimal),
  price_increment: maybe(decimal),
});

/** `/v2/assets/{symbol_or_asset_id}`. The newer of the two fields about borrowing decides. */
export const ASSET_ANSWER: z.ZodType<Asset> = rawAsset.transform((raw) => ({
  id: raw.id,
  symbol: raw.symbol,
  name: raw.name,
  assetClass: raw.class,
  exchange: raw.exchange,
  isActive: raw.status === "active",
  isTradable: raw.tradable,
  isMarginable: raw.marginable,
  isShortable: raw.shortable,
  isEasyToBorrow: raw.borrow_status
    ? raw.borrow_status === "easy_to_borrow"
    : raw.easy_to_borrow === true,
  isFractionable: raw.fractionable,
  attributes: raw.attributes ?? [],
  minOrderSize: raw.min_order_size,
  minTradeIncrement: raw.min_trade_increment,
  priceIncrement: raw.price_increment,
}));

/** `/v2/assets` */
export const ASSETS_ANSWER: z.ZodType<readonly Asset[]> = z.array(ASSET_ANSWER);

const rawClock = z.looseObject({
  timestamp: time,
  is_open: z.boolean(),
  next_open: time,
  next_close: time,
});

/** `/v2/clock` */
export const CLOCK_ANSWER: z.ZodType<MarketClock> = rawClock.transform((raw) => ({
  isOpen: raw.is_open,
  timestamp: raw.timestamp,
  nextOpen: raw.next_open,
  nextClose: raw.next_close,
}));

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "no date");

/** `09:30` for the core session, `0930` for the extended one. */
const timeOfDay: z.ZodType<string> = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):?[0-5]\d$/, "no time of day")
  .transform((text) => `${text.slice(0, 2)}:${text.slice(-2)}`);

const rawDay = z.looseObject({
  date: day,
  open: timeOfDay,
  close: timeOfDay,
  session_open: maybe(timeOfDay),
  session_close: maybe(timeOfDay),
  settlement_date: maybe(day),
});

/** `/v2/calendar` */
export const CALENDAR_ANSWER: z.ZodType<readonly MarketDay[]> = z.array(
  rawDay.transform((raw) => ({
    date: raw.date,
    open: raw.open,
    close: raw.close,
    sessionOpen: raw.session_open,
    sessionClose: raw.session_close,
    settlementDate: raw.settlement_date,
  })),
);
