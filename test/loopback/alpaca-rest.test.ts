import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { HttpSession } from "../../src/http/http-session.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { AlpacaRest } from "../../src/venues/alpaca/rest.ts";
import type { RestBar, RestPage } from "../../src/venues/alpaca/rest-schemas.ts";
import { open, SECRET } from "./alpaca-rest-venue.ts";
import { rejection } from "./http-loopback-server.ts";

const QUOTE = { t: "2026-09-01T14:30:00.123456789Z", bp: 1.5, bs: 2, ap: 1.6, as: 3, bx: "V" };
const TRADE = { t: "2026-09-01T14:30:00.123456789Z", p: 1.55, s: 100, i: 7, x: "V" };
const BAR = { t: "2026-09-01T14:30:00Z", o: 1, h: 2, l: 0.5, c: 1.5, v: 100, n: 3, vw: 1.2 };

describe("latest values", () => {
  test("a stock's quote comes from its own address, with the keys in the headers", async () => {
    const { rest, seen } = await open(() => ({ body: { symbol: "AAPL", quote: QUOTE, new: 1 } }));

    expect(await rest.latestQuote(" aapl ", { feed: "iex" })).toEqual(QUOTE);

    expect(seen[0]).toMatchObject({
      path: "/data/v2/stocks/AAPL/quotes/latest",
      query: { feed: "iex" },
      headers: { "apca-api-key-id": "KEY", "apca-api-secret-key": SECRET },
    });
  });

  test("a pair's quote comes from the crypto address, its slash escaped", async () => {
    const { rest, seen } = await open(() => ({ body: { quotes: { "BTC/USD": QUOTE } } }));

    expect(await rest.latestQuote("btc/usd")).toEqual(QUOTE);

    expect(seen[0]?.path).toBe("/data/v1beta3/crypto/us/latest/quotes");
    expect(seen[0]?.rawQuery).toBe("?symbols=BTC%2FUSD");
  });

  test("a trade's id beyond 2^53 stays exact", async () => {
    const trade = '{"t":"2026-09-01T14:30:00Z","p":1,"s":2,"i":9223372036854775807}';
    const { rest } = await open(() => ({ body: `{"trades":{"BTC/USD":${trade}}}` }));

    expect((await rest.latestTrade("BTC/USD")).i).toBe(9_223_372_036_854_775_807n);
  });

  test("many quotes take one request for each kind, and unknown symbols are absent", async () => {
    const { rest, seen } = await open(({ path }) => ({
      body: { quotes: path.includes("crypto") ? { "BTC/USD": QUOTE } : { AAPL: QUOTE, OLD: null } },
    }));

    const quotes = await rest.latestQuotes(["AAPL", "aapl", "NOPE", "OLD", "BTC/USD"]);

    expect(Object.keys(quotes).sort()).toEqual(["AAPL", "BTC/USD"]);
    expect(seen.map(({ query }) => query["symbols"])).toEqual(["AAPL,NOPE,OLD", "BTC/USD"]);
  });

  test("a list too long for one address is asked for in parts, none of them too long", async () => {
    const symbols = Array.from({ length: 3_000 }, (_, index) => `S${index}`);
    const { rest, seen } = await open(({ query }) => ({
      body: {
        quotes: Object.fromEntries((query["symbols"] ?? "").split(",").map((s) => [s, QUOTE])),
      },
    }));

    const quotes = await rest.latestQuotes(symbols);

    expect(Object.keys(quotes).sort()).toEqual([...symbols].sort());
    expect(seen.length).toBe(3);
    expect(Math.max(...seen.map(({ rawQuery }) => rawQuery.length))).toBeLessThan(6_100);
  });

  test.each([
    ["a quote that is null", { symbol: "AAPL", quote: null }],
    ["a price that is text", { symbol: "AAPL", quote: { ...QUOTE, bp: "1.5" } }],
    ["an error where data should be", { message: "sorry" }],
    ["a list", []],
    ["HTML", "<html>maintenance</html>"],
    ["nothing", ""],
  ])("a success with %s is an error with its first bytes", async (_name, body) => {
    const { rest } = await open(() => ({ body }));

    const error = await rejection(rest.latestQuote("AAPL"));

    expect(error).toMatchObject({ code: "ERR_DECODE", operation: "quote", statusCode: 200 });
    const beginning = (typeof body === "string" ? body : JSON.stringify(body)).slice(0, 10);
    expect((error as { firstBytes: string }).firstBytes).toContain(beginning);
  });

  test("a pair that the venue does not know is an error, not an empty answer", async () => {
    const { rest } = await open(() => ({ body: { quotes: {} } }));

    expect(await rejection(rest.latestQuote("XXX/USD"))).toMatchObject({ code: "ERR_NO_DATA" });
  });
});

