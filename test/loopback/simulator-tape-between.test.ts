import { describe, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import { startSimulatorWorker, type TapeQuery } from "../../src/simulator/index.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { eventually } from "../support/eventually.ts";
import { connectAuthenticated, get, type RawMessage, start } from "./simulator-client.ts";

const START = "2026-03-10T14:29:58.25Z";
const END = "2026-03-10T14:32:10Z";

/** A streamed time as the tape tells it. */
function partsOf(time: unknown): { readonly seconds: number; readonly nanos: number } {
  const [, whole = "", fraction = ""] = /^(.{19})(?:\.(\d+))?Z$/.exec(String(time)) ?? [];
  return {
    seconds: Date.parse(`${whole}Z`) / 1000,
    nanos: Number(fraction.padEnd(9, "0")),
  };
}

describe("the tape between two moments is what the stream sent and REST gives", () => {
  test.each([
    ["iex", "/v2/iex", "/v2/stocks", "&feed=iex", ["AAPL", "XYZ"]],
    ["sip", "/v2/sip", "/v2/stocks", "&feed=sip", ["MSFT"]],
    ["crypto", "/v1beta3/crypto/us", "/v1beta3/crypto/us", "", ["BTC/USD", "SHIB/USD"]],
  ] as const)("%s", async (feed, path, rest, restFeed, symbols) => {
    const clock = new ManualClock();
    // Moved by hand, the clock is too fast for pongs.
    const plan = { pingIntervalMs: Number.POSITIVE_INFINITY };
    const simulator = await start({ clock, startTime: START, ratePerSymbol: 20, plan });
    const client = await connectAuthenticated(simulator, path, { isMessagePack: feed === "sip" });
    client.send({ action: "subscribe", trades: symbols, bars: symbols });
    await client.ofType("subscription");
    await clock.advance(130_000);
    await eventually(() =>
      expect(client.messages).toHaveLength(3 + simulator.state().messagesSent),
    );
    const tape = simulator.tapeBetween({ symbols, feed, from: START, to: END });
    expect(Object.keys(tape)).toEqual(symbols);
    for (const symbol of symbols) {
      const seen = (T: string): RawMessage[] =>
        client.messages.filter((message) => message["T"] === T && message["S"] === symbol);
      expect(tape[symbol]?.trades).toEqual(
        seen("t").map(({ i, t }) => ({ id: String(i), ...partsOf(t) })),
      );
      expect(tape[symbol]?.trades.length).toBeGreaterThan(300);
      // The minute that had begun before the first moment is not between them.
      expect(tape[symbol]?.bars).toEqual(
        seen("b")
          .slice(1)
          .map(({ t }) => ({ startSeconds: partsOf(t).seconds })),
      );
      expect(tape[symbol]?.bars).toHaveLength(2);
      const { body } = await get(
        simulator,
        `${rest}/trades?symbols=${encodeURIComponent(symbol)}&start=${START}&end=${END}&limit=10000${restFeed}`,
      );
      expect(
        body.trades[symbol].map(({ i, t }: RawMessage) => ({ id: String(i), ...partsOf(t) })),
      ).toEqual(tape[symbol]?.trades);
    }
  });

  test("from is part of it and to is not, to the nanosecond", async () => {
    const clock = new ManualClock();
    const simulator = await start({ clock, startTime: START });
    await clock.advance(10_000);
    const query = { symbols: ["AAPL"], feed: "sip" };
    const whole = simulator.tapeBetween({ ...query, from: START, to: END })["AAPL"]?.trades ?? [];
    const [first, second] = whole;
    const text = (trade = first): string =>
      `${new Date(Number(trade?.seconds) * 1000).toISOString().slice(0, 19)}.${String(trade?.nanos).padStart(9, "0")}Z`;
    const part = simulator.tapeBetween({ ...query, from: text(first), to: text(second) });
    expect(part["AAPL"]?.trades).toEqual([first]);
  });

  test("nothing that has not happened, and nothing that a delayed feed does not show yet", async () => {
    const clock = new ManualClock();
    const simulator = await start({ clock, startTime: START });
    await clock.advance(1000);
    const query = { symbols: ["AAPL"], from: "2026-03-10T14:00:00Z", to: "2026-03-11T00:00:00Z" };
    const now = { seconds: Date.parse(START) / 1000 + 1 };
    const shown = simulator.tapeBetween({ ...query, feed: "sip" })["AAPL"];
    expect(shown?.trades.at(-1)?.seconds).toBeLessThanOrEqual(now.seconds);
    expect(shown?.bars.at(-1)?.startSeconds).toBe(Date.parse("2026-03-10T14:28:00Z") / 1000);
    const delayed = simulator.tapeBetween({ ...query, feed: "delayed_sip" })["AAPL"];
    expect(delayed?.trades.at(-1)?.seconds).toBeLessThanOrEqual(now.seconds - 900);
    expect(delayed?.trades.length).toBeGreaterThan(0);
    expect(delayed?.bars.at(-1)?.startSeconds).toBe(Date.parse("2026-03-10T14:13:00Z") / 1000);
  });

  test("nothing of a symbol that the venue has never heard of; trades of options without ids", async () => {
    const clock = new ManualClock();
    const simulator = await start({ clock, startTime: START });
    await clock.advance(1000);
    const unknown = { symbols: ["NOSUCH"], feed: "iex", from: START, to: END };
    expect(simulator.tapeBetween(unknown)).toEqual({ NOSUCH: { trades: [], bars: [] } });
    const symbol = "SPY271217C00590000";
    const option = simulator.tapeBetween({ ...unknown, symbols: [symbol], feed: "opra" })[symbol];
    expect(option?.trades[0]).toMatchObject({ id: undefined });
  });
});

test("everything that is wrong with a query is told at once", async () => {
  const simulator = await start();
  const faultsOf = (query: TapeQuery): readonly string[] => {
    try {
      simulator.tapeBetween(query);
    } catch (thrown) {
      if (thrown instanceof ConfigError) return thrown.faults;
    }
    return [];
  };
  expect(
    faultsOf({ symbols: ["BTC/USD", "AAPL"], feed: "iex", from: "soon", to: Number.NaN }),
  ).toEqual([
    'symbols: "BTC/USD" is no symbol of the feed iex',
    'from must be RFC 3339 or milliseconds since 1970, not "soon"',
    "to must be RFC 3339 or milliseconds since 1970, not NaN",
  ]);
  expect(faultsOf({ symbols: [], feed: "news", from: END, to: START })).toEqual([
    expect.stringMatching(/^feed must be one of iex, sip, .*, not "news"$/),
    "to must not be before from",
  ]);
});

test("a simulator in a thread of its own tells its tape and its load, too", async () => {
  await using simulator = await startSimulatorWorker({
    seed: 7,
    ratePerSymbol: 100,
    load: { messagesPerSecond: 1000, symbols: 3, framesOf: 10 },
  });
  const now = Date.now();
  const query = { symbols: ["AAPL"], feed: "iex", from: now - 60_000, to: now + 60_000 };
  const tape = await simulator.tapeBetween(query);
  expect(tape["AAPL"]?.trades.length).toBeGreaterThan(0);
  await expect(simulator.tapeBetween({ ...query, feed: "?" })).rejects.toThrow(ConfigError);
  expect(await simulator.loadState()).toEqual({ symbols: ["AAPL", "AMD", "AMZN"], streams: [] });
});
