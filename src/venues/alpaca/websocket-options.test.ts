import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../core/errors.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { ALPACA_FEEDS, FEEDS } from "./endpoints.ts";
import {
  type AlpacaSelection,
  type AlpacaWebSocketOptions,
  checkSelection,
  resolveWebSocketOptions,
} from "./websocket-options.ts";

const credentials = { keyId: "PKTEST", secretKey: "not-a-real-secret" };

function resolved(options: Partial<AlpacaWebSocketOptions> = {}) {
  return resolveWebSocketOptions({ credentials, ...options });
}

function faultsOf(make: () => unknown): readonly string[] {
  try {
    make();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ConfigError);
    return (thrown as ConfigError).faults;
  }
  return [];
}

const wrong = (options: Record<string, unknown>): readonly string[] =>
  faultsOf(() => resolved(options as Partial<AlpacaWebSocketOptions>));

describe("defaults", () => {
  test("a key pair is all that is needed", () => {
    expect(resolved()).toMatchObject({
      streamType: "data",
      feed: "iex",
      staleAfterMs: 60_000,
      address: {
        url: "wss://stream.data.alpaca.markets/v2/iex",
        encoding: "msgpack",
        auth: "message",
      },
      connection: {
        maxReconnectAttempts: Number.POSITIVE_INFINITY,
        heartbeat: { intervalMs: 10_000, timeoutMs: 5_000 },
      },
    });
  });

  test("the trading stream is the environment's own, in JSON", () => {
    const trading = { streamType: "trading" } as const;
    expect(resolved(trading).address).toMatchObject({
      url: "wss://paper-api.alpaca.markets/stream",
      encoding: "json",
    });
    expect(resolved({ ...trading, environment: "live" }).address.url).toBe(
      "wss://api.alpaca.markets/stream",
    );
  });

  test.each(ALPACA_FEEDS)("feed %s has its own path", (feed) => {
    expect(resolved({ feed }).address.url).toBe(
      `wss://stream.data.alpaca.markets${FEEDS[feed].path}`,
    );
  });

  test("an option that is undefined is one that was not given", () => {
    const nothing = Object.fromEntries(
      ["streamType", "feed", "environment", "url", "encoding", "rawData", "auth"]
        .concat(["heartbeatIntervalMs", "staleAfterMs", "expectsData", "maxReconnectAttempts"])
        .map((key) => [key, undefined]),
    );
    const { address, feed, staleAfterMs } = resolved(nothing);
    expect({ address, feed, staleAfterMs }).toEqual({
      address: resolved().address,
      feed: "iex",
      staleAfterMs: 60_000,
    });
  });
});

describe("options", () => {
  test("rawData is JSON by another name", () => {
    expect(resolved({ rawData: true }).address.encoding).toBe("json");
    expect(resolved({ rawData: false }).address.encoding).toBe("msgpack");
  });

  test("heartbeatIntervalMs is heartbeat.intervalMs by another name", () => {
    const { heartbeat } = resolved({
      heartbeatIntervalMs: 200,
      heartbeat: { timeoutMs: 300 },
    }).connection;
    expect(heartbeat).toEqual({ intervalMs: 200, timeoutMs: 300 });
  });

  test("another host gets the stream's path unless it has one", () => {
    expect(resolved({ url: "http://127.0.0.1:9" }).address.url).toBe("ws://127.0.0.1:9/v2/iex");
    expect(resolved({ url: "wss://host/x" }).address.url).toBe("wss://host/x");
  });

  test("what comes out prints no secret", () => {
    expect(inspect(resolved(), { depth: null, showHidden: true })).not.toContain("not-a-real");
  });
});

describe("whether data is expected", () => {
  const noon = Date.parse("2024-07-17T16:00:00Z");
  const night = Date.parse("2024-07-17T03:00:00Z");
  const expectsAt = (feed: AlpacaWebSocketOptions["feed"], nowMs: number): boolean =>
    resolved({ feed: feed ?? "iex", clock: new ManualClock(nowMs) }).expectsData();

  test("of stocks and options: in the regular session", () => {
    for (const feed of ["iex", "sip", "otc", "opra", "indicative"] as const) {
      expect([expectsAt(feed, noon), expectsAt(feed, night)]).toEqual([true, false]);
    }
  });

  test("of crypto and the test feed: always", () => {
    for (const feed of ["crypto", "crypto-us-1", "crypto-eu-1", "crypto-perps", "test"] as const) {
      expect(expectsAt(feed, night)).toBe(true);
    }
  });

  test("of what has hours of its own: never", () => {
    for (const feed of ["delayed_sip", "boats", "overnight", "news"] as const) {
      expect(expectsAt(feed, noon)).toBe(false);
    }
  });

  test("is up to the caller who says so", () => {
    expect(resolved({ feed: "news", expectsData: () => true }).expectsData()).toBe(true);
  });
});

