import { describe, expect, test } from "vitest";
import type { Fault, Simulator } from "../../src/simulator/index.ts";
import { AUTH_HEADERS, get, type RestAnswer, start } from "./simulator-client.ts";

const startTime = "2026-03-10T15:00:00.5Z";
const DECIMAL = /^-?\d+(\.\d+)?$/;

// The fields of the venue's own examples, in their order (orders and positions references, January 2026).
const ORDER_FIELDS =
  "id client_order_id created_at updated_at submitted_at filled_at expired_at canceled_at failed_at replaced_at replaced_by replaces asset_id symbol asset_class notional qty filled_qty filled_avg_price order_class order_type type side time_in_force limit_price stop_price status extended_hours legs trail_percent trail_price hwm subtag source";
const POSITION_FIELDS =
  "asset_id symbol exchange asset_class asset_marginable qty qty_available avg_entry_price side market_value cost_basis unrealized_pl unrealized_plpc unrealized_intraday_pl unrealized_intraday_plpc current_price lastday_price change_today";

interface Order {
  readonly id: string;
  readonly client_order_id: string;
  readonly symbol: string;
  readonly side: string;
  readonly status: string;
  readonly qty: string;
  readonly filled_qty: string;
  readonly submitted_at: string;
  readonly replaces: string | null;
  readonly legs: readonly Order[] | null;
}

async function orders(simulator: Simulator, query = "status=all"): Promise<readonly Order[]> {
  const { status, body } = await get(simulator, `/v2/orders?${query}`);
  expect(status).toBe(200);
  return body;
}

