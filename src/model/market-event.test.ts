import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { Arrival } from "./arrival.ts";
import { Bar } from "./bar.ts";
import { Cancellation } from "./cancellation.ts";
import { Correction } from "./correction.ts";
import { Imbalance } from "./imbalance.ts";
import { LimitBand } from "./limit-band.ts";
import type { MarketData } from "./market-data.ts";
import { News } from "./news.ts";
import { OrderBook } from "./order-book.ts";
import { PerpetualPricing } from "./perpetual-pricing.ts";
import { Quote } from "./quote.ts";
import { type RawId, Trade } from "./trade.ts";
import { TradingStatus } from "./trading-status.ts";

const TIME = { seconds: 1_680_782_066, nanos: 838_232_225 };
const TIMESTAMP = "2023-04-06T11:54:26.838232225Z";
const RECEIVED = 1_680_782_066_900;

function trade(rawId: RawId): Trade {
  return Trade.from("AAPL", TIME, RECEIVED, {
    rawId,
    price: 162.92,
    size: 3,
    conditions: ["@", "F"],
    exchange: "K",
    tape: "C",
    takerSide: "unknown",
  });
}

function quote(bidPrice: number, askPrice: number): Quote {
  return Quote.from("AMD", TIME, RECEIVED, {
    bidPrice,
    bidSize: 2,
    bidExchange: "K",
    askPrice,
    askSize: 1,
    askExchange: "Q",
    conditions: ["R"],
    tape: "C",
  });
}

const side = { id: "52983525033527", price: 39.1582, size: 440_000, conditions: [" ", "7"] };
const common = { timestamp: TIMESTAMP, receivedMs: RECEIVED };

const EVERY_MODEL: readonly (readonly [MarketData, Record<string, unknown>])[] = [
  [
    trade(628),
    {
      type: "trade",
      symbol: "AAPL",
      ...common,
      price: 162.92,
      size: 3,
      conditions: ["@", "F"],
      exchange: "K",
      tape: "C",
      takerSide: "unknown",
      id: "628",
    },
  ],
  [
    quote(91.95, 91.98),
    {
      type: "quote",
      symbol: "AMD",
      ...common,
      bidPrice: 91.95,
      bidSize: 2,
      bidExchange: "K",
      askPrice: 91.98,
      askSize: 1,
      askExchange: "Q",
      conditions: ["R"],
      tape: "C",
    },
  ],
  ...(["bar", "updatedBar", "dailyBar"] as const).map((type) => {
    const prices = { open: 1, high: 4, low: 0.5, close: 2, volume: 49_378, tradeCount: 461 };
    const fields = { type, ...prices, vwap: 1.5 };
    const bar = Bar.from("SPY", TIME, RECEIVED, fields);
    return [bar, { ...fields, symbol: "SPY", ...common }] as const;
  }),
  [
    new Correction("EEM", TIME, RECEIVED, {
      exchange: "M",
      tape: "B",
      original: side,
      corrected: { ...side, price: 39.1809 },
    }),
    {
      type: "correction",
      symbol: "EEM",
      ...common,
      exchange: "M",
      tape: "B",
      original: side,
      corrected: { ...side, price: 39.1809 },
    },
  ],
  [
    new Cancellation("GOOGL", TIME, RECEIVED, {
      id: "465",
      price: 105.31,
      size: 300,
      exchange: "D",
      tape: "C",
      action: "cancel",
    }),
    {
      type: "cancellation",
      symbol: "GOOGL",
      ...common,
      id: "465",
      price: 105.31,
      size: 300,
      exchange: "D",
      tape: "C",
      action: "cancel",
    },
  ],
  [
    new LimitBand("IONM", TIME, RECEIVED, {
      limitUp: 3.24,
      limitDown: 2.65,
      indicator: "B",
      tape: "C",
    }),
    {
      type: "limitBand",
      symbol: "IONM",
      ...common,
      limitUp: 3.24,
      limitDown: 2.65,
      indicator: "B",
      tape: "C",
    },
  ],
  [
    new TradingStatus("AAPL", TIME, RECEIVED, {
      statusCode: "H",
      statusText: "Trading Halt",
      reasonCode: "T12",
      reasonText: "Information requested",
      tape: "C",
    }),
    {
      type: "tradingStatus",
      symbol: "AAPL",
      ...common,
      statusCode: "H",
      statusText: "Trading Halt",
      reasonCode: "T12",
      reasonText: "Information requested",
      tape: "C",
    },
  ],
  [
    new Imbalance("INAQU", TIME, RECEIVED, { price: 9.12, tape: "C" }),
    { type: "imbalance", symbol: "INAQU", ...common, price: 9.12, tape: "C" },
  ],
  [
    new OrderBook("BTC/USD", TIME, RECEIVED, {
      bids: [{ price: 71_859.53, size: 0.27994 }],
      asks: [],
      snapshot: true,
    }),
    {
      type: "orderBook",
      symbol: "BTC/USD",
      ...common,
      bids: [{ price: 71_859.53, size: 0.27994 }],
      asks: [],
      snapshot: true,
    },
  ],
  [
    new PerpetualPricing("BTC-PERP", TIME, RECEIVED, {
      indexPrice: 100,
      markPrice: 101,
      fundingRate: 0.0001,
      openInterest: 12.5,
      nextFunding: { seconds: 1_680_782_400, nanos: 0 },
    }),
    {
      type: "pricing",
      symbol: "BTC-PERP",
      ...common,
      indexPrice: 100,
      markPrice: 101,
      fundingRate: 0.0001,
      openInterest: 12.5,
      nextFunding: { seconds: 1_680_782_400, nanos: 0 },
    },
  ],
  [
    new News(TIME, RECEIVED, {
      id: "24918784",
      headline: "H",
      summary: "S",
      author: "A",
      content: "<p>",
      url: "https://example.com/",
      symbols: ["CRSR"],
      source: "benzinga",
      createdAt: { seconds: 1_680_782_000, nanos: 0 },
    }),
    {
      type: "news",
      symbol: "",
      ...common,
      id: "24918784",
      headline: "H",
      summary: "S",
      author: "A",
      content: "<p>",
      url: "https://example.com/",
      symbols: ["CRSR"],
      source: "benzinga",
      createdAt: "2023-04-06T11:53:20Z",
    },
  ],
];