describe("snapshots", () => {
  test("come in one request for each kind, of which one has a name around them", async () => {
    const { rest, seen } = await open(({ path }) => ({
      body: path.includes("crypto")
        ? { snapshots: { "BTC/USD": { latestQuote: QUOTE, dailyBar: null } } }
        : { AAPL: { latestTrade: TRADE, minuteBar: BAR }, DEAD: null },
    }));

    expect(await rest.snapshots(["AAPL", "DEAD", "BTC/USD"], { feed: "iex" })).toEqual({
      AAPL: { latestTrade: TRADE, minuteBar: BAR },
      "BTC/USD": { latestQuote: QUOTE },
    });
    expect(seen.map(({ path, query }) => [path, query])).toEqual([
      ["/data/v2/stocks/snapshots", { symbols: "AAPL,DEAD", feed: "iex" }],
      ["/data/v1beta3/crypto/us/snapshots", { symbols: "BTC/USD" }],
    ]);
  });

  test("that are an error in the shape of a success are an error", async () => {
    const { rest } = await open(() => ({ body: { message: "sorry" } }));

    expect(await rejection(rest.snapshots(["AAPL"]))).toMatchObject({ code: "ERR_DECODE" });
  });
});

describe("trades and quotes", () => {
  test("of history come from their own addresses, page by page", async () => {
    const { rest, seen } = await open(({ path, query }) => ({
      body: {
        ...(path.endsWith("trades")
          ? { trades: { AAPL: [TRADE] } }
          : { quotes: { AAPL: [QUOTE] } }),
        next_page_token: query["page_token"] === undefined ? "one" : null,
      },
    }));
    const request = { symbols: "aapl", start: "2026-09-01", feed: "sip", limit: 1 } as const;

    const trades: unknown[] = [];
    for await (const { rows } of rest.trades(request)) trades.push(...(rows["AAPL"] ?? []));
    const quotes: unknown[] = [];
    for await (const { rows } of rest.quotes(request)) quotes.push(...(rows["AAPL"] ?? []));

    expect({ trades, quotes }).toEqual({ trades: [TRADE, TRADE], quotes: [QUOTE, QUOTE] });
    expect(seen.map(({ path }) => path)).toEqual([
      "/data/v2/stocks/trades",
      "/data/v2/stocks/trades",
      "/data/v2/stocks/quotes",
      "/data/v2/stocks/quotes",
    ]);
    const common = { symbols: "AAPL", start: "2026-09-01", feed: "sip", limit: "1" };
    expect(seen[1]?.query).toEqual({ ...common, page_token: "one" });
  });
});

