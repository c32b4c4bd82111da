import { describe, expect, test } from "vitest";
import type { Simulator } from "../../src/simulator/index.ts";
import { get, type RawMessage, start } from "./simulator-client.ts";

interface Walk {
  readonly rows: readonly (readonly [symbol: string, row: RawMessage])[];
  readonly pageSizes: readonly number[];
}

async function walk(simulator: Simulator, path: string, kind: string): Promise<Walk> {
  const rows: [string, RawMessage][] = [];
  const pageSizes: number[] = [];
  let token: string | null = null;
  do {
    const { status, body } = await get(
      simulator,
      `${path}${token ? `&page_token=${encodeURIComponent(token)}` : ""}`,
    );
    expect(status).toBe(200);
    let size = 0;
    for (const [symbol, page] of Object.entries(body[kind] as Record<string, RawMessage[]>)) {
      for (const row of page) rows.push([symbol, row]);
      size += page.length;
    }
    pageSizes.push(size);
    token = body.next_page_token;
  } while (token !== null);
  return { rows, pageSizes };
}

const RANGE = "start=2026-03-10T14:00:00Z&end=2026-03-10T14:02:30Z";
const SYMBOLS = "MSFT,AAPL,NOSUCH,SPY";
const startTime = "2026-03-10T15:00:00Z";

describe("pages hold every row once", () => {
  test.each([
    ["trades", "asc", ""],
    ["trades", "desc", ""],
    ["quotes", "asc", ""],
    ["quotes", "desc", ""],
    ["bars", "asc", "&timeframe=1Min"],
    ["bars", "desc", "&timeframe=1Min"],
  ])("%s %s, whatever the limit", async (kind, sort, more) => {
    const simulator = await start({ startTime });
    const path = `/v2/stocks/${kind}?symbols=${SYMBOLS}&${RANGE}&sort=${sort}${more}`;
    const whole = await walk(simulator, `${path}&limit=10000`, kind);
    expect(whole.pageSizes).toHaveLength(1);
    expect([...new Set(whole.rows.map(([symbol]) => symbol))]).toEqual(["AAPL", "MSFT", "SPY"]);
    const times = whole.rows
      .filter(([symbol]) => symbol === "AAPL")
      .map(([, row]) => String(row["t"]));
    const ordered = [...times].sort(
      (a, b) => (sort === "asc" ? 1 : -1) * (padded(a) < padded(b) ? -1 : 1),
    );
    expect(times).toEqual(ordered);
    const total = whole.rows.length;
    for (const limit of [1, 2, 3, 7, 19, total - 1, total, total + 1]) {
      if (total / limit > 60) continue;
      const paged = await walk(simulator, `${path}&limit=${limit}`, kind);
      expect(paged.rows).toEqual(whole.rows);
      expect(paged.pageSizes.slice(0, -1).every((size) => size === limit)).toBe(true);
      expect(paged.pageSizes).toHaveLength(Math.ceil(total / limit));
    }
  });

  test("a page that grows too large is cut before its limit, and a token goes on", async () => {
    const simulator = await start({ startTime, plan: { pageBytes: 1000 } });
    const path = `/v2/stocks/quotes?symbols=${SYMBOLS}&${RANGE}`;
    const paged = await walk(simulator, `${path}&limit=10000`, "quotes");
    expect(Math.max(...paged.pageSizes)).toBeLessThan(12);
    expect(new Set(paged.rows.map(([symbol, row]) => `${symbol} ${row["t"]}`)).size).toBe(
      paged.rows.length,
    );
    const whole = await walk(await start({ startTime }), `${path}&limit=10000`, "quotes");
    expect(paged.rows).toEqual(whole.rows);
  });

  test("one symbol: a list of its own, null when there is nothing", async () => {
    const simulator = await start({ startTime });
    const some = await get(simulator, `/v2/stocks/AAPL/trades?${RANGE}&limit=2`);
    expect(some.body).toMatchObject({ symbol: "AAPL", next_page_token: expect.any(String) });
    expect(some.body.trades).toHaveLength(2);
    const none = await get(simulator, `/v2/stocks/NOSUCH/trades?${RANGE}`);
    expect(none.body).toEqual({ trades: null, symbol: "NOSUCH", next_page_token: null });
    const empty = await get(simulator, `/v2/stocks/trades?symbols=NOSUCH&${RANGE}`);
    expect(empty.body).toEqual({ trades: {}, next_page_token: null });
  });

  test("both ends of a range belong to it", async () => {
    const simulator = await start({ startTime });
    const { body } = await get(simulator, `/v2/stocks/AAPL/trades?${RANGE}&limit=5`);
    const [second, fourth] = [body.trades[1], body.trades[3]];
    const between = await get(
      simulator,
      `/v2/stocks/AAPL/trades?start=${second.t}&end=${fourth.t}`,
    );
    expect(between.body.trades).toEqual(body.trades.slice(1, 4));
  });

  test("the future is not told", async () => {
    const simulator = await start();
    const { body } = await get(
      simulator,
      "/v2/stocks/AAPL/quotes?start=2020-01-01&end=2100-01-01&sort=desc&limit=1",
    );
    const { body: clock } = await get(simulator, "/v2/clock");
    expect(Date.parse(body.quotes[0].t)).toBeLessThanOrEqual(Date.parse(clock.timestamp));
  });
});

function padded(time: string): string {
  const [whole = "", fraction = ""] = time.slice(0, -1).split(".");
  return `${whole}.${fraction.padEnd(9, "0")}`;
}
