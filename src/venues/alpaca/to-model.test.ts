import { describe, expect, test } from "vitest";
import type { ExampleName } from "../../../test/fixtures/alpaca/example-messages.ts";
import { decoded } from "../../../test/support/decoded-example.ts";
import { DATA_CODES, toModel } from "./to-model.ts";

const RECEIVED = 1_700_000_000_000;

const bar = {
  symbol: "SPY",
  open: 388.985,
  high: 389.13,
  low: 388.975,
  close: 389.12,
  volume: 49_378,
  tradeCount: 461,
  vwap: 389.062639,
};

const EXPECTED: Readonly<Record<ExampleName, Record<string, unknown>>> = {
  stockTrade: {
    type: "trade",
    symbol: "AAPL",
    timestamp: "2023-04-06T11:54:26.838232225Z",
    price: 162.92,
    size: 3,
    conditions: ["@", "F", "T", "I"],
    exchange: "K",
    tape: "C",
    takerSide: "unknown",
    id: "628",
  },
  stockQuote: {
    type: "quote",
    symbol: "AMD",
    timestamp: "2023-04-06T11:54:21.670905508Z",
    bidExchange: "K",
    bidPrice: 91.95,
    bidSize: 2,
    askExchange: "Q",
    askPrice: 91.98,
    askSize: 1,
    conditions: ["R"],
    tape: "C",
  },
  stockBar: { type: "bar", timestamp: "2021-02-22T19:15:00Z", ...bar },
  dailyBar: { type: "dailyBar", timestamp: "2021-02-22T05:00:00Z", ...bar },
  updatedBar: { type: "updatedBar", timestamp: "2021-02-22T19:15:00Z", ...bar },
  correction: {
    type: "correction",
    symbol: "EEM",
    timestamp: "2023-04-06T14:25:06.542305024Z",
    exchange: "M",
    tape: "B",
    original: {
      id: "52983525033527",
      price: 39.1582,
      size: 440_000,
      conditions: [" ", "7"],
    },
    corrected: {
      id: "52983525034326",
      price: 39.1809,
      size: 440_000,
      conditions: [" ", "7"],
    },
  },
  cancellation: {
    type: "cancellation",
    symbol: "GOOGL",
    timestamp: "2023-04-06T13:15:42.83540958Z",
    id: "465",
    price: 105.31,
    size: 300,
    exchange: "D",
    tape: "C",
    action: "cancel",
  },
  limitBand: {
    type: "limitBand",
    symbol: "IONM",
    timestamp: "2023-04-06T13:34:45.565004401Z",
    limitUp: 3.24,
    limitDown: 2.65,
    indicator: "B",
    tape: "C",
  },
  tradingStatus: {
    type: "tradingStatus",
    symbol: "AAPL",
    timestamp: "2021-02-22T19:15:00Z",
    statusCode: "H",
    statusText: "Trading Halt",
    reasonCode: "T12",
    reasonText: "Trading Halted; For information requested by NASDAQ",
    tape: "C",
  },
  imbalance: {
    type: "imbalance",
    symbol: "INAQU",
    timestamp: "2024-12-13T19:58:09.242138635Z",
    price: 9.12,
    tape: "C",
  },
  cryptoTrade: {
    type: "trade",
    symbol: "AVAX/USD",
    timestamp: "2024-03-12T10:27:48.858228144Z",
    price: 47.299,
    size: 29.205707815,
    conditions: [],
    exchange: "",
    tape: "",
    takerSide: "sell",
    id: "3447222699101865076",
  },
  cryptoQuote: {
    type: "quote",
    symbol: "BAT/USD",
    timestamp: "2024-03-12T10:29:43.111588173Z",
    bidPrice: 0.35718,
    bidSize: 13_445.46,
    bidExchange: "",
    askPrice: 0.3581,
    askSize: 13_561.902,
    askExchange: "",
    conditions: [],
    tape: "",
  },
  cryptoBar: {
    type: "bar",
    symbol: "BTC/USD",
    timestamp: "2024-03-12T10:37:00Z",
    open: 71_856.1435,
    high: 71_856.1435,
    low: 71_856.1435,
    close: 71_856.1435,
    volume: 0,
    tradeCount: 0,
    vwap: 0,
  },
  bookSnapshot: {
    type: "orderBook",
    symbol: "BTC/USD",
    timestamp: "2024-03-12T10:38:50.79613221Z",
    bids: [{ price: 71_859.53, size: 0.27994 }],
    asks: [{ price: 71_939.7, size: 0.83953 }],
    snapshot: true,
  },
  bookAsk: {
    type: "orderBook",
    symbol: "MKR/USD",
    timestamp: "2024-03-12T10:39:39.445492807Z",
    bids: [],
    asks: [{ price: 2_614.587, size: 12.5308 }],
    snapshot: false,
  },
  bookRemoval: {
    type: "orderBook",
    symbol: "CRV/USD",
    timestamp: "2024-03-12T10:39:40.501160019Z",
    bids: [{ price: 0.7904, size: 0 }],
    asks: [],
    snapshot: false,
  },
  pricing: {
    type: "pricing",
    symbol: "BTC-PERP",
    timestamp: "2025-03-12T10:39:40.5Z",
    indexPrice: 71_000.5,
    markPrice: 71_001.25,
    fundingRate: 0.0001,
    openInterest: 123.5,
    nextFunding: { seconds: 1_741_795_200, nanos: 0 },
  },
  optionTrade: {
    type: "trade",
    symbol: "AAPL240315C00172500",
    timestamp: "2024-03-11T13:35:35.13312256Z",
    price: 2.84,
    size: 1,
    conditions: ["S"],
    exchange: "N",
    tape: "",
    takerSide: "unknown",
  },
  optionQuote: {
    type: "quote",
    symbol: "SPXW240327P04925000",
    timestamp: "2024-03-12T11:59:38.897261568Z",
    bidExchange: "C",
    bidPrice: 9.46,
    bidSize: 53,
    askExchange: "C",
    askPrice: 9.66,
    askSize: 38,
    conditions: ["A"],
    tape: "",
  },
  news: {
    type: "news",
    symbol: "",
    timestamp: "2022-01-05T22:00:38Z",
    createdAt: "2022-01-05T22:00:37Z",
    id: "24918784",
    headline: "Corsair Reports Purchase Of Majority Ownership In iDisplay, No Terms Disclosed",
    summary: "Corsair Gaming, Inc.",
    author: "Benzinga Newsdesk",
    content: '<p>Corsair "quoted"</p>',
    url: "https://www.benzinga.com/",
    symbols: ["CRSR"],
    source: "benzinga",
  },
};

const names = Object.keys(EXPECTED) as ExampleName[];

describe("the venue's own examples", () => {
  test.each(names)("%s in JSON has the right values", (name) => {
    const model = toModel(decoded(name, "json"), RECEIVED);
    expect(JSON.parse(JSON.stringify(model))).toEqual({ ...EXPECTED[name], receivedMs: RECEIVED });
  });

  test.each(names)("%s in MessagePack is the same to the last digit", (name) => {
    const model = toModel(decoded(name, "msgpack"), RECEIVED);
    expect(JSON.parse(JSON.stringify(model))).toEqual({ ...EXPECTED[name], receivedMs: RECEIVED });
    expect(model?.timestampNs).toBe(toModel(decoded(name, "json"), RECEIVED)?.timestampNs);
  });

  test("there is one for every code that has a model", () => {
    const codes = new Set(names.map((name) => decoded(name, "json")["T"]));
    expect([...codes].sort()).toEqual([...DATA_CODES].sort());
  });
});