describe("bars", () => {
  async function pagesOf(pages: AsyncIterable<RestPage<RestBar>>): Promise<RestPage<RestBar>[]> {
    const all: RestPage<RestBar>[] = [];
    for await (const page of pages) all.push(page);
    return all;
  }

  test("follow the tokens through short and empty pages until the null one", async () => {
    const script = [
      { bars: { AAPL: [BAR] }, next_page_token: "one" },
      { bars: {}, next_page_token: "two" },
      { bars: null, next_page_token: "three" },
      { bars: { AAPL: [BAR], MSFT: [BAR, BAR] }, next_page_token: null },
    ];
    const { rest, seen } = await open((_seen, index) => ({ body: script[index] }));

    const pages = await pagesOf(
      rest.bars({
        symbols: ["aapl", "msft"],
        timeframe: "1Min",
        start: "2026-09-01T13:30:00Z",
        limit: 1000,
        feed: "iex",
        adjustment: "raw",
        sort: "asc",
      }),
    );

    expect(pages.map(({ rows }) => Object.values(rows).flat().length)).toEqual([1, 0, 0, 3]);
    const common = {
      symbols: "AAPL,MSFT",
      timeframe: "1Min",
      start: "2026-09-01T13:30:00Z",
      limit: "1000",
      feed: "iex",
      adjustment: "raw",
      sort: "asc",
    };
    expect(seen.map(({ query }) => query)).toEqual([
      common,
      { ...common, page_token: "one" },
      { ...common, page_token: "two" },
      { ...common, page_token: "three" },
    ]);
  });

  test("a token that comes again ends the walk with an error instead of never", async () => {
    const tokens = ["one", "two", "one", "two"];
    const { rest, seen } = await open((_seen, index) => ({
      body: { bars: {}, next_page_token: tokens[index] },
    }));

    const error = await rejection(pagesOf(rest.bars({ symbols: "AAPL", timeframe: "1Day" })));

    expect(error).toMatchObject({ code: "ERR_UNEXPECTED_FRAME" });
    expect(seen.length).toBe(3);
  });

  test("pairs come from the crypto address, without what only stocks have", async () => {
    const { rest, seen } = await open(() => ({ body: { bars: {}, next_page_token: null } }));

    await pagesOf(
      rest.bars({
        symbols: ["BTC/USD", "AAPL"],
        timeframe: "1Hour",
        feed: "sip",
        adjustment: "all",
      }),
    );

    expect(seen.map(({ path, query }) => [path, query])).toEqual([
      [
        "/data/v2/stocks/bars",
        { symbols: "AAPL", timeframe: "1Hour", feed: "sip", adjustment: "all" },
      ],
      ["/data/v1beta3/crypto/us/bars", { symbols: "BTC/USD", timeframe: "1Hour" }],
    ]);
  });

  test("pages that nobody asks for are not fetched", async () => {
    const { rest, seen } = await open((_seen, index) => ({
      body: { bars: {}, next_page_token: `${index}` },
    }));

    for await (const _page of rest.bars({ symbols: "AAPL", timeframe: "1Day" })) break;

    expect(seen.length).toBe(1);
  });

  test("a page without a token is an error: it does not say whether there is more", async () => {
    const { rest } = await open(() => ({ body: { bars: {} } }));

    const error = await rejection(pagesOf(rest.bars({ symbols: "AAPL", timeframe: "1Day" })));

    expect(error).toMatchObject({ code: "ERR_DECODE", operation: "bars" });
  });
});

describe("an unsuccessful status says what it means", () => {
  test.each([
    [
      401,
      { code: 40110000, message: "request is not authorized" },
      { code: "ERR_AUTH_REJECTED", venueCode: 40110000 },
    ],
    [401, "<html>Authorization Required</html>", { code: "ERR_AUTH_REJECTED", venueCode: 401 }],
    [403, { message: "forbidden." }, { code: "ERR_AUTH_REJECTED", venueCode: 403 }],
    [
      403,
      { code: 42210000, message: "subscription does not permit querying recent SIP data" },
      { code: "ERR_NOT_ENTITLED", venueCode: 42210000 },
    ],
    [
      403,
      { code: 40310000, message: "insufficient buying power", buying_power: "0" },
      { code: "ERR_HTTP_STATUS", venueCode: 40310000, disposition: "fatal" },
    ],
    [
      404,
      { code: 40410000, message: "asset not found for ZZZZ" },
      { code: "ERR_HTTP_STATUS", statusCode: 404, venueCode: 40410000, disposition: "fatal" },
    ],
    [
      500,
      { code: 50010000, message: "internal server error" },
      { code: "ERR_HTTP_STATUS", disposition: "retry" },
    ],
    [502, "<html>Bad Gateway</html>", { code: "ERR_HTTP_STATUS", venueCode: undefined }],
    [503, "", { code: "ERR_HTTP_STATUS", statusCode: 503 }],
  ])("%i %j", async (status, body, expected) => {
    const { rest } = await open(() => ({ status, headers: { "x-request-id": "r-7" }, body }));

    const error = await rejection(rest.asset("ZZZZ"));

    expect(error).toMatchObject(expected);
    const answer = (error as Error).cause ?? error;
    expect(answer).toMatchObject({
      statusCode: status,
      requestId: "r-7",
      operation: "asset",
      sent: true,
    });
  });

  test.each([
    ["Retry-After in seconds", { "retry-after": "7" }, 7_000],
    ["Retry-After as a date", { "retry-after": "Tue, 14 Nov 2023 22:13:30 GMT" }, 10_000],
    ["X-RateLimit-Reset", { "x-ratelimit-reset": "1700000020" }, 20_000],
    ["a reset that has passed", { "x-ratelimit-reset": "1600000000" }, 0],
    ["nothing", {}, undefined],
  ])("429 with %s", async (_name, headers, retryAfterMs) => {
    const body = { code: 42910000, message: "rate limit exceeded" };
    // By the venue's own clock, which need not be ours.
    const date = "Tue, 14 Nov 2023 22:13:20 GMT";
    const answer = { status: 429, headers: { date, ...headers }, body };
    const { rest } = await open(() => answer, new ManualClock(1_700_000_400_000));

    const error = await rejection(rest.clock());

    expect(error).toMatchObject({ code: "ERR_RATE_LIMITED", retryAfterMs, disposition: "retry" });
  });
});

