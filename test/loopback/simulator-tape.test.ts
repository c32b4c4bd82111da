import { describe, expect, test } from "vitest";
import type { Simulator } from "../../src/simulator/index.ts";
import { pause } from "../support/eventually.ts";
import {
  connectAuthenticated,
  get,
  type RawClient,
  type RawMessage,
  start,
} from "./simulator-client.ts";

/** What REST says of a streamed message: no type and no symbol. */
function asRest({ T: _type, S: _symbol, ...row }: RawMessage): RawMessage {
  return row;
}

function streamed(client: RawClient, T: string, symbol: string): RawMessage[] {
  return client.messages.filter((message) => message["T"] === T && message["S"] === symbol);
}

/** Every row of a range, page by page. */
async function history(simulator: Simulator, path: string): Promise<Record<string, RawMessage[]>> {
  const rows: Record<string, RawMessage[]> = {};
  let token: string | null = null;
  do {
    const { body } = await get(
      simulator,
      `${path}${token ? `&page_token=${encodeURIComponent(token)}` : ""}`,
    );
    const kind = Object.keys(body).find((key) => ["bars", "trades", "quotes"].includes(key)) ?? "";
    for (const [symbol, more] of Object.entries(body[kind] as Record<string, RawMessage[]>)) {
      rows[symbol] = [...(rows[symbol] ?? []), ...more];
    }
    token = body.next_page_token;
  } while (token !== null);
  return rows;
}

interface Trade {
  readonly p: number;
  readonly s: number;
  readonly c: readonly string[];
}

