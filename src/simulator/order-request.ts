import type { OrderRequest } from "./account-book.ts";
import { assetOf } from "./assets.ts";
import type { OrderEntity } from "./order-entity.ts";
import { RestRefusal } from "./rest-reply.ts";
import type { RestContext } from "./rest-route.ts";

const TYPES = ["market", "limit", "stop", "stop_limit", "trailing_stop"];
const TIMES_IN_FORCE = ["day", "gtc", "opg", "cls", "ioc", "fok"];
const DECIMAL = /^\d+(?:\.\d+)?$/;
const LONGEST_CLIENT_ORDER_ID = 128;

type Body = Readonly<Record<string, unknown>>;

function refusal(message: string): RestRefusal {
  return new RestRefusal(422, message, 40010001);
}

/** The text of this refusal is an assumption. */
function bodyOf(body: unknown): Body {
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Body;
  throw new RestRefusal(400, "request body format is invalid", 40010000);
}

/** Amounts come as text or as numbers, and are told as text. */
function amount(body: Body, name: string): string | null {
  const value = body[name] ?? null;
  if (value === null) return null;
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !DECIMAL.test(text) || Number(text) === 0) {
    throw refusal(`${name} must be greater than 0`);
  }
  return text;
}

function word(body: Body, name: string, known: readonly string[]): string {
  const value = body[name];
  if (typeof value !== "string" || !known.includes(value)) throw refusal(`invalid ${name}`);
  return value;
}

function clientOrderId(body: Body): string | undefined {
  const id = body["client_order_id"] ?? "";
  if (typeof id !== "string" || id.length > LONGEST_CLIENT_ORDER_ID) {
    throw refusal("client_order_id must be no more than 128 characters");
  }
  return id === "" ? undefined : id;
}

/**
 * Reads a new order. The venue has many more rules (orders at Alpaca, January 2026); these are the ones
 * that decide whether the request is an order at all.
 * @internal
 */
export function readOrderRequest({ market, options, body: sent }: RestContext): OrderRequest {
  const body = bodyOf(sent);
  const symbol = String(body["symbol"] ?? "").toUpperCase();
  if (!assetOf(market, symbol, options.notShortable)) {
    throw new RestRefusal(422, "invalid symbol", 42210000);
  }
  const qty = amount(body, "qty");
  const notional = amount(body, "notional");
  if ((qty === null) === (notional === null)) throw refusal("qty or notional is required");
  const type = word(body, "type", TYPES);
  const limit_price = amount(body, "limit_price");
  const stop_price = amount(body, "stop_price");
  if (type.endsWith("limit") && limit_price === null) throw refusal("limit_price is required");
  if ((type === "stop" || type === "stop_limit") && stop_price === null) {
    throw refusal("stop_price is required");
  }
  const id = clientOrderId(body);
  return {
    ...(id !== undefined && { client_order_id: id }),
    symbol,
    qty,
    notional,
    side: word(body, "side", ["buy", "sell"]) as "buy" | "sell",
    type,
    time_in_force: word(body, "time_in_force", TIMES_IN_FORCE),
    limit_price,
    stop_price,
    trail_price: amount(body, "trail_price"),
    trail_percent: amount(body, "trail_percent"),
    extended_hours: body["extended_hours"] === true,
  };
}

/** Reads what is to be different about an order. @internal */
export function readOrderChanges(sent: unknown): Partial<OrderEntity> {
  const body = bodyOf(sent);
  const id = clientOrderId(body);
  const qty = amount(body, "qty");
  const limit_price = amount(body, "limit_price");
  const stop_price = amount(body, "stop_price");
  return {
    ...(id !== undefined && { client_order_id: id }),
    ...(qty !== null && { qty }),
    ...(limit_price !== null && { limit_price }),
    ...(stop_price !== null && { stop_price }),
    ...(body["time_in_force"] !== undefined && {
      time_in_force: word(body, "time_in_force", TIMES_IN_FORCE),
    }),
  };
}
