import { describe, expect, test } from "vitest";
import { quoteAt } from "../../test/support/alpaca-models.ts";
import { failure, opened, TTL_MS } from "../../test/support/opened-queries.ts";
import { ConfigError } from "../core/errors.ts";
import type { AlpacaFeed } from "../venues/alpaca/endpoints.ts";

describe("quote", () => {
  test("is asked for once and then served from the cache while it is young", async () => {
    const { clock, queries, rest } = opened();
    const { signal } = new AbortController();
    expect(await queries.quote(" aapl ", { signal })).toMatchObject({
      source: "rest",
      stale: false,
      data: { symbol: "AAPL", bidPrice: 100, askSize: 2, conditions: ["R"] },
    });
    expect(rest.latestQuote).toHaveBeenCalledWith("AAPL", { feed: "iex", signal });
    await clock.advance(TTL_MS);
    expect(await queries.quote("AAPL", {})).toMatchObject({ source: "cache", ageMs: TTL_MS });
    await clock.advance(1);
    expect(await queries.quote("AAPL", {})).toMatchObject({ source: "rest", ageMs: 0 });
    expect(rest.latestQuote).toHaveBeenCalledTimes(2);
  });

  test("an old quote is given as what it is, and never from the cache", async () => {
    const { queries, rest, restQuote } = opened();
    rest.latestQuote.mockImplementation(async () => restQuote(86_400_000));
    for (let i = 0; i < 2; i++) {
      expect(await queries.quote("AAPL", {})).toMatchObject({
        source: "rest",
        ageMs: 86_400_000,
        stale: true,
      });
    }
    expect(rest.latestQuote).toHaveBeenCalledTimes(2);
  });

  test("what the stream brought is served while it is live, and asked for when it is not", async () => {
    const { clock, quotes, queries, rest } = opened();
    quotes.put(quoteAt(clock.nowMs()), "stream");
    expect(await queries.quote("AAPL", {})).toMatchObject({ source: "stream" });
    quotes.forgetStreamed();
    expect(await queries.quote("AAPL", {})).toMatchObject({ source: "rest" });
    expect(rest.latestQuote).toHaveBeenCalledTimes(1);
  });

  test("an answer older than what the stream brought meanwhile does not replace it", async () => {
    const { clock, quotes, queries, rest, restQuote } = opened();
    rest.latestQuote.mockImplementation(async () => {
      quotes.put(quoteAt(clock.nowMs(), "AAPL", 200), "stream");
      return restQuote(5_000);
    });
    await queries.quote("AAPL", {});
    expect((await queries.quote("AAPL", {})).data.bidPrice).toBe(200);
  });

  test("at most zero milliseconds old always asks", async () => {
    const { queries, rest } = opened();
    await queries.quote("AAPL", {});
    await queries.quote("AAPL", { maxAgeMs: 0 });
    expect(rest.latestQuote).toHaveBeenCalledTimes(2);
  });

  test.each([Number.NaN, -1, "5" as never])(
    "an age of at most %s is a fault, for one as for several, and nothing is asked",
    async (maxAgeMs) => {
      const { clock, queries, rest } = opened();
      await queries.quote("AAPL", {});
      await clock.advance(86_400_000);
      await expect(queries.quote("AAPL", { maxAgeMs })).rejects.toBeInstanceOf(ConfigError);
      await expect(queries.quotes(["AAPL"], { maxAgeMs })).rejects.toBeInstanceOf(ConfigError);
      expect(rest.latestQuote).toHaveBeenCalledTimes(1);
    },
  );

  test.each(["", "  ", "A B", "A,B", undefined as never, 5 as never])(
    "%j is no symbol, and nothing is asked",
    async (symbol) => {
      const { queries, rest } = opened();
      await expect(queries.quote(symbol, {})).rejects.toBeInstanceOf(ConfigError);
      expect(rest.latestQuote).not.toHaveBeenCalled();
    },
  );

  test("a failure is the caller's, and is not kept", async () => {
    const { queries, rest } = opened();
    rest.latestQuote.mockRejectedValueOnce(failure(500));
    await expect(queries.quote("AAPL", {})).rejects.toMatchObject({ statusCode: 500 });
    expect(await queries.quote("AAPL", {})).toMatchObject({ source: "rest" });
  });

  test.each<[AlpacaFeed, string | undefined]>([
    ["sip", "sip"],
    ["delayed_sip", "delayed_sip"],
    ["overnight", "overnight"],
    ["crypto", undefined],
    ["test", undefined],
  ])("with the stream's feed %s the venue is asked for feed %s", async (feed, asked) => {
    const { queries, rest } = opened(feed);
    await queries.quote("AAPL", {});
    expect(rest.latestQuote.mock.calls[0]?.[1]).toEqual({ feed: asked, signal: undefined });
  });
});

describe("quotes", () => {
  test("asks in one call for those that are not known, each once", async () => {
    const { queries, rest } = opened();
    await queries.quote("AAPL", {});
    const found = await queries.quotes(["aapl", "MSFT", "msft", "TSLA"], {});
    expect(rest.latestQuotes).toHaveBeenCalledTimes(1);
    expect(rest.latestQuotes.mock.calls[0]?.[0]).toEqual(["MSFT", "TSLA"]);
    expect([...found.keys()].sort()).toEqual(["AAPL", "MSFT", "TSLA"]);
    expect(found.get("AAPL")).toMatchObject({ source: "cache" });
    expect(found.get("MSFT")).toMatchObject({ source: "rest", data: { symbol: "MSFT" } });
  });

  test("asks nobody when all are known", async () => {
    const { queries, rest } = opened();
    await queries.quotes(["AAPL", "MSFT"], {});
    await queries.quotes(["AAPL", "MSFT"], {});
    expect(rest.latestQuotes).toHaveBeenCalledTimes(1);
  });

  test("symbols that the venue does not know are absent", async () => {
    const { queries, rest, restQuote } = opened();
    rest.latestQuotes.mockResolvedValueOnce({ AAPL: restQuote() });
    expect([...(await queries.quotes(["AAPL", "NONE"], {})).keys()]).toEqual(["AAPL"]);
  });

  test("every blank symbol is told in one error, and nothing is asked", async () => {
    const { queries, rest } = opened();
    await expect(queries.quotes(["", "AAPL", "A B"], {})).rejects.toMatchObject({
      code: "ERR_CONFIG",
      faults: [expect.stringContaining("blank"), expect.stringContaining("A B")],
    });
    await expect(queries.quotes([], {})).rejects.toBeInstanceOf(ConfigError);
    expect(rest.latestQuotes).not.toHaveBeenCalled();
  });
});