describe("faults", () => {
  test("are all told in one error, before any I/O", () => {
    const faults = wrong({
      credentials: { keyId: "", secretKey: "" },
      streamType: "both",
      feed: "nasdaq",
      environment: "prod",
      encoding: "xml",
      auth: "cookie",
      url: "nowhere",
      staleAfterMs: Number.NaN,
      maxReconnectAttempts: -1,
      maxFrameBytes: 5,
      heartbeatIntervalMs: -5,
      heartbeat: { timeoutMs: 0 },
      reconnect: { baseMs: Number.NaN, jitter: "half" },
      timeouts: { connectMs: Number.POSITIVE_INFINITY, ackMs: "5" },
    });
    const about = ["credentials.keyId", "credentials.secretKey", "streamType", "feed"].concat(
      ["environment", "encoding", "auth", "url", "staleAfterMs", "maxReconnectAttempts"],
      ["maxFrameBytes", "heartbeat.intervalMs", "heartbeat.timeoutMs", "reconnect.baseMs"],
      ["reconnect.jitter", "timeouts.connectMs", "timeouts.ackMs"],
    );
    for (const name of about) {
      expect(faults.filter((fault) => fault.startsWith(name))).toHaveLength(1);
    }
    expect(faults).toHaveLength(about.length);
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ["rawData with msgpack", { rawData: true, encoding: "msgpack" }, /rawData/],
    ["options in JSON", { feed: "opra", encoding: "json" }, /opra comes in MessagePack only/],
    ["options raw", { feed: "indicative", rawData: true }, /indicative comes in MessagePack/],
    ["headers for trading", { streamType: "trading", auth: "headers" }, /auth "headers"/],
    ["a feed named like a method", { feed: "constructor" }, /feed must be one of/],
    ["an environment named like a method", { environment: "__proto__" }, /environment must be/],
    ["a bigint", { feed: 5n }, /feed must be one of .* not 5n/],
  ])("%s is one", (_name, options, expected) => {
    const faults = wrong(options);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(expected);
  });

  test("show no key", () => {
    const secretKey = "not-a-real-secret";
    const faults = wrong({ credentials: { keyId: "", secretKey }, feed: "x" });
    expect(faults.join()).not.toContain(secretKey);
  });

  test("infinite patience and infinite attempts are none", () => {
    const unlimited = Number.POSITIVE_INFINITY;
    expect(wrong({ staleAfterMs: unlimited, maxReconnectAttempts: unlimited })).toEqual([]);
  });
});

describe("checkSelection", () => {
  const faultsOfSelection = (selection: unknown): readonly string[] =>
    faultsOf(() => checkSelection(selection as AlpacaSelection, "iex"));

  test("gives the symbols trimmed", () => {
    expect(checkSelection({ trades: [" AAPL "], quotes: ["*", "BRK.B"] }, "iex")).toEqual({
      trades: ["AAPL"],
      quotes: ["*", "BRK.B"],
    });
  });

  test("lists every unknown channel and every symbol that is none", () => {
    const faults = faultsOfSelection({
      trades: ["AAPL", "", "  ", "A B", "x".repeat(65), 5, undefined, 5n],
      orderbooks: ["AAPL"],
      quotes: "AAPL",
    });
    expect(faults).toHaveLength(9);
    expect(faults.filter((fault) => fault.startsWith("trades has"))).toHaveLength(7);
    expect(faults.join()).toContain('channel "orderbooks" is not one of feed iex\'s');
    expect(faults.join()).toContain("quotes must be a list of symbols");
  });

  test.each([{}, { trades: [] }, { trades: [], quotes: [] }])("%j names nothing", (selection) => {
    expect(faultsOfSelection(selection)).toEqual([
      "name at least one channel with at least one symbol",
    ]);
  });

  test.each([undefined, null, 5, "trades"])("%s is no selection", (selection) => {
    expect(faultsOfSelection(selection).length).toBeGreaterThan(0);
  });

  test("a channel named like an object's workings is unknown", () => {
    const faults = faultsOfSelection(JSON.parse('{"__proto__":["A"],"constructor":["A"]}'));
    expect(faults).toHaveLength(2);
  });
});