async function send(
  simulator: Simulator,
  method: string,
  path: string,
  body?: unknown,
): Promise<Pick<RestAnswer, "status" | "body" | "text">> {
  const response = await fetch(simulator.url + path, {
    method,
    headers: AUTH_HEADERS,
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, body: text === "" ? undefined : JSON.parse(text) };
}

const LIMIT_ORDER = {
  symbol: "AAPL",
  qty: "2",
  side: "buy",
  type: "limit",
  time_in_force: "gtc",
  limit_price: 150,
};

describe("orders that are there from the start", () => {
  test("have every field of the venue's, times before the start, and one of each fate", async () => {
    const list = await orders(await start({ startTime }));
    for (const order of list) {
      expect(Object.keys(order).join(" ")).toBe(ORDER_FIELDS);
      expect(order.submitted_at < startTime).toBe(true);
      expect(order.qty).toMatch(DECIMAL);
      expect(order.filled_qty).toMatch(DECIMAL);
    }
    expect(new Set(list.map(({ status }) => status))).toEqual(
      new Set(["filled", "canceled", "expired", "new", "held", "partially_filled"]),
    );
    expect(new Set(list.map(({ client_order_id }) => client_order_id)).size).toBe(list.length);
  });

  test("are the same for the same seed", async () => {
    const list = await orders(await start({ startTime }));
    expect(await orders(await start({ startTime }))).toEqual(list);
    expect(await orders(await start({ startTime, seed: 8 }))).not.toEqual(list);
  });

  test("are told newest first, open ones unless asked otherwise", async () => {
    const simulator = await start({ startTime });
    const all = await orders(simulator);
    const times = all.map(({ submitted_at }) => Date.parse(submitted_at));
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(await orders(simulator, "status=all&direction=asc")).toEqual([...all].reverse());
    const ends = ["filled", "canceled", "expired", "replaced"];
    const isClosed = ({ status }: Order): boolean => ends.includes(status);
    expect(await orders(simulator, "")).toEqual(all.filter((order) => !isClosed(order)));
    expect(await orders(simulator, "status=closed")).toEqual(all.filter(isClosed));
  });

  test("are found by limit, time, place, symbol, side and class", async () => {
    const simulator = await start({ startTime });
    const all = await orders(simulator);
    const [newest, , third, fourth] = all;
    const oldest = all.at(-1);
    expect(await orders(simulator, "status=all&limit=2")).toEqual(all.slice(0, 2));
    const until = encodeURIComponent(String(fourth?.submitted_at));
    const after = encodeURIComponent(String(oldest?.submitted_at));
    expect(await orders(simulator, `status=all&after=${after}&until=${until}`)).toEqual(
      all.slice(4, -1),
    );
    expect(await orders(simulator, `status=all&before_order_id=${third?.id}`)).toEqual(
      all.slice(3),
    );
    expect(await orders(simulator, `status=all&after_order_id=${third?.id}`)).toEqual(
      all.slice(0, 2),
    );
    for (const symbols of ["BTCUSD", "AVAX/USD,AAPL"]) {
      const found = await orders(simulator, `status=all&symbols=${encodeURIComponent(symbols)}`);
      const wanted = symbols.split(",").map((symbol) => symbol.replace("/", ""));
      expect(found).toEqual(all.filter(({ symbol }) => wanted.includes(symbol.replace("/", ""))));
    }
    expect(await orders(simulator, "status=all&side=sell")).toEqual(
      all.filter(({ side }) => side === "sell"),
    );
    const crypto = await orders(simulator, "status=all&asset_class=crypto");
    expect(crypto.map(({ symbol }) => symbol)).toEqual(["AVAX/USD"]);
    expect(newest?.id).toBeDefined();
  });

  test("of a bracket are told apart, or inside its first order", async () => {
    const simulator = await start({ startTime });
    const flat = await orders(simulator);
    const nested = await orders(simulator, "status=all&nested=true");
    const parent = nested.find(({ legs }) => legs !== null);
    expect(parent?.legs?.map(({ status }) => status).sort()).toEqual(["held", "new"]);
    expect(nested).toHaveLength(flat.length - 2);
    expect(flat.every(({ legs }) => legs === null)).toBe(true);
    const one = await get(simulator, `/v2/orders/${parent?.id}?nested=true`);
    expect(one.body).toEqual(parent);
    // Its first order is filled, so its legs stand alone among the open ones.
    const open = await orders(simulator, "status=open&nested=true");
    expect(open.filter(({ symbol }) => symbol === parent?.symbol)).toHaveLength(2);
  });

  test("are told one by one, by either id", async () => {
    const simulator = await start({ startTime });
    const [order] = await orders(simulator);
    expect((await get(simulator, `/v2/orders/${order?.id}`)).body).toEqual(order);
    const path = `/v2/orders:by_client_order_id?client_order_id=${order?.client_order_id}`;
    expect((await get(simulator, path)).body).toEqual(order);
    for (const unknown of ["/v2/orders/x", "/v2/orders:by_client_order_id?client_order_id=x"]) {
      const { status, body } = await get(simulator, unknown);
      expect([status, body]).toEqual([404, { code: 40410000, message: "order not found for x" }]);
    }
  });

  test.each([
    "status=none",
    "limit=501",
    "limit=0",
    "direction=up",
    "after=soon",
    "before_order_id=1&after_order_id=2",
    "before_order_id=1&until=2026-01-01T00:00:00Z",
  ])("%s is 422", async (query) => {
    expect((await get(await start(), `/v2/orders?${query}`)).status).toBe(422);
  });
});

describe("positions", () => {
  test("have every field of the venue's, decimals as text, and add up", async () => {
    const simulator = await start({ startTime, ratePerSymbol: 0.01 });
    const { body } = await get(simulator, "/v2/positions");
    expect(body.map(({ side }: { side: string }) => side)).toEqual(
      expect.arrayContaining(["long", "short"]),
    );
    let value = 0;
    for (const position of body) {
      expect(Object.keys(position).join(" ")).toBe(POSITION_FIELDS);
      const { asset_id, symbol, exchange, asset_class, asset_marginable, side, ...decimals } =
        position;
      for (const [field, text] of Object.entries(decimals)) expect(text, field).toMatch(DECIMAL);
      expect(typeof asset_marginable).toBe("boolean");
      expect(Number(position.market_value)).toBeCloseTo(
        Number(position.qty) * Number(position.current_price),
        6,
      );
      expect(Number(position.unrealized_pl)).toBeCloseTo(
        Number(position.market_value) - Number(position.cost_basis),
        6,
      );
      expect(Number(position.qty) > 0).toBe(side === "long");
      value += Number(position.market_value);
      const asset = await get(simulator, `/v2/assets/${asset_id}`);
      expect(asset.body).toMatchObject({ class: asset_class, exchange });
      expect(asset.body.symbol.replace("/", "")).toBe(symbol);
    }
    const account = await get(simulator, "/v2/account");
    expect(Number(account.body.equity)).toBeCloseTo(100_000 + value, 6);
  });

  test("come from the orders' fills, less what open orders would close", async () => {
    const simulator = await start({ startTime });
    const { body } = await get(simulator, "/v2/positions/AAPL");
    expect(body).toMatchObject({ qty: "10", qty_available: "6", side: "long" });
    const [open] = await orders(simulator, "symbols=AAPL");
    expect(open).toMatchObject({ side: "sell", qty: "4" });
    await send(simulator, "DELETE", `/v2/orders/${open?.id}`);
    expect((await get(simulator, "/v2/positions/AAPL")).body.qty_available).toBe("10");
  });

  test("are told one by one, by symbol and by asset, or are not there", async () => {
    const simulator = await start({ startTime, ratePerSymbol: 0.01 });
    const crypto = await get(simulator, "/v2/positions/AVAXUSD");
    expect(crypto.body).toMatchObject({ symbol: "AVAXUSD", asset_class: "crypto", qty: "0.05" });
    const id = crypto.body.asset_id;
    for (const name of ["AVAX%2FUSD", id]) {
      const { body } = await get(simulator, `/v2/positions/${name}`);
      expect(body).toMatchObject({ asset_id: id, qty: "0.05" });
    }
    const none = await get(simulator, "/v2/positions/QQQ");
    expect([none.status, none.body]).toEqual([
      404,
      { code: 40410000, message: "position does not exist" },
    ]);
  });

  test("need not exist: a small universe has what it can have", async () => {
    for (const universe of [["AAPL"], ["BTC/USD"], []]) {
      const simulator = await start({ startTime, universe });
      const { body } = await get(simulator, "/v2/positions");
      expect(body).toHaveLength(universe.length);
      expect((await get(simulator, "/v2/account")).status).toBe(200);
    }
  });

  test("never are short of what the account may not short", async () => {
    const simulator = await start({ startTime, notShortable: ["GOOGL", "META"] });
    const { body } = await get(simulator, "/v2/positions");
    const short = body.filter(({ side }: { side: string }) => side === "short");
    expect(short.map(({ symbol }: { symbol: string }) => symbol)).toEqual(["MSFT"]);
  });
});

test("activities are an empty list", async () => {
  const simulator = await start();
  expect((await get(simulator, "/v2/account/activities")).body).toEqual([]);
  expect((await get(simulator, "/v2/account/activities/FILL")).body).toEqual([]);
});

describe("an order that is sent", () => {
  test("is accepted, and found again", async () => {
    const simulator = await start({ startTime });
    const order = { ...LIMIT_ORDER, client_order_id: "mine" };
    const { status, body } = await send(simulator, "POST", "/v2/orders", order);
    expect(status).toBe(200);
    expect(Object.keys(body).join(" ")).toBe(ORDER_FIELDS);
    expect(body).toMatchObject({
      client_order_id: "mine",
      status: "accepted",
      qty: "2",
      limit_price: "150",
      filled_qty: "0",
      asset_class: "us_equity",
    });
    const found = await get(simulator, "/v2/orders:by_client_order_id?client_order_id=mine");
    expect(found.body).toEqual(body);
    expect((await orders(simulator, "limit=1"))[0]).toEqual(body);
  });

  test("cannot have a client order id again, not even of a canceled order", async () => {
    const simulator = await start();
    const order = { ...LIMIT_ORDER, client_order_id: "mine" };
    const first = await send(simulator, "POST", "/v2/orders", order);
    const unique = [422, { code: 40010001, message: "client_order_id must be unique" }];
    const again = await send(simulator, "POST", "/v2/orders", order);
    expect([again.status, again.body]).toEqual(unique);
    expect((await send(simulator, "DELETE", `/v2/orders/${first.body.id}`)).status).toBe(204);
    const later = await send(simulator, "POST", "/v2/orders", order);
    expect([later.status, later.body]).toEqual(unique);
    const nameless = await send(simulator, "POST", "/v2/orders", LIMIT_ORDER);
    expect(nameless.body.client_order_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    ["no JSON", "{", 400, 40010000],
    ["no quantity", { ...LIMIT_ORDER, qty: undefined }, 422, 40010001],
    ["quantity and amount", { ...LIMIT_ORDER, notional: "10" }, 422, 40010001],
    ["no price", { ...LIMIT_ORDER, limit_price: undefined }, 422, 40010001],
    ["an unknown symbol", { ...LIMIT_ORDER, symbol: "NOSUCH" }, 422, 42210000],
    ["an unknown side", { ...LIMIT_ORDER, side: "hold" }, 422, 40010001],
  ])("with %s is refused", async (_, order, status, code) => {
    const answer = await send(await start(), "POST", "/v2/orders", order);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test("is canceled once, and then is so for ever", async () => {
    const simulator = await start();
    const { body } = await send(simulator, "POST", "/v2/orders", LIMIT_ORDER);
    const canceled = await send(simulator, "DELETE", `/v2/orders/${body.id}`);
    expect([canceled.status, canceled.text]).toEqual([204, ""]);
    expect((await get(simulator, `/v2/orders/${body.id}`)).body).toMatchObject({
      status: "canceled",
      canceled_at: expect.any(String),
    });
    const again = await send(simulator, "DELETE", `/v2/orders/${body.id}`);
    expect([again.status, again.body]).toEqual([
      422,
      { code: 42210000, message: 'order is already in "canceled" state' },
    ]);
    expect((await send(simulator, "DELETE", "/v2/orders/x")).status).toBe(404);
  });

  test("is replaced only after it has reached the exchange", async () => {
    const simulator = await start({ startTime });
    const sent = await send(simulator, "POST", "/v2/orders", LIMIT_ORDER);
    const early = await send(simulator, "PATCH", `/v2/orders/${sent.body.id}`, { qty: "3" });
    expect([early.status, early.body]).toEqual([
      422,
      { code: 40010001, message: "unable to replace order, order isn't sent to exchange yet" },
    ]);
    const [open] = await orders(simulator, "symbols=AAPL&side=sell");
    const path = `/v2/orders/${open?.id}`;
    const { status, body } = await send(simulator, "PATCH", path, { qty: "3" });
    expect(status).toBe(200);
    expect(body).toMatchObject({ qty: "3", status: "new", replaces: open?.id, side: "sell" });
    expect((await get(simulator, path)).body).toMatchObject({
      status: "replaced",
      replaced_by: body.id,
      replaced_at: expect.any(String),
    });
    expect((await send(simulator, "PATCH", path, { qty: "3" })).body.message).toBe(
      "unable to replace order, order is not open",
    );
    expect((await send(simulator, "PATCH", "/v2/orders/x", {})).status).toBe(404);
  });

  test("goes with all others when all are canceled", async () => {
    const simulator = await start({ startTime });
    const open = await orders(simulator, "direction=asc");
    const { status, body } = await send(simulator, "DELETE", "/v2/orders");
    expect(status).toBe(207);
    expect(body.map(({ id }: { id: string }) => id)).toEqual(open.map(({ id }) => id));
    expect(body[0]).toMatchObject({ status: 200, body: { status: "canceled" } });
    expect(await orders(simulator, "")).toEqual([]);
  });
});

describe("the log of writes", () => {
  test("has every request that could change something, answered or not, and no read", async () => {
    const simulator = await start({
      faults: [
        { kind: "http-reset", method: "POST", path: "/v2/orders" },
        { kind: "http-error", status: 503, method: "DELETE" },
      ],
    });
    const order = { ...LIMIT_ORDER, client_order_id: "mine" };
    await expect(send(simulator, "POST", "/v2/orders", order)).rejects.toThrow();
    await get(simulator, "/v2/clock");
    await send(simulator, "DELETE", "/v2/orders/1");
    await send(simulator, "PATCH", "/v2/orders/1", { client_order_id: "next" });
    await send(simulator, "PUT", "/v2/watchlists/1", {});
    expect(simulator.state().writes).toEqual([
      { index: 0, method: "POST", path: "/v2/orders", clientOrderId: "mine", status: 200 },
      { index: 2, method: "DELETE", path: "/v2/orders/1", clientOrderId: undefined, status: 503 },
      { index: 3, method: "PATCH", path: "/v2/orders/1", clientOrderId: "next", status: 404 },
      {
        index: 4,
        method: "PUT",
        path: "/v2/watchlists/1",
        clientOrderId: undefined,
        status: 404,
      },
    ]);
  });

  test("an order whose answer was lost or came wrong is there; a refused one is not", async () => {
    const outcomeOf = async (fault: Fault): Promise<readonly unknown[]> => {
      const simulator = await start({ faults: [fault] });
      const order = { ...LIMIT_ORDER, client_order_id: "mine" };
      const answer = await send(simulator, "POST", "/v2/orders", order).catch(() => undefined);
      const path = "/v2/orders:by_client_order_id?client_order_id=mine";
      return [answer?.status, answer?.text === "", (await get(simulator, path)).status];
    };
    const method = "POST";
    expect(await outcomeOf({ kind: "http-reset", method })).toEqual([undefined, false, 200]);
    expect(await outcomeOf({ kind: "http-body", body: "empty", method })).toEqual([200, true, 200]);
    expect(await outcomeOf({ kind: "http-error", status: 500, method })).toEqual([500, false, 404]);
  });
});
