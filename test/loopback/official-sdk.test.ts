import { marketData, pagination, streaming, trading } from "@alpacahq/alpaca-trade-api";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Simulator } from "../../src/simulator/index.ts";
import { eventually } from "../support/eventually.ts";
import { get, start } from "./simulator-client.ts";

const KEYS = { keyId: "KEY", secret: "SECRET" };

function stockApi(simulator: Simulator): marketData.StockApi {
  return new marketData.StockApi(
    new marketData.Configuration({ ...KEYS, basePath: simulator.url }),
  );
}

describe("the venue's own SDK, unmodified", () => {
  test("streams trades, quotes and minute bars over MessagePack", async () => {
    const simulator = await start({ startTime: "2026-03-10T14:30:58Z" });
    const url = `${simulator.url.replace("http", "ws")}/v2/iex`;
    const stream = new streaming.StockDataStream({ credentials: KEYS, url, reconnect: false });
    onTestFinished(() => stream.disconnect());
    const trades: streaming.StreamTrade[] = [];
    const quotes: streaming.StreamQuote[] = [];
    const bars: streaming.StreamBar[] = [];
    const errors: string[] = [];
    stream.onError((error) => errors.push(error));
    stream.onTrade((trade) => trades.push(trade));
    stream.onQuote((quote) => quotes.push(quote));
    stream.onBar((bar) => bars.push(bar));
    stream.onConnect(() => {
      stream.subscribeForTrades(["AAPL"]);
      stream.subscribeForQuotes(["AAPL", "MSFT"]);
      stream.subscribeForBars(["AAPL"]);
    });
    stream.connect();
    await eventually(() => {
      expect(bars).toHaveLength(1);
      expect(trades.length).toBeGreaterThan(10);
      expect(new Set(quotes.map(({ symbol }) => symbol))).toEqual(new Set(["AAPL", "MSFT"]));
    });
    expect(errors).toEqual([]);
    expect(stream.getSubscriptions()).toMatchObject({
      trades: ["AAPL"],
      quotes: ["AAPL", "MSFT"],
      bars: ["AAPL"],
    });
    const { body } = await get(
      simulator,
      "/v2/stocks/AAPL/bars?timeframe=1Min&start=2026-03-10T14:30:00Z&feed=iex",
    );
    const [bar] = bars;
    expect(bar).toMatchObject({
      symbol: "AAPL",
      open: body.bars[0].o,
      close: body.bars[0].c,
      volume: body.bars[0].v,
    });
    expect(simulator.state().sessions[0]?.encoding).toBe("messagepack");
  });

  test("reads the latest quote", async () => {
    const simulator = await start({ ratePerSymbol: 0.01 });
    const { quotes } = await stockApi(simulator).stockLatestQuotes({
      symbols: "AAPL,MSFT",
      feed: "iex",
    });
    const { body } = await get(simulator, "/v2/stocks/quotes/latest?symbols=AAPL&feed=iex");
    expect(Object.keys(quotes ?? {})).toEqual(["AAPL", "MSFT"]);
    expect(quotes?.["AAPL"]).toMatchObject({ bp: body.quotes.AAPL.bp, ap: body.quotes.AAPL.ap });
  });

  test("reads bars page by page, and they are those of one large page", async () => {
    const simulator = await start({ startTime: "2026-03-10T14:30:00Z" });
    const stocks = stockApi(simulator);
    const range = {
      symbols: "AAPL,MSFT",
      timeframe: "1Min",
      start: new Date("2026-03-10T13:30:00Z"),
      end: new Date("2026-03-10T14:29:00Z"),
    };
    const whole = await stocks.stockBars({ ...range, limit: 10_000 });
    expect(whole.nextPageToken ?? null).toBeNull();
    expect(whole.bars["AAPL"]).toHaveLength(60);
    for (const symbol of ["AAPL", "MSFT"]) {
      let pages = 0;
      const paged: unknown[] = [];
      for await (const bar of pagination.paginate(async (pageToken?: string) => {
        pages++;
        const page = await stocks.stockBars({
          ...range,
          limit: 17,
          ...(pageToken ? { pageToken } : {}),
        });
        return { items: page.bars[symbol] ?? [], nextPageToken: page.nextPageToken ?? null };
      })) {
        paged.push(bar);
      }
      expect(pages).toBe(Math.ceil(120 / 17));
      expect(paged).toEqual(whole.bars[symbol]);
    }
  });

  test("reads clock and account", async () => {
    const simulator = await start({ startTime: "2026-03-10T14:30:00Z" });
    const configuration = new trading.Configuration({ ...KEYS, basePath: simulator.url });
    const clock = await new trading.ClockApi(configuration).legacyClock();
    expect(clock.isOpen).toBe(true);
    expect(new Date(clock.nextClose ?? 0).toISOString()).toBe("2026-03-11T04:00:00.000Z");
    const { clocks } = await new trading.ClockApi(configuration).clock({ markets: "NYSE" });
    expect(clocks?.[0]).toMatchObject({ phase: "core", isMarketDay: true });
    const account = await new trading.AccountsApi(configuration).getAccount();
    expect(account).toMatchObject({ status: "ACTIVE", currency: "USD", cash: "100000" });
  });

  test("reads orders, positions and assets", async () => {
    const simulator = await start({ startTime: "2026-03-10T14:30:00Z" });
    const configuration = new trading.Configuration({ ...KEYS, basePath: simulator.url });
    const orders = new trading.OrdersApi(configuration);
    const raw = await get(simulator, "/v2/orders?status=all&nested=true");
    const all = await orders.getAllOrders({ status: "all", nested: true });
    expect(all.map(({ id, status }) => [id, status])).toEqual(
      raw.body.map(({ id, status }: { id: string; status: string }) => [id, status]),
    );
    expect(all.find(({ legs }) => legs)?.legs).toHaveLength(2);
    const [first] = all;
    const clientOrderId = first?.clientOrderId ?? "";
    expect(await orders.getOrderByClientOrderId({ clientOrderId })).toMatchObject({
      id: first?.id,
      symbol: first?.symbol,
    });
    const positions = await new trading.PositionsApi(configuration).getAllOpenPositions();
    const apple = positions.find(({ symbol }) => symbol === "AAPL");
    expect(apple).toMatchObject({ qty: "10", qtyAvailable: "6", side: "long" });
    const assets = await new trading.AssetsApi(configuration).getV2Assets({ status: "active" });
    expect(assets.map(({ symbol }) => symbol)).toContain("AAPL");
  });

  test("sends an order once, and cancels it", async () => {
    const simulator = await start();
    const configuration = new trading.Configuration({ ...KEYS, basePath: simulator.url });
    const orders = new trading.OrdersApi(configuration);
    const postOrderRequest = {
      symbol: "AAPL",
      qty: "1",
      side: "buy",
      type: "limit",
      timeInForce: "day",
      limitPrice: "100",
      clientOrderId: "mine",
    } as const;
    const order = await orders.postOrder({ postOrderRequest });
    expect(order).toMatchObject({ clientOrderId: "mine", status: "accepted" });
    await expect(orders.postOrder({ postOrderRequest })).rejects.toMatchObject({ status: 422 });
    await orders.deleteOrderByOrderID({ orderId: order.id ?? "" });
    expect(simulator.state().writes).toMatchObject([
      { method: "POST", clientOrderId: "mine", status: 200 },
      { method: "POST", clientOrderId: "mine", status: 422 },
      { method: "DELETE", path: `/v2/orders/${order.id}`, status: 204 },
    ]);
  });

  test("authenticates and listens on the trading stream", async () => {
    const simulator = await start();
    const url = `${simulator.url.replace("http", "ws")}/stream`;
    const stream = new streaming.TradingStream({ credentials: KEYS, url, reconnect: false });
    onTestFinished(() => stream.disconnect());
    stream.onConnect(() => stream.subscribeTradeUpdates());
    stream.connect();
    await eventually(() => {
      expect(simulator.state().sessions[0]?.subscriptions).toEqual({ streams: ["trade_updates"] });
    });
  });

  test("reports a wrong secret as a refusal", async () => {
    const simulator = await start({ credentials: [{ keyId: "KEY", secretKey: "OTHER" }] });
    await expect(stockApi(simulator).stockLatestQuotes({ symbols: "AAPL" })).rejects.toMatchObject({
      status: 403,
    });
    const stream = new streaming.StockDataStream({
      credentials: KEYS,
      url: `${simulator.url.replace("http", "ws")}/v2/iex`,
      reconnect: false,
    });
    onTestFinished(() => stream.disconnect());
    stream.connect();
    expect(await stream.waitForAuthenticationResult(3_000)).toMatchObject({
      authenticated: false,
      code: 402,
    });
  });
});
