import type { AccountBook } from "./account-book.ts";
import { isTerminal, type KeptOrder, type OrderEntity } from "./order-entity.ts";
import { readOrderChanges, readOrderRequest } from "./order-request.ts";
import { RestRefusal, RestReply } from "./rest-reply.ts";
import type { RestContext, RestRoute } from "./rest-route.ts";
import { parseTime } from "./venue-time.ts";

const DEFAULT_LIMIT = 50;
const MOST_ORDERS = 500;

/** The parameters' own spelling of what is wrong with them is not documented. */
function invalid(name: string, value: string | null): RestRefusal {
  return new RestRefusal(422, `invalid ${name}: ${value}`, 40010001);
}

function choice<T extends string>(
  query: URLSearchParams,
  name: string,
  known: readonly [T, ...T[]],
): T {
  const text = query.get(name) ?? known[0];
  const found = known.find((one) => one === text);
  if (found === undefined) throw invalid(name, text);
  return found;
}

function list(query: URLSearchParams, name: string): readonly string[] | undefined {
  const values = query.get(name)?.split(",").filter(Boolean);
  return values && values.length > 0 ? values : undefined;
}

/** Milliseconds since the epoch with their fraction, which is fine enough to compare orders by. */
function momentOf(text: string): number | undefined {
  const time = parseTime(text);
  return time && time.seconds * 1000 + time.nanos / 1e6;
}

/** `after` and `until` are exclusive and look at `submitted_at`; the ids stand for their orders' place. */
function isInRange(query: URLSearchParams, account: AccountBook): (order: OrderEntity) => boolean {
  const bound = (name: string): number | undefined => {
    const text = query.get(name);
    if (text === null) return undefined;
    const moment = momentOf(text);
    if (moment === undefined) throw invalid(name, text);
    return moment;
  };
  const after = bound("after");
  const until = bound("until");
  const beforeId = query.get("before_order_id");
  const afterId = query.get("after_order_id");
  const isById = beforeId !== null || afterId !== null;
  if (isById && (after !== undefined || until !== undefined || (beforeId && afterId))) {
    throw invalid("before_order_id or after_order_id", beforeId ?? afterId);
  }
  const places = new Map(account.orders.map(({ order }, place) => [order.id, place]));
  const placeOf = (id: string): number => places.get(account.order(id).order.id) ?? 0;
  const before = beforeId === null ? Number.POSITIVE_INFINITY : placeOf(beforeId);
  const behind = afterId === null ? Number.NEGATIVE_INFINITY : placeOf(afterId);
  return ({ id, submitted_at }) => {
    const moment = momentOf(submitted_at) ?? 0;
    const place = places.get(id) ?? 0;
    return (
      moment > (after ?? Number.NEGATIVE_INFINITY) &&
      moment < (until ?? Number.POSITIVE_INFINITY) &&
      place < before &&
      place > behind
    );
  };
}

/** A pair is known with and without its slash. */
function isOneOf(symbols: readonly string[] | undefined, symbol: string): boolean {
  const plain = (text: string): string => text.toUpperCase().replace("/", "");
  return symbols === undefined || symbols.some((one) => plain(one) === plain(symbol));
}

function readOrders({ account, query }: RestContext): readonly object[] {
  const status = choice(query, "status", ["open", "closed", "all"]);
  const direction = choice(query, "direction", ["desc", "asc"]);
  const limitText = query.get("limit") ?? String(DEFAULT_LIMIT);
  const limit = Number(limitText);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_ORDERS)
    throw invalid("limit", limitText);
  const isNested = query.get("nested") === "true";
  const symbols = list(query, "symbols");
  const classes = list(query, "asset_class");
  const side = query.get("side");
  const inRange = isInRange(query, account);
  const found = account.orders.filter(
    ({ order }) =>
      (status === "all" || isTerminal(order) === (status === "closed")) &&
      isOneOf(symbols, order.symbol) &&
      (classes?.includes(order.asset_class) ?? true) &&
      (side === null || order.side === side) &&
      inRange(order),
  );
  const listed = isNested ? withoutNested(found) : found;
  const sorted = direction === "asc" ? listed : [...listed].reverse();
  return sorted.slice(0, limit).map(({ order }) => withLegs(account, order, isNested));
}

/** A leg is told inside its first order, if that is told as well. */
function withoutNested(orders: readonly KeptOrder[]): readonly KeptOrder[] {
  const ids = new Set(orders.map(({ order }) => order.id));
  return orders.filter(({ parentId }) => parentId === undefined || !ids.has(parentId));
}

function withLegs(account: AccountBook, order: OrderEntity, isNested: boolean): OrderEntity {
  const legs = isNested ? account.legsOf(order) : [];
  return legs.length > 0 ? { ...order, legs } : order;
}

function readOrder({ account, params, query }: RestContext): object {
  const { order } = account.order(params["id"] ?? "");
  return withLegs(account, order, query.get("nested") === "true");
}

function readOrderByClientId({ account, query }: RestContext): object {
  return account.orderByClientId(query.get("client_order_id") ?? "").order;
}

function submitOrder(context: RestContext): object {
  return context.account.submit(readOrderRequest(context));
}

function replaceOrder({ account, params, body }: RestContext): object {
  return account.replace(params["id"] ?? "", readOrderChanges(body));
}

function cancelOrder({ account, params }: RestContext): RestReply {
  account.cancel(params["id"] ?? "");
  return new RestReply(204);
}

function cancelAll({ account }: RestContext): RestReply {
  const open = account.orders.filter(({ order }) => !isTerminal(order));
  const results = open.map(({ order: { id } }) => {
    if (!isTerminal(account.order(id).order)) account.cancel(id);
    return { id, status: 200, body: account.order(id).order };
  });
  return new RestReply(207, results);
}

/** Orders (orders reference, January 2026). @internal */
export const ORDER_ROUTES: readonly RestRoute[] = [
  { path: "/v2/orders", host: "trading", handle: readOrders },
  { path: "/v2/orders:by_client_order_id", host: "trading", handle: readOrderByClientId },
  { path: "/v2/orders/:id", host: "trading", handle: readOrder },
  { method: "POST", path: "/v2/orders", host: "trading", handle: submitOrder },
  { method: "PATCH", path: "/v2/orders/:id", host: "trading", handle: replaceOrder },
  { method: "DELETE", path: "/v2/orders/:id", host: "trading", handle: cancelOrder },
  { method: "DELETE", path: "/v2/orders", host: "trading", handle: cancelAll },
];
