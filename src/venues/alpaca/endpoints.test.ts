import { describe, expect, test } from "vitest";
import { ALPACA_FEEDS, FEEDS, HOSTS, streamUrl, TRADING_STREAM_PATH } from "./endpoints.ts";

describe("streamUrl", () => {
  test.each([
    ["wss://stream.data.alpaca.markets", "wss://stream.data.alpaca.markets/v2/iex"],
    ["wss://stream.data.alpaca.markets/", "wss://stream.data.alpaca.markets/v2/iex"],
    ["ws://127.0.0.1:8080", "ws://127.0.0.1:8080/v2/iex"],
    ["http://127.0.0.1:8080", "ws://127.0.0.1:8080/v2/iex"],
    ["https://gateway.example", "wss://gateway.example/v2/iex"],
    ["wss://gateway.example/alpaca/iex", "wss://gateway.example/alpaca/iex"],
    ["https://gateway.example?token=1", "wss://gateway.example/v2/iex?token=1"],
  ])("%s becomes %s", (base, expected) => {
    expect(streamUrl(base, "/v2/iex")).toBe(expected);
  });
});

describe("the venue's feeds", () => {
  test.each([
    ["iex", "/v2/iex"],
    ["sip", "/v2/sip"],
    ["delayed_sip", "/v2/delayed_sip"],
    ["otc", "/v2/otc"],
    ["boats", "/v1beta1/boats"],
    ["overnight", "/v1beta1/overnight"],
    ["test", "/v2/test"],
    ["crypto", "/v1beta3/crypto/us"],
    ["crypto-us-1", "/v1beta3/crypto/us-1"],
    ["crypto-eu-1", "/v1beta3/crypto/eu-1"],
    ["crypto-perps", "/v1beta1/crypto-perps/global"],
    ["news", "/v1beta1/news"],
    ["indicative", "/v1beta1/indicative"],
    ["opra", "/v1beta1/opra"],
  ] as const)("%s is at %s", (feed, path) => {
    expect(FEEDS[feed].path).toBe(path);
  });

  test("there is none that is not named above", () => {
    expect(ALPACA_FEEDS).toHaveLength(14);
  });

  test.each(ALPACA_FEEDS)("%s has channels, each once", (feed) => {
    const { channels } = FEEDS[feed];
    expect(channels.length).toBeGreaterThan(0);
    expect(new Set(channels).size).toBe(channels.length);
  });

  test("options have trades and quotes, in MessagePack only", () => {
    for (const feed of ["indicative", "opra"] as const) {
      expect(FEEDS[feed]).toMatchObject({ channels: ["trades", "quotes"], msgpackOnly: true });
    }
  });

  test("paper and live differ in trading, not in data", () => {
    expect(HOSTS.paper.data).toBe(HOSTS.live.data);
    expect(HOSTS.paper.dataStream).toBe(HOSTS.live.dataStream);
    expect(HOSTS.paper.trading).toBe("https://paper-api.alpaca.markets");
    expect(HOSTS.live.trading).toBe("https://api.alpaca.markets");
    expect(HOSTS.paper.tradingStream + TRADING_STREAM_PATH).toBe(
      "wss://paper-api.alpaca.markets/stream",
    );
    expect(HOSTS.live.tradingStream).toBe("wss://api.alpaca.markets");
  });
});
