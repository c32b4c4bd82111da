import { describe, expect, test } from "vitest";
import type { Order } from "../../src/model/order.ts";
import type { RestOrdersRequest } from "../../src/venues/alpaca/rest-orders.ts";
import { type Answer, open, type Seen } from "./alpaca-rest-venue.ts";
import { rejection } from "./http-loopback-server.ts";

/** From docs.alpaca.markets, orders reference, read in September 2026. */
const ORDER = {
  id: "7b08df51-c1ac-453c-99f9-323a5f075f0d",
  client_order_id: "5680c4bc-9ac1-4a12-a44c-df427ba53032",
  created_at: "2023-12-12T22:31:24.668464435Z",
  updated_at: "2023-12-12T22:31:24.668464435Z",
  submitted_at: "2023-12-12T22:31:24.577215743Z",
  filled_at: null,
  symbol: "AAPL",
  asset_class: "us_equity",
  notional: null,
  qty: "2",
  filled_qty: "0",
  filled_avg_price: null,
  order_class: "",
  order_type: "limit",
  type: "limit",
  side: "buy",
  time_in_force: "gtc",
  limit_price: "150.10",
  stop_price: null,
  status: "accepted",
  extended_hours: false,
  legs: null,
  replaced_by: null,
};

async function idsOf(orders: AsyncIterable<Order>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of orders) ids.push(id);
  return ids;
}

/** Milliseconds since the epoch, with a fraction that is fine enough for these tests. */
function momentOf(text: string): number {
  return Date.parse(`${text.slice(0, 23)}Z`) + Number(`0.${text.slice(23, -1) || "0"}`);
}

/** Answers as the venue does: both bounds exclusive, `limit` rows at most, the latest first by default. */
function bookOf(submittedAt: readonly string[]): (seen: Seen) => Answer {
  const orders = submittedAt.map((at, index) => {
    return { ...ORDER, id: `order-${index}`, submitted_at: at };
  });
  return ({ query }) => {
    const after =
      query["after"] === undefined ? Number.NEGATIVE_INFINITY : momentOf(query["after"]);
    const until =
      query["until"] === undefined ? Number.POSITIVE_INFINITY : momentOf(query["until"]);
    const inRange = orders.filter(({ submitted_at }) => {
      return momentOf(submitted_at) > after && momentOf(submitted_at) < until;
    });
    const sorted = query["direction"] === "asc" ? inRange : inRange.toReversed();
    return { body: sorted.slice(0, Number(query["limit"] ?? 50)) };
  };
}

/** One order every `everyMs`, `count` of them. */
function times(count: number, everyMs: number): string[] {
  const startMs = Date.parse("2026-09-01T14:30:00Z");
  return Array.from({ length: count }, (_, index) => {
    return new Date(startMs + Math.floor(index * everyMs)).toISOString();
  });
}

function expectedIds(count: number, direction: RestOrdersRequest["direction"] = "desc"): string[] {
  const ids = Array.from({ length: count }, (_, index) => `order-${index}`);
  return direction === "asc" ? ids : ids.reverse();
}

describe("one order", () => {
  test("keeps its amounts as decimal text; what it does not have is undefined", async () => {
    const { rest, seen } = await open(() => ({ body: ORDER }));

    expect(await rest.order(` ${ORDER.id} `)).toEqual({
      id: ORDER.id,
      clientOrderId: ORDER.client_order_id,
      symbol: "AAPL",
      assetClass: "us_equity",
      side: "buy",
      type: "limit",
      orderClass: "simple",
      timeInForce: "gtc",
      status: "accepted",
      quantity: "2",
      filledQuantity: "0",
      limitPrice: "150.10",
      extendedHours: false,
      legs: [],
      createdAt: ORDER.created_at,
      submittedAt: ORDER.submitted_at,
      updatedAt: ORDER.updated_at,
    });
    expect(seen[0]?.path).toBe(`/v2/orders/${ORDER.id}`);
  });

  test("is found by the id that we gave it", async () => {
    const { rest, seen } = await open(() => ({ body: ORDER }));

    expect((await rest.orderByClientId("mine & yours")).id).toBe(ORDER.id);
    expect(seen[0]).toMatchObject({
      path: "/v2/orders:by_client_order_id",
      query: { client_order_id: "mine & yours" },
    });
  });

  test("of several legs has them in it, and no side of its own", async () => {
    const leg = { ...ORDER, id: "leg", type: "", symbol: "AAPL260918C00150000" };
    const body = { ...ORDER, symbol: "", side: "", order_class: "mleg", legs: [leg] };
    const { rest } = await open(() => ({ body }));

    const order = await rest.order("parent");

    expect(order).toMatchObject({ symbol: "", side: undefined, orderClass: "mleg" });
    expect(order.legs).toMatchObject([{ id: "leg", side: "buy", type: undefined }]);
  });

  test("of a class that is new to us passes, since the class only describes", async () => {
    const { rest } = await open(() => ({ body: { ...ORDER, order_class: "basket" } }));
    expect(await rest.order("x")).toMatchObject({ orderClass: "unknown" });
  });

  test.each([
    ["status", { status: "half_filled" }],
    ["side", { side: "hold" }],
    ["type", { type: "iceberg" }],
    ["time in force", { time_in_force: "gtd" }],
    ["quantity that is a number", { qty: 2 }],
  ])(
    "with a %s that is new to us is an error, since money depends on it",
    async (_what, change) => {
      const { rest } = await open(() => ({ body: { ...ORDER, ...change } }));
      expect(await rejection(rest.order("x"))).toMatchObject({ code: "ERR_DECODE" });
    },
  );
});