describe("wrong input is refused before anything is sent", () => {
  test.each<[string, (rest: AlpacaRest) => Promise<unknown>, RegExp]>([
    ["a blank symbol", (rest) => rest.latestQuote("  "), /blank/],
    ["no symbols", (rest) => rest.latestQuotes([]), /empty/],
    ["one blank among others", (rest) => rest.latestQuotes(["AAPL", ""]), /blank/],
    ["two symbols in one", (rest) => rest.asset("AAPL,MSFT"), /comma/],
    ["an unknown feed", (rest) => rest.latestQuote("AAPL", { feed: "six" as "sip" }), /feed/],
    [
      "all that is wrong with a request for bars, at once",
      async (rest) =>
        rest.bars({ symbols: [" "], timeframe: "90Min", start: "yesterday", limit: Number.NaN }),
      /timeframe.*blank.*start.*limit/s,
    ],
    [
      "all that is wrong with a request for trades, at once",
      async (rest) => rest.trades({ symbols: [], end: "2026-02-30", feed: "bats" as "sip" }),
      /empty.*end.*feed/s,
    ],
    [
      "a page of quotes that is too long",
      async (rest) => rest.quotes({ symbols: "A", limit: 10_001 }),
      /limit/,
    ],
    ["no symbols for snapshots", (rest) => rest.snapshots([]), /empty/],
    ["a blank position", (rest) => rest.position(" "), /blank/],
    ["a blank order id", (rest) => rest.order(" "), /id must not be blank/],
    ["too long a client order id", (rest) => rest.orderByClientId("x".repeat(129)), /128/],
    [
      "dates that are none",
      (rest) => rest.calendar({ start: "2026-1-1", end: "2026-09-01T00:00:00Z" }),
      /start.*end/s,
    ],
    [
      "all that is wrong with a request for assets, at once",
      (rest) => rest.assets({ status: "dead" as "active", exchange: " ", attributes: [""] }),
      /status.*exchange.*attribute/s,
    ],
    [
      "all that is wrong with a request for orders, at once",
      async (rest) =>
        rest.orders({
          status: "shut" as "open",
          symbols: [""],
          side: "hold" as "buy",
          after: "2026-09-01",
          until: "now",
          direction: "up" as "asc",
          limit: 0,
        }),
      /blank.*status.*side.*direction.*after.*until.*limit/s,
    ],
  ])("%s", async (_name, call, message) => {
    const { rest, seen } = await open(() => ({ body: {} }));

    const error = await rejection(call(rest));

    expect(error).toMatchObject({ code: "ERR_CONFIG" });
    expect(String(error)).toMatch(message);
    expect(seen).toEqual([]);
  });

  test("empty credentials and malformed addresses are named together", () => {
    const session = new HttpSession();
    const credentials = { keyId: "", secretKey: " " };

    expect(
      () => new AlpacaRest({ session, credentials, tradingUrl: "paper", dataUrl: "ws://x" }),
    ).toThrow(/keyId.*secretKey.*tradingUrl.*dataUrl/s);
  });
});

test("the secret is in no error and in nothing that can be inspected", async () => {
  const statuses = [401, 403, 404, 429, 500, 200];
  const { rest } = await open((_seen, index) => ({ status: statuses[index] ?? 200, body: "{" }));
  const shown: unknown[] = [rest];
  for (const _status of statuses) shown.push(await rejection(rest.clock()));

  for (const value of shown) {
    const depth = Number.POSITIVE_INFINITY;
    const text = inspect(value, { depth, showHidden: true, getters: true });
    expect(text + String(value) + JSON.stringify(value)).not.toContain(SECRET);
  }
});