describe("every market-data model", () => {
  const each = test.each(EVERY_MODEL.map(([model, json]) => ({ type: model.type, model, json })));

  each("$type becomes JSON with all its fields and its exact time as text", ({ model, json }) => {
    expect(JSON.parse(JSON.stringify(model))).toEqual(json);
  });

  each("$type shows the same on the console, and nothing of how it is kept", ({ model }) => {
    const shown = inspect(model, { depth: 9, breakLength: 10_000 });
    const fields = inspect(model.toJSON(), { depth: 9, breakLength: 10_000 });
    expect(shown).toBe(`${model.constructor.name} ${fields}`);
    expect(shown).not.toMatch(/arrival|rawId|nanos:.*timestamp/);
  });

  each("$type tells its time in each form", ({ model }) => {
    expect(model.timestampNs).toBe(1_680_782_066_838_232_225n);
    expect(model.timestampMs).toBe(1_680_782_066_838);
    expect(model.timestamp).toBe(TIMESTAMP);
    expect(model.receivedMs).toBe(RECEIVED);
  });
});

describe("an arrival", () => {
  test("is shared by the messages of a frame, and tells the time by both clocks", () => {
    const arrival = new Arrival(RECEIVED, 5.5);
    const fields = { price: 1, tape: "C" };
    const first = new Imbalance("A", TIME, arrival, fields);
    expect(new Imbalance("B", TIME, arrival, fields).arrival).toBe(first.arrival);
    expect(first.receivedMs).toBe(RECEIVED);
    expect(first.arrival.monotonicMs).toBe(5.5);
  });

  test("of which only the wall clock is known has no monotonic time", () => {
    expect(quote(1, 2).arrival.monotonicMs).toBeNaN();
  });
});

describe("Trade", () => {
  test.each<[string, RawId, string | undefined]>([
    ["a number", 628, "628"],
    ["a bigint beyond 2^53", 3_447_222_699_101_865_076n, "3447222699101865076"],
    ["text", "3447222699101865076", "3447222699101865076"],
    ["zero", 0, "0"],
    ["nothing", undefined, undefined],
  ])("an id that came as %s is exact text", (_form, rawId, id) => {
    expect(trade(rawId).id).toBe(id);
    expect(JSON.parse(JSON.stringify(trade(rawId)))["id"]).toBe(id);
  });
});

describe("Quote", () => {
  test.each([
    [91.95, 91.99, 91.97],
    [91.95, 0, 91.95],
    [0, 91.99, 91.99],
    [0, 0, undefined],
  ])("the middle of %d and %d is %s", (bid, ask, middle) => {
    const { midPrice } = quote(bid, ask);
    if (middle === undefined) expect(midPrice).toBeUndefined();
    else expect(midPrice).toBeCloseTo(middle, 10);
  });
});

describe("PerpetualPricing", () => {
  test("tells the next funding in nanoseconds, where there is one", () => {
    const fields = { indexPrice: 1, markPrice: 1, fundingRate: 0, openInterest: 0 };
    const at = (nextFunding: { seconds: number; nanos: number } | undefined) =>
      new PerpetualPricing("P", TIME, RECEIVED, { ...fields, nextFunding }).nextFundingNs;
    expect(at({ seconds: 5, nanos: 1 })).toBe(5_000_000_001n);
    expect(at(undefined)).toBeUndefined();
  });
});