describe("orders", () => {
  test.each(["desc", "asc"] as const)("beyond a page come once each (%s)", async (direction) => {
    const { rest, seen } = await open(bookOf(times(1_234, 1_000)));

    expect(await idsOf(rest.orders({ status: "all", direction }))).toEqual(
      expectedIds(1_234, direction),
    );
    expect(seen.map(({ query }) => query["limit"])).toEqual(["500", "500", "500"]);
    expect(new Set(seen.map(({ query }) => query["status"]))).toEqual(new Set(["all"]));
  });

  test.each(["desc", "asc"] as const)(
    "that share the moment at which a page ends are not lost and not doubled (%s)",
    async (direction) => {
      // Ten in every millisecond.
      const { rest } = await open(bookOf(times(2_000, 0.1)));
      expect(await idsOf(rest.orders({ direction }))).toEqual(expectedIds(2_000, direction));
    },
  );

  test("keep within the caller's own bounds", async () => {
    const submitted = times(1_200, 1_000);
    const { rest } = await open(bookOf(submitted));
    const [after = "", until = ""] = [submitted[99], submitted[1_100]];

    const ids = await idsOf(rest.orders({ after, until }));

    expect(ids).toEqual(expectedIds(1_100).slice(0, 1_000));
  });

  test("end at the limit, and ask for no more than that", async () => {
    const { rest, seen } = await open(bookOf(times(2_000, 1_000)));

    expect(await idsOf(rest.orders({ limit: 700 }))).toEqual(expectedIds(2_000).slice(0, 700));
    expect(await idsOf(rest.orders({ limit: 3 }))).toHaveLength(3);
    expect(seen.map(({ query }) => query["limit"])).toEqual(["500", "500", "3"]);
  });

  test("that fill just one page take a second look", async () => {
    const { rest, seen } = await open(bookOf(times(500, 1_000)));

    expect(await idsOf(rest.orders())).toHaveLength(500);
    expect(seen).toHaveLength(2);
  });

  test("are not asked for any further once the loop is left", async () => {
    const { rest, seen } = await open(bookOf(times(2_000, 1_000)));

    for await (const _order of rest.orders()) break;

    expect(seen).toHaveLength(1);
  });

  test("of which a whole page share one moment are an error instead of an endless loop", async () => {
    const { rest, seen } = await open(bookOf(times(1_200, 0.001)));

    expect(await rejection(idsOf(rest.orders()))).toMatchObject({ code: "ERR_UNEXPECTED_FRAME" });
    expect(seen.length).toBeLessThan(4);
  });

  test("never pass the caller's bound on the way to the next page", async () => {
    // All before the bound, within the overlap of two pages, and one just after it.
    const submitted = [...times(600, 0.001), "2026-09-01T14:30:00.000700Z"];
    const { rest } = await open(bookOf(submitted));
    const ids: string[] = [];
    const walk = async (): Promise<void> => {
      const until = "2026-09-01T14:30:00.000500Z";
      for await (const { id } of rest.orders({ until })) ids.push(id);
    };
    expect(await rejection(walk())).toMatchObject({ code: "ERR_UNEXPECTED_FRAME" });
    expect(ids).not.toContain("order-600");
  });

  test("are those of the symbols, the side and the status asked for", async () => {
    const { rest, seen } = await open(() => ({ body: [] }));

    expect(
      await idsOf(
        rest.orders({ status: "closed", symbols: ["aapl", "btc/usd"], side: "sell", nested: true }),
      ),
    ).toEqual([]);
    expect(seen[0]?.query).toEqual({
      status: "closed",
      symbols: "AAPL,BTC/USD",
      side: "sell",
      nested: "true",
      limit: "500",
    });
  });

  test("of which one cannot be read are an error, not a list without it", async () => {
    const { rest } = await open(() => ({ body: [ORDER, { ...ORDER, filled_qty: null }] }));
    expect(await rejection(idsOf(rest.orders()))).toMatchObject({ code: "ERR_DECODE" });
  });
});
