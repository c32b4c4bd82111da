import { describe, expect, test } from "vitest";
import { open } from "./alpaca-rest-venue.ts";
import { rejection } from "./http-loopback-server.ts";

/** From docs.alpaca.markets, trading API reference, read in September 2026. */
const ACCOUNT = {
  id: "1d9eed04-be39-4e01-9b84-a48ac5bbafcf",
  admin_configurations: {},
  user_configurations: null,
  account_number: "PALPACA_123",
  status: "ACTIVE",
  currency: "USD",
  buying_power: "245432.61",
  cash: "122086.50",
  trading_blocked: false,
  account_blocked: false,
  created_at: "2023-01-01T18:20:20.272275Z",
  trade_suspended_by_user: false,
  multiplier: "2",
  shorting_enabled: true,
  equity: "123346.11",
  last_equity: "122011.09751111286868",
  long_market_value: "1259.61",
  short_market_value: "0",
  initial_margin: "629.8",
  maintenance_margin: "377.88",
};

const POSITION = {
  asset_id: "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415",
  symbol: "AAPL",
  exchange: "NASDAQ",
  asset_class: "us_equity",
  asset_marginable: false,
  qty: "-2.000000001",
  qty_available: "2",
  avg_entry_price: "174.78",
  side: "short",
  market_value: null,
  cost_basis: "349.56",
  unrealized_plpc: "-0.0028035244307129",
  current_price: null,
};

const ASSET = {
  id: "276e2673-764b-4ab6-a611-caf665ca6340",
  class: "crypto",
  exchange: "CRYPTO",
  symbol: "BTC/USD",
  name: null,
  status: "active",
  tradable: true,
  marginable: false,
  shortable: false,
  fractionable: true,
  min_order_size: "0.000012",
};

describe("the account", () => {
  test("keeps its amounts as decimal text, to the last digit", async () => {
    const { rest, seen } = await open(() => ({ body: ACCOUNT }));

    expect(await rest.account()).toEqual({
      id: ACCOUNT.id,
      accountNumber: "PALPACA_123",
      status: "ACTIVE",
      currency: "USD",
      cash: "122086.50",
      equity: "123346.11",
      lastEquity: "122011.09751111286868",
      buyingPower: "245432.61",
      longMarketValue: "1259.61",
      shortMarketValue: "0",
      initialMargin: "629.8",
      maintenanceMargin: "377.88",
      multiplier: "2",
      isShortingEnabled: true,
      isTradingBlocked: false,
      isAccountBlocked: false,
      isSuspendedByUser: false,
      createdAt: "2023-01-01T18:20:20.272275Z",
    });
    expect(seen[0]?.path).toBe("/v2/account");
  });

  test.each([
    ["an amount as a number", { ...ACCOUNT, cash: 122_086.5 }],
    ["an amount that is none", { ...ACCOUNT, equity: "n/a" }],
    ["a part missing", { ...ACCOUNT, trading_blocked: undefined }],
  ])("with %s is an error", async (_what, body) => {
    const { rest } = await open(() => ({ body }));
    expect(await rejection(rest.account())).toMatchObject({ code: "ERR_DECODE" });
  });
});

describe("positions", () => {
  test("are as many as there are, with what needs a price left open while there is none", async () => {
    const { rest, seen } = await open(() => ({ body: [POSITION] }));

    expect(await rest.positions()).toEqual([
      {
        assetId: POSITION.asset_id,
        symbol: "AAPL",
        assetClass: "us_equity",
        exchange: "NASDAQ",
        side: "short",
        quantity: "-2.000000001",
        availableQuantity: "2",
        averageEntryPrice: "174.78",
        costBasis: "349.56",
        unrealizedReturn: "-0.0028035244307129",
      },
    ]);
    expect(seen[0]?.path).toBe("/v2/positions");
  });

  test("of a pair are found without its slash", async () => {
    const { rest, seen } = await open(() => ({ body: { ...POSITION, symbol: "BTCUSD" } }));

    expect((await rest.position("btc/usd")).symbol).toBe("BTCUSD");
    expect(seen[0]?.path).toBe("/v2/positions/BTCUSD");
  });

  test.each([
    ["an object where a list should be", {}],
    ["a side that is new to us", [{ ...POSITION, side: "both" }]],
  ])("with %s are an error, not an empty list", async (_what, body) => {
    const { rest } = await open(() => ({ body }));
    expect(await rejection(rest.positions())).toMatchObject({ code: "ERR_DECODE" });
  });
});

describe("assets", () => {
  test("are found by symbol, a pair's slash escaped", async () => {
    const { rest, seen } = await open(() => ({ body: ASSET }));

    expect(await rest.asset("btc/usd")).toEqual({
      id: ASSET.id,
      symbol: "BTC/USD",
      assetClass: "crypto",
      exchange: "CRYPTO",
      isActive: true,
      isTradable: true,
      isMarginable: false,
      isShortable: false,
      isEasyToBorrow: false,
      isFractionable: true,
      attributes: [],
      minOrderSize: "0.000012",
    });
    expect(seen[0]?.path).toBe("/v2/assets/BTC%2FUSD");
  });

  test.each([
    [{ easy_to_borrow: true }, true],
    [{ easy_to_borrow: false, borrow_status: "easy_to_borrow" }, true],
    [{ easy_to_borrow: true, borrow_status: "hard_to_borrow" }, false],
    [{ easy_to_borrow: true, borrow_status: "maybe" }, false],
    [{}, false],
  ])("with %j can be borrowed easily: %s", async (fields, isEasyToBorrow) => {
    const { rest } = await open(() => ({ body: { ...ASSET, ...fields } }));
    expect(await rest.asset("X")).toMatchObject({ isEasyToBorrow });
  });

  test("are listed by what the request says", async () => {
    const { rest, seen } = await open(() => ({ body: [ASSET] }));

    const assets = await rest.assets({ assetClass: "crypto", attributes: ["a", "b"] });

    expect(assets.map(({ symbol }) => symbol)).toEqual(["BTC/USD"]);
    expect(seen[0]).toMatchObject({
      path: "/v2/assets",
      query: { status: "active", asset_class: "crypto", attributes: "a,b" },
    });
  });
});

describe("clock and calendar", () => {
  test("the clock keeps the venue's times as text", async () => {
    const answer = {
      timestamp: "2026-09-01T10:15:22.123456789-04:00",
      is_open: true,
      next_open: "2026-09-02T09:30:00-04:00",
      next_close: "2026-09-01T16:00:00-04:00",
    };
    const { rest, seen } = await open(() => ({ body: answer }));

    expect(await rest.clock()).toEqual({
      isOpen: true,
      timestamp: answer.timestamp,
      nextOpen: answer.next_open,
      nextClose: answer.next_close,
    });
    expect(seen[0]?.path).toBe("/v2/clock");
  });

  test("the calendar writes all its times of day alike", async () => {
    const day = {
      date: "2026-11-27",
      open: "09:30",
      close: "13:00",
      session_open: "0400",
      session_close: "1700",
      settlement_date: "2026-11-30",
    };
    const { rest, seen } = await open(() => ({ body: [day] }));

    expect(await rest.calendar({ start: "2026-11-27", end: "2026-11-27" })).toEqual([
      {
        date: "2026-11-27",
        open: "09:30",
        close: "13:00",
        sessionOpen: "04:00",
        sessionClose: "17:00",
        settlementDate: "2026-11-30",
      },
    ]);
    expect(seen[0]).toMatchObject({
      path: "/v2/calendar",
      query: { start: "2026-11-27", end: "2026-11-27" },
    });
  });
});