describe("REST history is the tape that was streamed", () => {
  test.each([
    ["stocks over JSON", "/v2/iex", "/v2/stocks", "&feed=iex", ["AAPL", "MSFT"], false],
    ["stocks over MessagePack", "/v2/sip", "/v2/stocks", "&feed=sip", ["AAPL", "XYZ"], true],
    [
      "crypto over JSON",
      "/v1beta3/crypto/us",
      "/v1beta3/crypto/us",
      "",
      ["BTC/USD", "SHIB/USD"],
      false,
    ],
    ["crypto over MessagePack", "/v1beta3/crypto/us", "/v1beta3/crypto/us", "", ["ETH/USD"], true],
  ])(
    "%s: value for value, nanosecond for nanosecond, across the minute",
    async (_, stream, rest, feed, symbols, isMessagePack) => {
      const simulator = await start({ ratePerSymbol: 150, startTime: "2026-03-10T14:30:58.25Z" });
      const client = await connectAuthenticated(simulator, stream, { isMessagePack });
      client.send({ action: "subscribe", trades: symbols, quotes: symbols, bars: symbols });
      await client.ofType("b", symbols.length);
      await pause(300);
      client.send({ action: "unsubscribe", trades: symbols, quotes: symbols, bars: symbols });
      await client.ofType("subscription", 2);
      const list = encodeURIComponent(symbols.join(","));
      for (const [T, kind] of [
        ["t", "trades"],
        ["q", "quotes"],
        ["b", "bars"],
      ] as const) {
        for (const symbol of symbols) {
          const seen = streamed(client, T, symbol);
          expect(seen.length).toBeGreaterThan(0);
          const range = `&start=${seen[0]?.["t"]}&end=${seen.at(-1)?.["t"]}`;
          const timeframe = kind === "bars" ? "&timeframe=1Min" : "";
          const all = await history(
            simulator,
            `${rest}/${kind}?symbols=${list}${range}${timeframe}${feed}&limit=37`,
          );
          expect(all[symbol]).toEqual(seen.map(asRest));
        }
      }
    },
  );

  test("daily bars that were streamed are today's bar in REST, and so are larger bars of minutes", async () => {
    const simulator = await start({ startTime: "2026-03-10T14:59:59Z" });
    const client = await connectAuthenticated(simulator);
    client.send({ action: "subscribe", dailyBars: ["AAPL"], bars: ["AAPL"] });
    const [daily = {}] = await client.ofType("d");
    const [minute = {}] = await client.ofType("b");
    expect(daily["t"]).toBe("2026-03-10T04:00:00Z");
    expect(minute["t"]).toBe("2026-03-10T14:59:00Z");
    const day = await get(simulator, "/v2/stocks/AAPL/bars?timeframe=1Day&start=2026-03-10");
    expect(day.body.bars).toEqual([asRest(daily)]);
    const hours = await get(
      simulator,
      "/v2/stocks/AAPL/bars?timeframe=1Hour&start=2026-03-10&limit=10000",
    );
    const minutes = await get(
      simulator,
      "/v2/stocks/AAPL/bars?timeframe=1Min&start=2026-03-10&limit=10000",
    );
    const sum = (bars: readonly { readonly v: number }[]): number =>
      bars.reduce((total, { v }) => total + v, 0);
    expect(hours.body.bars).toHaveLength(11);
    expect(minutes.body.bars).toHaveLength(11 * 60);
    expect(sum(hours.body.bars)).toBe(daily["v"]);
    expect(sum(minutes.body.bars)).toBe(daily["v"]);
    const extreme = (pick: "h" | "l", of: (...values: number[]) => number): number =>
      of(...minutes.body.bars.map((bar: { readonly h: number; readonly l: number }) => bar[pick]));
    expect(extreme("h", Math.max)).toBe(daily["h"]);
    expect(extreme("l", Math.min)).toBe(daily["l"]);
  });

  test("a simulator that was held up catches up: every event once, and the bar of its minute in its place", async () => {
    const simulator = await start({ ratePerSymbol: 200, startTime: "2026-03-10T14:30:59.6Z" });
    const client = await connectAuthenticated(simulator, "/v2/sip");
    client.send({ action: "subscribe", trades: ["AAPL"], quotes: ["AAPL"], bars: ["AAPL"] });
    await client.ofType("q", 5);
    const until = performance.now() + 900;
    while (performance.now() < until) Math.sqrt(until);
    await client.ofType("b");
    client.send({ action: "unsubscribe", trades: ["AAPL"], quotes: ["AAPL"] });
    await client.ofType("subscription", 2);
    const seen = client.messages.filter(({ T }) => T === "q" || T === "t");
    const range = `&start=${seen[0]?.["t"]}&end=${seen.at(-1)?.["t"]}&limit=10000`;
    const quotes = await get(simulator, `/v2/stocks/AAPL/quotes?feed=sip${range}`);
    const trades = await get(simulator, `/v2/stocks/AAPL/trades?feed=sip${range}`);
    expect(streamed(client, "q", "AAPL").map(asRest)).toEqual(quotes.body.quotes);
    expect(streamed(client, "t", "AAPL").map(asRest)).toEqual(trades.body.trades);
    const barAt = client.messages.findIndex(({ T }) => T === "b");
    const mark = "2026-03-10T14:31:00";
    expect(client.messages.slice(3, barAt).every(({ t }) => String(t) < mark)).toBe(true);
    expect(client.messages.slice(barAt + 1, -1).every(({ t }) => String(t) >= mark)).toBe(true);
  });

  test("a minute bar is made of exactly that minute's trades, odd lots counted in volume only", async () => {
    const simulator = await start({ startTime: "2026-03-10T15:00:00Z" });
    let oddLots = 0;
    for (const minute of ["14:30", "14:31", "14:32", "14:33", "14:34"]) {
      const range = `start=2026-03-10T${minute}:00Z&end=2026-03-10T${minute}:59.999999999Z`;
      const trades = (await get(simulator, `/v2/stocks/AAPL/trades?${range}`)).body
        .trades as Trade[];
      const pricing = trades.filter(({ c }) => !c.includes("I"));
      oddLots += trades.length - pricing.length;
      const prices = pricing.map(({ p }) => p);
      const weight = pricing.reduce((sum, { s }) => sum + s, 0);
      const value = pricing.reduce((sum, { p, s }) => sum + p * s, 0);
      const { body } = await get(simulator, `/v2/stocks/AAPL/bars?timeframe=1Min&${range}`);
      expect(body.bars).toHaveLength(1);
      expect(body.bars[0]).toMatchObject({
        t: `2026-03-10T${minute}:00Z`,
        o: prices[0],
        h: Math.max(...prices),
        l: Math.min(...prices),
        c: prices.at(-1),
        v: trades.reduce((sum, { s }) => sum + s, 0),
        n: trades.length,
      });
      expect(body.bars[0].vw).toBeCloseTo(value / weight, 6);
    }
    expect(oddLots).toBeGreaterThan(3);
  });

  test("times and ids rise strictly for every symbol, and bars exist before the start", async () => {
    const simulator = await start({ ratePerSymbol: 400 });
    const client = await connectAuthenticated(simulator, "/v1beta3/crypto/us");
    client.send({ action: "subscribe", trades: ["BTC/USD"], quotes: ["BTC/USD"] });
    await client.ofType("t", 60);
    const times = client.messages
      .filter(({ T }) => T === "t" || T === "q")
      .map(({ t }) => nanosOf(String(t)));
    expect(times.every((time, at) => at === 0 || time > (times[at - 1] ?? 0n))).toBe(true);
    const ids = client.messages.filter(({ T }) => T === "t").map(({ i }) => BigInt(i as bigint));
    expect(ids.every((id, at) => id > 2n ** 53n && (at === 0 || id > (ids[at - 1] ?? 0n)))).toBe(
      true,
    );
    const { body } = await get(
      simulator,
      "/v2/stocks/AAPL/bars?timeframe=1Min&start=2020-01-01&limit=5",
    );
    expect(body.bars).toHaveLength(5);
  });
});

