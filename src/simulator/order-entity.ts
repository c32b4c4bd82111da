/** Where an order's life has led it (orders at Alpaca, January 2026); those that can be seen here. @internal */
export type OrderStatus =
  | "accepted"
  | "new"
  | "partially_filled"
  | "held"
  | "filled"
  | "canceled"
  | "expired"
  | "replaced";

/** An order as the trading host tells it: every field of its reference, in its order (January 2026). @internal */
export interface OrderEntity {
  readonly id: string;
  readonly client_order_id: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly submitted_at: string;
  readonly filled_at: string | null;
  readonly expired_at: string | null;
  readonly canceled_at: string | null;
  readonly failed_at: string | null;
  readonly replaced_at: string | null;
  readonly replaced_by: string | null;
  readonly replaces: string | null;
  readonly asset_id: string;
  readonly symbol: string;
  readonly asset_class: string;
  readonly notional: string | null;
  readonly qty: string | null;
  readonly filled_qty: string;
  readonly filled_avg_price: string | null;
  readonly order_class: string;
  readonly order_type: string;
  readonly type: string;
  readonly side: "buy" | "sell";
  readonly time_in_force: string;
  readonly limit_price: string | null;
  readonly stop_price: string | null;
  readonly status: OrderStatus;
  readonly extended_hours: boolean;
  readonly legs: readonly OrderEntity[] | null;
  readonly trail_percent: string | null;
  readonly trail_price: string | null;
  readonly hwm: string | null;
  readonly subtag: string | null;
  readonly source: string | null;
}

/** An order and its place in a bracket. @internal */
export interface KeptOrder {
  readonly order: OrderEntity;
  /** The order whose leg it is. */
  readonly parentId: string | undefined;
}

/** What an order cannot do without. @internal */
export type OrderEssentials = Pick<
  OrderEntity,
  "id" | "client_order_id" | "submitted_at" | "asset_id" | "symbol" | "asset_class"
> &
  Pick<OrderEntity, "side" | "type" | "time_in_force" | "status">;

/** An order of which only the essentials, and whatever else is given, are not at their beginning. @internal */
export function makeOrder(given: OrderEssentials & Partial<OrderEntity>): OrderEntity {
  return {
    id: given.id,
    client_order_id: given.client_order_id,
    created_at: given.submitted_at,
    updated_at: given.updated_at ?? given.submitted_at,
    submitted_at: given.submitted_at,
    filled_at: given.filled_at ?? null,
    expired_at: given.expired_at ?? null,
    canceled_at: given.canceled_at ?? null,
    failed_at: null,
    replaced_at: null,
    replaced_by: null,
    replaces: given.replaces ?? null,
    asset_id: given.asset_id,
    symbol: given.symbol,
    asset_class: given.asset_class,
    notional: given.notional ?? null,
    qty: given.qty ?? null,
    filled_qty: given.filled_qty ?? "0",
    filled_avg_price: given.filled_avg_price ?? null,
    order_class: given.order_class ?? "",
    order_type: given.type,
    type: given.type,
    side: given.side,
    time_in_force: given.time_in_force,
    limit_price: given.limit_price ?? null,
    stop_price: given.stop_price ?? null,
    status: given.status,
    extended_hours: given.extended_hours ?? false,
    legs: null,
    trail_percent: given.trail_percent ?? null,
    trail_price: given.trail_price ?? null,
    hwm: null,
    subtag: null,
    source: null,
  };
}

const TERMINAL: ReadonlySet<OrderStatus> = new Set(["filled", "canceled", "expired", "replaced"]);

/** Whether nothing can become of an order any more. @internal */
export function isTerminal({ status }: OrderEntity): boolean {
  return TERMINAL.has(status);
}
