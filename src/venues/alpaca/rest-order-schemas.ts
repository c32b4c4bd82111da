import { z } from "zod";
import type { Order, OrderClass, OrderSide, OrderStatus, OrderType } from "../../model/order.ts";
import { decimal, maybe, time } from "./rest-fields.ts";

/**
 * Orders as they stand on the wire, and what they are in our names. State, side, type and time in force
 * decide about money, so a word that is new to us is an error; what only describes passes.
 * Source: docs.alpaca.markets, orders reference, read in September 2026; `pending_review` from
 * alpaca-py of 2026-07-23.
 */

const STATUSES = [
  "accepted",
  "accepted_for_bidding",
  "calculated",
  "canceled",
  "done_for_day",
  "expired",
  "filled",
  "held",
  "new",
  "partially_filled",
  "pending_cancel",
  "pending_new",
  "pending_replace",
  "pending_review",
  "rejected",
  "replaced",
  "stopped",
  "suspended",
] as const satisfies readonly OrderStatus[];

/** An order of several legs has no side of its own, a leg no type: empty text or nothing. */
function orEmpty<Word extends string>(word: z.ZodType<Word>): z.ZodType<Word | undefined> {
  return z
    .union([word, z.literal(""), z.null(), z.undefined()])
    .transform((found) => (found ? (found as Word) : undefined));
}

const side: z.ZodType<OrderSide> = z.enum(["buy", "sell"]);
const type: z.ZodType<OrderType> = z.enum([
  "market",
  "limit",
  "stop",
  "stop_limit",
  "trailing_stop",
]);
const CLASSES = [
  "simple",
  "bracket",
  "oco",
  "oto",
  "mleg",
] as const satisfies readonly OrderClass[];

/** Empty text stands for `simple`. */
const orderClass: z.ZodType<OrderClass> = z
  .string()
  .nullish()
  .transform((name) => (name ? (CLASSES.find((known) => known === name) ?? "unknown") : "simple"));

const rawOrder = z.looseObject({
  id: z.string(),
  client_order_id: z.string(),
  symbol: maybe(z.string()),
  asset_class: maybe(z.string()),
  side: orEmpty(side),
  type: orEmpty(type),
  order_class: orderClass,
  time_in_force: z.enum(["day", "gtc", "opg", "cls", "ioc", "fok"]),
  status: z.enum(STATUSES),
  qty: maybe(decimal),
  notional: maybe(decimal),
  filled_qty: decimal,
  filled_avg_price: maybe(decimal),
  limit_price: maybe(decimal),
  stop_price: maybe(decimal),
  trail_price: maybe(decimal),
  trail_percent: maybe(decimal),
  extended_hours: maybe(z.boolean()),
  legs: maybe(z.lazy(() => z.array(ORDER_ANSWER))),
  replaces: maybe(z.string()),
  replaced_by: maybe(z.string()),
  created_at: time,
  submitted_at: maybe(time),
  updated_at: maybe(time),
  filled_at: maybe(time),
  canceled_at: maybe(time),
  expired_at: maybe(time),
  failed_at: maybe(time),
  replaced_at: maybe(time),
});

/** `/v2/orders/{id}` and `/v2/orders:by_client_order_id` */
export const ORDER_ANSWER: z.ZodType<Order> = rawOrder.transform((raw) => ({
  id: raw.id,
  clientOrderId: raw.client_order_id,
  symbol: raw.symbol ?? "",
  assetClass: raw.asset_class ?? "",
  side: raw.side,
  type: raw.type,
  orderClass: raw.order_class,
  timeInForce: raw.time_in_force,
  status: raw.status,
  quantity: raw.qty,
  notional: raw.notional,
  filledQuantity: raw.filled_qty,
  filledAveragePrice: raw.filled_avg_price,
  limitPrice: raw.limit_price,
  stopPrice: raw.stop_price,
  trailPrice: raw.trail_price,
  trailPercent: raw.trail_percent,
  extendedHours: raw.extended_hours ?? false,
  legs: raw.legs ?? [],
  replaces: raw.replaces,
  replacedBy: raw.replaced_by,
  createdAt: raw.created_at,
  submittedAt: raw.submitted_at,
  updatedAt: raw.updated_at,
  filledAt: raw.filled_at,
  canceledAt: raw.canceled_at,
  expiredAt: raw.expired_at,
  failedAt: raw.failed_at,
  replacedAt: raw.replaced_at,
}));

/** `/v2/orders` */
export const ORDERS_ANSWER: z.ZodType<readonly Order[]> = z.array(ORDER_ANSWER);