function nanosOf(text: string): bigint {
  const [whole = "", fraction = ""] = text.slice(0, -1).split(".");
  return BigInt(Date.parse(`${whole}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}

describe("one seed, one market", () => {
  const startTime = "2026-03-10T14:30:00Z";

  async function prices(seed: number): Promise<string> {
    const simulator = await start({ seed, startTime });
    const range = "start=2026-03-10T13:00:00Z&end=2026-03-10T14:00:00Z&limit=2000";
    const stocks = await get(simulator, `/v2/stocks/quotes?symbols=AAPL,TSLA&${range}`);
    const bars = await get(simulator, `/v2/stocks/bars?symbols=AAPL&timeframe=5Min&${range}`);
    const news = await get(simulator, `/v1beta1/news?${range.replace("2000", "50")}`);
    await simulator.close();
    return stocks.text + bars.text + news.text;
  }

  test("the same seed gives the same bytes, another seed other ones", async () => {
    const first = await prices(41);
    expect(await prices(41)).toBe(first);
    expect(await prices(42)).not.toBe(first);
  });

  test("JSON and MessagePack say the same of the same events", async () => {
    const simulator = await start({ ratePerSymbol: 300 });
    const json = await connectAuthenticated(simulator, "/v2/sip");
    const packed = await connectAuthenticated(simulator, "/v2/otc", { isMessagePack: true });
    const wanted = {
      action: "subscribe",
      trades: ["AAPL", "SPY"],
      quotes: ["AAPL", "SPY"],
      lulds: ["*"],
    };
    json.send(wanted);
    packed.send(wanted);
    await Promise.all([json.ofType("q", 100), packed.ofType("q", 100)]);
    const inBoth = json.messages.filter(
      ({ T, t }) =>
        t !== undefined && packed.messages.some((other) => other["T"] === T && other["t"] === t),
    );
    expect(inBoth.length).toBeGreaterThan(100);
    for (const message of inBoth) expect(packed.messages).toContainEqual(message);
  });

  test("a session that arrives later gets the same events as one that was there", async () => {
    const simulator = await start({ ratePerSymbol: 200 });
    const early = await connectAuthenticated(simulator, "/v2/sip");
    early.send({ action: "subscribe", quotes: ["AAPL"] });
    await early.ofType("q", 30);
    const late = await connectAuthenticated(simulator, "/v2/otc");
    late.send({ action: "subscribe", quotes: ["AAPL"] });
    const [first] = await late.ofType("q", 30);
    const from = early.messages.findIndex(({ t }) => t === first?.["t"]);
    const same = late.messages.filter(({ T }) => T === "q");
    await early.ofType("q", from + same.length);
    expect(early.messages.slice(from, from + same.length)).toEqual(same);
  });
});
