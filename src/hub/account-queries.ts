import type { Clock } from "../core/clock.ts";
import type { Account } from "../model/account.ts";
import type { Asset } from "../model/asset.ts";
import type { MarketDay } from "../model/market-day.ts";
import type { Order } from "../model/order.ts";
import type { Position } from "../model/position.ts";
import type { Sourced } from "../model/sourced.ts";
import type { AlpacaRest } from "../venues/alpaca/rest.ts";
import type { RestAssetsRequest, RestCalendarRequest } from "../venues/alpaca/rest-assets.ts";
import type { RestCallOptions } from "../venues/alpaca/rest-call.ts";
import type { RestOrdersRequest } from "../venues/alpaca/rest-orders.ts";

/**
 * What the account has, asked of the venue each time. Its answers carry no time of their own, so they
 * are said to be as of the moment of the question: they cannot be older than that.
 */
export class AccountQueries {
  readonly #rest: AlpacaRest;
  readonly #clock: Clock;

  constructor(rest: AlpacaRest, clock: Clock) {
    this.#rest = rest;
    this.#clock = clock;
  }

  account(call: RestCallOptions): Promise<Sourced<Account>> {
    return this.#asked(() => this.#rest.account(call));
  }

  positions(call: RestCallOptions): Promise<Sourced<readonly Position[]>> {
    return this.#asked(() => this.#rest.positions(call));
  }

  position(symbol: string, call: RestCallOptions): Promise<Sourced<Position>> {
    return this.#asked(() => this.#rest.position(symbol, call));
  }

  assets(request: RestAssetsRequest): Promise<Sourced<readonly Asset[]>> {
    return this.#asked(() => this.#rest.assets(request));
  }

  asset(symbol: string, call: RestCallOptions): Promise<Sourced<Asset>> {
    return this.#asked(() => this.#rest.asset(symbol, call));
  }

  calendar(request: RestCalendarRequest): Promise<Sourced<readonly MarketDay[]>> {
    return this.#asked(() => this.#rest.calendar(request));
  }

  orders(request: RestOrdersRequest): AsyncGenerator<Order, void, undefined> {
    return this.#rest.orders(request);
  }

  order(id: string, call: RestCallOptions): Promise<Sourced<Order>> {
    return this.#asked(() => this.#rest.order(id, call));
  }

  orderByClientId(clientOrderId: string, call: RestCallOptions): Promise<Sourced<Order>> {
    return this.#asked(() => this.#rest.orderByClientId(clientOrderId, call));
  }

  async #asked<T>(ask: () => Promise<T>): Promise<Sourced<T>> {
    const askedMs = this.#clock.monotonicMs();
    const asOf = new Date(this.#clock.nowMs()).toISOString();
    const data = await ask();
    const ageMs = this.#clock.monotonicMs() - askedMs;
    return { data, asOf, ageMs, source: "rest", stale: false };
  }
}
