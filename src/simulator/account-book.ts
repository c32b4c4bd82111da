import { assetOf } from "./assets.ts";
import { stableUuid } from "./identifiers.ts";
import type { Market } from "./market.ts";
import {
  isTerminal,
  type KeptOrder,
  makeOrder,
  type OrderEntity,
  type OrderEssentials,
  type OrderStatus,
} from "./order-entity.ts";
import { type Position, positionsFrom } from "./positions.ts";
import { RestRefusal } from "./rest-reply.ts";
import { seededOrders } from "./seeded-orders.ts";
import { formatTime } from "./venue-time.ts";

/** What a client asks for in a new order; the account adds the rest. @internal */
export type OrderRequest = Pick<OrderEssentials, "symbol" | "side" | "type" | "time_in_force"> &
  Partial<OrderEntity>;

/** Statuses of orders that have reached the exchange, which is what a replacement needs. */
const REPLACEABLE: ReadonlySet<OrderStatus> = new Set(["new", "partially_filled"]);

/**
 * The account's orders, and the positions that their fills have made. Nothing is ever matched: what a
 * client sends is accepted and stays as it is until the client cancels or replaces it.
 * @internal
 */
export class AccountBook {
  readonly #market: Market;
  readonly #notShortable: ReadonlySet<string>;
  readonly #orders = new Map<string, KeptOrder>();
  /** Every client order id that was ever used, with its order's id. */
  readonly #clientOrderIds = new Map<string, string>();

  constructor(market: Market, notShortable: ReadonlySet<string>) {
    this.#market = market;
    this.#notShortable = notShortable;
    for (const kept of seededOrders(market, notShortable)) this.#keep(kept);
  }

  /** Every order, in the order of submission. */
  get orders(): readonly KeptOrder[] {
    return [...this.#orders.values()];
  }

  get positions(): readonly Position[] {
    return positionsFrom(
      this.orders.map(({ order }) => order),
      this.#market,
      this.#notShortable,
    );
  }

  /** The order of that id, or 404. */
  order(id: string): KeptOrder {
    const kept = this.#orders.get(id.toLowerCase());
    if (!kept) throw new RestRefusal(404, `order not found for ${id}`, 40410000);
    return kept;
  }

  orderByClientId(clientOrderId: string): KeptOrder {
    return this.order(this.#clientOrderIds.get(clientOrderId) ?? clientOrderId);
  }

  /** The legs of a bracket's first order. */
  legsOf({ id }: OrderEntity): readonly OrderEntity[] {
    return this.orders.flatMap(({ order, parentId }) => (parentId === id ? [order] : []));
  }

  /** Takes a new order in. A client order id serves once, also when its order has long been closed. */
  submit(request: OrderRequest): OrderEntity {
    return this.#submit(request, "accepted");
  }

  /** Puts a new order in the place of one that has reached the exchange. */
  replace(id: string, changes: Partial<OrderEntity>): OrderEntity {
    const { order } = this.order(id);
    if (order.status === "accepted" || order.status === "held") {
      const message = "unable to replace order, order isn't sent to exchange yet";
      throw new RestRefusal(422, message, 40010001);
    }
    if (!REPLACEABLE.has(order.status)) {
      throw new RestRefusal(422, "unable to replace order, order is not open", 40010001);
    }
    const { client_order_id: _, filled_qty: __, filled_avg_price: ___, ...old } = order;
    const next = this.#submit({ ...old, ...changes, replaces: order.id }, "new");
    const now = this.#now();
    this.#change(order, {
      status: "replaced",
      replaced_at: now,
      updated_at: now,
      replaced_by: next.id,
    });
    return next;
  }

  /** Cancels an order and, as in a bracket, everything that hangs on it. */
  cancel(id: string): void {
    const { order } = this.order(id);
    if (isTerminal(order)) {
      throw new RestRefusal(422, `order is already in "${order.status}" state`, 42210000);
    }
    const now = this.#now();
    for (const one of [order, ...this.legsOf(order)]) {
      if (!isTerminal(one)) {
        this.#change(one, { status: "canceled", canceled_at: now, updated_at: now });
      }
    }
  }

  #submit(request: OrderRequest, status: OrderStatus): OrderEntity {
    const { client_order_id = this.#freshClientOrderId() } = request;
    if (this.#clientOrderIds.has(client_order_id)) {
      throw new RestRefusal(422, "client_order_id must be unique", 40010001);
    }
    const now = this.#now();
    const asset = assetOf(this.#market, request.symbol, this.#notShortable);
    const order = makeOrder({
      ...request,
      id: stableUuid(this.#market.settings.seed, `order ${this.#orders.size}`),
      client_order_id,
      submitted_at: now,
      updated_at: now,
      asset_id: asset?.id ?? "",
      asset_class: asset?.class ?? "",
      status,
    });
    this.#keep({ order, parentId: undefined });
    return order;
  }

  /** A client order id for a request that brings none. */
  #freshClientOrderId(): string {
    return stableUuid(this.#market.settings.seed, `client order ${this.#orders.size}`);
  }

  #keep(kept: KeptOrder): void {
    this.#orders.set(kept.order.id, kept);
    this.#clientOrderIds.set(kept.order.client_order_id, kept.order.id);
  }

  #change(order: OrderEntity, changes: Partial<OrderEntity>): void {
    const parentId = this.#orders.get(order.id)?.parentId;
    this.#orders.set(order.id, { order: { ...order, ...changes }, parentId });
  }

  #now(): string {
    return formatTime(this.#market.timeAt(this.#market.nowNs()));
  }
}
