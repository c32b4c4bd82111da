import { assetOf } from "./assets.ts";
import { decimalText } from "./decimal.ts";
import { stableUuid } from "./identifiers.ts";
import type { Market } from "./market.ts";
import { newYorkDay, newYorkMoment } from "./new-york.ts";
import { type KeptOrder, makeOrder, type OrderEntity, type OrderStatus } from "./order-entity.ts";
import type { Tape } from "./tape.ts";
import { tradingDay } from "./trading-calendar.ts";
import { formatTime } from "./venue-time.ts";

interface Plan {
  /** Where in the universe's list its symbol is; the list is gone through again when it is too short. */
  readonly stock?: number;
  readonly side: "buy" | "sell";
  readonly type: "market" | "limit" | "stop";
  readonly tif: "day" | "gtc";
  readonly qty: number;
  readonly filled?: number;
  readonly status: OrderStatus;
  /** Trading days before the start, and minutes after New York midnight. */
  readonly day: number;
  readonly minute: number;
  /** Limit or stop, as a part of the price at that time. */
  readonly at?: number;
  readonly bracket?: "parent" | "leg";
}

/**
 * What an account would hold that has traded for two weeks: a long and a short position, a coin, a
 * bracket around a third stock, and an order in each of the states one meets. Oldest first.
 */
// biome-ignore format: a table
const PLANS: readonly Plan[] = [
  { stock: 0, side: "buy", type: "market", tif: "day", qty: 10, filled: 10, status: "filled", day: 9, minute: 605 },
  { stock: 0, side: "buy", type: "limit", tif: "day", qty: 5, status: "expired", day: 6, minute: 640, at: 0.9 },
  { stock: 3, side: "sell", type: "market", tif: "day", qty: 5, filled: 5, status: "filled", day: 5, minute: 700 },
  { stock: 1, side: "buy", type: "limit", tif: "day", qty: 8, status: "canceled", day: 4, minute: 615, at: 0.93 },
  { side: "buy", type: "market", tif: "gtc", qty: 0.05, filled: 0.05, status: "filled", day: 3, minute: 820 },
  { stock: 0, side: "sell", type: "limit", tif: "gtc", qty: 4, status: "new", day: 2, minute: 590, at: 1.1 },
  { stock: 1, side: "buy", type: "limit", tif: "gtc", qty: 8, filled: 3, status: "partially_filled", day: 2, minute: 655, at: 1 },
  { stock: 2, side: "buy", type: "limit", tif: "gtc", qty: 6, filled: 6, status: "filled", day: 1, minute: 632, at: 1, bracket: "parent" },
  { stock: 2, side: "sell", type: "limit", tif: "gtc", qty: 6, status: "new", day: 1, minute: 632, at: 1.08, bracket: "leg" },
  { stock: 2, side: "sell", type: "stop", tif: "gtc", qty: 6, status: "held", day: 1, minute: 632, at: 0.95, bracket: "leg" },
];

/** From here on in the universe nothing is bought, so a short sale can take what can be borrowed. */
const FIRST_TO_SHORT = 3;

/** The orders an account has at the market's start; a pure function of the market. @internal */
export function seededOrders(
  market: Market,
  notShortable: ReadonlySet<string>,
): readonly KeptOrder[] {
  const days = lastTradingDays(market);
  const orders: KeptOrder[] = [];
  let parentId: string | undefined;
  for (const [number, plan] of PLANS.entries()) {
    const symbol = symbolOf(plan, market, notShortable);
    const tape = symbol === undefined ? undefined : market.tape(symbol);
    if (!tape) continue;
    const order = orderOf(plan, number, tape, market, days[plan.day] ?? 0);
    if (plan.bracket === "parent") parentId = order.id;
    orders.push({ order, parentId: plan.bracket === "leg" ? parentId : undefined });
  }
  return orders;
}

/** A short sale takes the first stock from its own place on that can be borrowed, if there is one. */
function symbolOf(
  { stock, side }: Plan,
  { settings: { universe } }: Market,
  notShortable: ReadonlySet<string>,
): string | undefined {
  if (stock === undefined) return universe.crypto[0];
  const { length } = universe.stock;
  if (length === 0) return undefined;
  if (side === "buy" || stock < FIRST_TO_SHORT) return universe.stock[stock % length];
  return universe.stock.slice(stock).find((symbol) => !notShortable.has(symbol));
}

/** The start's own day first, then one trading day after the other, backwards. */
function lastTradingDays({ settings: { startTime } }: Market): readonly number[] {
  const most = Math.max(...PLANS.map(({ day }) => day));
  const days = [newYorkDay(startTime.seconds)];
  for (let day = (days[0] ?? 0) - 1; days.length <= most; day--)
    if (tradingDay(day)) days.push(day);
  return days;
}

function orderOf(plan: Plan, number: number, tape: Tape, market: Market, day: number): OrderEntity {
  const { seed } = market.settings;
  const submittedNs = market.offsetOfSeconds(newYorkMoment(day, plan.minute));
  // A part of a second that belongs to the order, so that times look like times and a bracket's differ.
  const fractionNs = (number * 100_000 + (tape.detailBits(number) % 100_000)) * 1_000;
  const at = (delayNs: number): string =>
    formatTime(market.timeAt(submittedNs + fractionNs + delayNs));
  const price = roundedPrice(tape, tape.priceBy(submittedNs) * (plan.at ?? 1));
  const asset = assetOf(market, tape.symbol, new Set());
  const filled = plan.filled ?? 0;
  const later = at(plan.type === "market" ? 8e6 : 74e9);
  return makeOrder({
    id: stableUuid(seed, `seeded order ${number}`),
    client_order_id: stableUuid(seed, `seeded client order ${number}`),
    submitted_at: at(0),
    updated_at: later,
    asset_id: asset?.id ?? "",
    symbol: tape.symbol,
    asset_class: asset?.class ?? "",
    side: plan.side,
    type: plan.type,
    time_in_force: plan.tif,
    status: plan.status,
    qty: decimalText(plan.qty),
    filled_qty: decimalText(filled),
    filled_avg_price: filled > 0 ? price : null,
    filled_at: plan.status === "filled" ? later : null,
    canceled_at: plan.status === "canceled" ? later : null,
    expired_at: plan.status === "expired" ? later : null,
    limit_price: plan.type === "limit" ? price : null,
    stop_price: plan.type === "stop" ? price : null,
    order_class: plan.bracket ? "bracket" : "",
  });
}

function roundedPrice({ ticksPerUnit }: Tape, price: number): string {
  return decimalText(price, Math.round(Math.log10(ticksPerUnit)));
}
