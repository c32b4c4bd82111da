import { describe, expect, test } from "vitest";
import type { Trade } from "../model/trade.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import type { AlpacaFeed } from "../venues/alpaca/endpoints.ts";
import type { AlpacaRest } from "../venues/alpaca/rest.ts";
import type { RestHistoryRequest } from "../venues/alpaca/rest-history.ts";
import type { RestPage, RestTrade } from "../venues/alpaca/rest-schemas.ts";
import { type AlpacaHistory, HistoryQueries } from "./history.ts";

const TRADE: RestTrade = { t: "2026-09-01T14:30:00.123456789Z", p: 1.5, s: 100, i: 7, x: "V" };

/** History whose venue gives these pages, and what it was asked. */
function opened(
  pages: readonly RestPage<RestTrade>[],
  feed: AlpacaFeed = "iex",
): { history: AlpacaHistory; asked: RestHistoryRequest[] } {
  const asked: RestHistoryRequest[] = [];
  const rest = {
    async *trades(request: RestHistoryRequest) {
      asked.push(request);
      yield* pages;
    },
  } as unknown as AlpacaRest;
  return { history: new HistoryQueries(rest, new ManualClock(), feed), asked };
}

async function all(trades: AsyncIterable<Trade>): Promise<Trade[]> {
  const list: Trade[] = [];
  for await (const trade of trades) list.push(trade);
  return list;
}

describe("history", () => {
  test("gives the rows of all pages as models, and passes empty pages over", async () => {
    const { history } = opened([
      {
        rows: { AAPL: [TRADE], MSFT: [{ ...TRADE, i: 9_223_372_036_854_775_807n }] },
        nextPageToken: "a",
      },
      { rows: {}, nextPageToken: "b" },
      { rows: { MSFT: [TRADE] }, nextPageToken: null },
    ]);
    const trades = await all(history.trades({ symbols: ["AAPL", "MSFT"] }));
    expect(trades.map(({ symbol, id }) => [symbol, id])).toEqual([
      ["AAPL", "7"],
      ["MSFT", "9223372036854775807"],
      ["MSFT", "7"],
    ]);
    expect(trades[0]?.timestamp).toBe("2026-09-01T14:30:00.123456789Z");
  });

  test("gives a row once that ends one page and begins the next", async () => {
    const two = { ...TRADE, i: 8 };
    const { history } = opened([
      { rows: { AAPL: [TRADE, two] }, nextPageToken: "a" },
      { rows: {}, nextPageToken: "b" },
      { rows: { AAPL: [two, TRADE] }, nextPageToken: "c" },
      { rows: { MSFT: [TRADE] }, nextPageToken: null },
    ]);
    const trades = await all(history.trades({ symbols: ["AAPL", "MSFT"] }));
    expect(trades.map(({ symbol, id }) => `${symbol} ${id}`)).toEqual([
      "AAPL 7",
      "AAPL 8",
      "AAPL 7",
      "MSFT 7",
    ]);
  });

  test("says of a trade what became of it", async () => {
    const rows = [undefined, "canceled", "corrected", "incorrect", "vanished"].map((u) => ({
      ...TRADE,
      u,
    }));
    const { history } = opened([{ rows: { AAPL: rows }, nextPageToken: null }]);
    const trades = await all(history.trades({ symbols: "AAPL" }));
    expect(trades.map(({ revision }) => revision)).toEqual([
      undefined,
      "canceled",
      "corrected",
      "incorrect",
      "unknown",
    ]);
  });

  test.each<[AlpacaFeed, RestHistoryRequest["feed"], RestHistoryRequest["feed"]]>([
    ["iex", undefined, "iex"],
    ["overnight", undefined, "boats"],
    ["delayed_sip", undefined, "sip"],
    ["crypto", undefined, undefined],
    ["iex", "sip", "sip"],
  ])("of a client on %s that asks for %s is that of %s", async (own, given, expected) => {
    const { history, asked } = opened([], own);
    await all(history.trades({ symbols: "AAPL", feed: given }));
    expect(asked[0]?.feed).toBe(expected);
  });
});
