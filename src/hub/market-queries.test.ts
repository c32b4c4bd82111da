import { describe, expect, test } from "vitest";
import { ASSET, failure, opened } from "../../test/support/opened-queries.ts";
import { ConfigError } from "../core/errors.ts";
import type { Asset } from "../model/asset.ts";

describe("marketData", () => {
  test("gives the last bars, oldest first, and says when the last one was", async () => {
    const { clock, queries, rest } = opened();
    const { data, asOf, ageMs, source } = await queries.marketData("aapl", 2, {});
    expect(data.map((bar) => clock.nowMs() - bar.timestampMs)).toEqual([120_000, 60_000]);
    expect(data[0]).toMatchObject({ type: "bar", symbol: "AAPL", close: 1.5, tradeCount: 0 });
    expect({ asOf, ageMs, source }).toEqual({
      asOf: data[1]?.timestamp,
      ageMs: 60_000,
      source: "rest",
    });
    expect(rest.bars.mock.calls[0]?.[0]).toEqual({
      symbols: "AAPL",
      timeframe: "1Min",
      start: new Date(clock.nowMs() - 86_400_000).toISOString(),
      limit: 2,
      sort: "desc",
      feed: "iex",
    });
  });

  test("passes the timeframe and the signal on", async () => {
    const { queries, rest } = opened("crypto");
    const { signal } = new AbortController();
    await queries.marketData("AAPL", 2, { timeframe: "5Min", signal });
    const [request] = rest.bars.mock.calls[0] ?? [];
    expect(request).toMatchObject({ timeframe: "5Min", signal });
    expect(request).not.toHaveProperty("feed");
  });

  test("the history of the overnight feed is called boats, and that of delayed_sip sip", async () => {
    for (const [feed, history] of [
      ["overnight", "boats"],
      ["delayed_sip", "sip"],
    ] as const) {
      const { queries, rest } = opened(feed);
      await queries.marketData("AAPL", 1, {});
      expect(rest.bars.mock.calls[0]?.[0]).toMatchObject({ feed: history });
    }
  });

  test("no bar at all is an error: an empty list would look like data", async () => {
    const { queries, rest } = opened();
    rest.bars.mockImplementation(async function* () {
      yield { rows: {}, nextPageToken: null };
    });
    await expect(queries.marketData("AAPL", 2, {})).rejects.toMatchObject({ code: "ERR_NO_DATA" });
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 10_001, "5" as never])(
    "a limit of %s is told together with a bad symbol, and nothing is asked",
    async (limit) => {
      const { queries, rest } = opened();
      await expect(queries.marketData(" ", limit, {})).rejects.toMatchObject({
        faults: [expect.stringContaining("limit"), expect.stringContaining("blank")],
      });
      expect(rest.bars).not.toHaveBeenCalled();
    },
  );
});

describe("isShortable", () => {
  test("is true on a clear yes alone", async () => {
    const { queries, rest } = opened();
    const { signal } = new AbortController();
    expect(await queries.isShortable("aapl", { signal })).toBe(true);
    expect(rest.asset).toHaveBeenCalledWith("AAPL", { signal });
  });

  test.each<[string, Partial<Asset>]>([
    ["is inactive", { isActive: false }],
    ["cannot be traded", { isTradable: false }],
    ["cannot be shorted", { isShortable: false }],
    ["is hard to borrow", { isEasyToBorrow: false }],
  ])("is false for an asset that %s", async (_what, change) => {
    const { queries, rest, reported } = opened();
    rest.asset.mockResolvedValueOnce({ ...ASSET, ...change });
    expect(await queries.isShortable("AAPL", {})).toBe(false);
    expect(reported).toEqual([]);
  });

  test.each([404, 500])(
    "is false when the venue answers %d, and the failure is reported",
    async (status) => {
      const { queries, rest, reported } = opened();
      const fault = failure(status);
      rest.asset.mockRejectedValueOnce(fault);
      expect(await queries.isShortable("AAPL", {})).toBe(false);
      expect(reported).toEqual([fault]);
    },
  );

  test("is false when the caller gives up, which is no failure to report", async () => {
    const { queries, rest, reported } = opened();
    const stop = new AbortController();
    rest.asset.mockImplementation(() => {
      stop.abort("enough");
      return Promise.reject(stop.signal.reason);
    });
    expect(await queries.isShortable("AAPL", { signal: stop.signal })).toBe(false);
    expect(reported).toEqual([]);
  });

  test("a blank symbol is a fault, not a no", async () => {
    const { queries, rest } = opened();
    await expect(queries.isShortable(" ", {})).rejects.toBeInstanceOf(ConfigError);
    expect(rest.asset).not.toHaveBeenCalled();
  });
});

describe("marketClock", () => {
  test("is the venue's answer", async () => {
    expect(await opened().queries.marketClock()).toEqual({
      isOpen: true,
      timestamp: "2026-01-26T10:15:22.123-05:00",
      nextOpen: "2026-01-27T09:30:00-05:00",
      nextClose: "2026-01-26T16:00:00-05:00",
    });
  });
});
