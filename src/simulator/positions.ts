import { assetOf } from "./assets.ts";
import { decimalText } from "./decimal.ts";
import type { Market } from "./market.ts";
import { newYorkDay, newYorkMoment } from "./new-york.ts";
import { isTerminal, type OrderEntity } from "./order-entity.ts";
import type { Tape } from "./tape.ts";
import { tradingDay } from "./trading-calendar.ts";

/** A position in numbers, as they are now. @internal */
export interface Position {
  readonly symbol: string;
  readonly assetId: string;
  readonly assetClass: string;
  readonly exchange: string;
  readonly isMarginable: boolean;
  /** Negative when short. */
  readonly qty: number;
  /** What open orders that would close the position leave of it. */
  readonly available: number;
  readonly entryPrice: number;
  readonly price: number;
  /** The price at the last trading day's close. */
  readonly lastDayPrice: number;
}

/** The positions that the fills of these orders have made, by symbol. @internal */
export function positionsFrom(
  orders: readonly OrderEntity[],
  market: Market,
  notShortable: ReadonlySet<string>,
): readonly Position[] {
  const symbols = [...new Set(orders.map(({ symbol }) => symbol))].sort();
  return symbols.flatMap((symbol) => {
    const own = orders.filter((order) => order.symbol === symbol);
    const tape = market.tape(symbol);
    const asset = assetOf(market, symbol, notShortable);
    const qty = sum(own.map((order) => sign(order) * Number(order.filled_qty)));
    if (!tape || !asset || qty === 0) return [];
    const spent = own.map((o) => sign(o) * Number(o.filled_qty) * Number(o.filled_avg_price));
    return {
      symbol: symbol.replace("/", ""),
      assetId: asset.id,
      assetClass: asset.class,
      exchange: asset.exchange,
      isMarginable: asset["marginable"] === true,
      qty,
      available: qty + sum(own.map((order) => reservedBy(order, qty))),
      entryPrice: sum(spent) / qty,
      price: tape.priceBy(market.nowNs()),
      lastDayPrice: lastClose(tape, market),
    };
  });
}

function sign({ side }: OrderEntity): number {
  return side === "buy" ? 1 : -1;
}

/**
 * What an open order on the other side takes from what is available. Of a bracket's two exits only one
 * can happen, so the one that is held back takes nothing.
 */
function reservedBy(order: OrderEntity, positionQty: number): number {
  const isClosing = sign(order) !== Math.sign(positionQty);
  if (isTerminal(order) || order.status === "held" || !isClosing) return 0;
  return sign(order) * (Number(order.qty) - Number(order.filled_qty));
}

function lastClose(tape: Tape, market: Market): number {
  let day = newYorkDay(market.nowSeconds()) - 1;
  while (!tradingDay(day)) day--;
  const closeMinute = tradingDay(day)?.closeMinute ?? 0;
  return tape.priceBy(market.offsetOfSeconds(newYorkMoment(day, closeMinute)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** A position's worth now; negative when short. @internal */
export function marketValueOf({ qty, price }: Position): number {
  return qty * price;
}

/** A position as the trading host tells it: decimals as text (positions reference, January 2026). @internal */
export function positionEntity(position: Position): object {
  const { qty, entryPrice, price, lastDayPrice } = position;
  const costBasis = qty * entryPrice;
  const gain = marketValueOf(position) - costBasis;
  const gainToday = qty * (price - lastDayPrice);
  return {
    asset_id: position.assetId,
    symbol: position.symbol,
    exchange: position.exchange,
    asset_class: position.assetClass,
    asset_marginable: position.isMarginable,
    qty: decimalText(qty),
    qty_available: decimalText(position.available),
    avg_entry_price: decimalText(entryPrice),
    side: qty > 0 ? "long" : "short",
    market_value: decimalText(marketValueOf(position)),
    cost_basis: decimalText(costBasis),
    unrealized_pl: decimalText(gain),
    unrealized_plpc: decimalText(gain / Math.abs(costBasis), 16),
    unrealized_intraday_pl: decimalText(gainToday),
    unrealized_intraday_plpc: decimalText(gainToday / Math.abs(qty * lastDayPrice), 16),
    current_price: decimalText(price),
    lastday_price: decimalText(lastDayPrice),
    change_today: decimalText(price / lastDayPrice - 1, 16),
  };
}
