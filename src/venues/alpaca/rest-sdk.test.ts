import { describe, expect, test } from "vitest";
import { Secret } from "../../core/secret.ts";
import type { HttpRequest } from "../../http/http-request.ts";
import { HttpResponse } from "../../http/http-response.ts";
import type { AlpacaEnvironment } from "./endpoints.ts";
import { createSdkFetch } from "./rest-sdk.ts";

function opened(environment: AlpacaEnvironment = "paper"): {
  fetch: ReturnType<typeof createSdkFetch>;
  sent: HttpRequest[];
} {
  const sent: HttpRequest[] = [];
  const fetch = createSdkFetch({
    session: {
      request: async (request) => {
        sent.push(request);
        const { operation, method = "GET" } = request;
        const body = Buffer.from("{}");
        return new HttpResponse({
          operation,
          method,
          statusCode: 200,
          headers: {},
          body,
          elapsedMs: 1,
          attempts: 1,
        });
      },
    },
    credentials: { keyId: "KEY", secretKey: new Secret("SECRET") },
    environment,
    tradingUrl: "http://gateway.test/trading/",
    dataUrl: "http://gateway.test/data",
  });
  return { fetch, sent };
}

describe("what the venue's SDK asks", () => {
  test.each<[AlpacaEnvironment, string, string]>([
    [
      "paper",
      "https://paper-api.alpaca.markets/v2/orders?status=all",
      "/trading/v2/orders?status=all",
    ],
    ["live", "https://api.alpaca.markets/v2/clock", "/trading/v2/clock"],
    [
      "paper",
      "https://data.alpaca.markets/v2/stocks/bars?symbols=A%2CB",
      "/data/v2/stocks/bars?symbols=A%2CB",
    ],
    ["live", "https://data.alpaca.markets/v1beta3/crypto/us/bars", "/data/v1beta3/crypto/us/bars"],
  ])("of %s %s goes to the configured address", async (environment, url, path) => {
    const { fetch, sent } = opened(environment);
    await fetch(url, {});
    expect(sent[0]?.url).toBe(`http://gateway.test${path}`);
  });

  test.each<[AlpacaEnvironment, string]>([
    ["paper", "https://api.alpaca.markets/v2/account"],
    ["live", "https://paper-api.alpaca.markets/v2/account"],
    ["paper", "https://data.sandbox.alpaca.markets/v2/stocks/bars"],
    ["paper", "https://paper-api.alpaca.markets.elsewhere.test/v2/account"],
    ["paper", "http://paper-api.alpaca.markets/v2/account"],
  ])("of %s %s is refused, since the keys would go there", async (environment, url) => {
    const { fetch, sent } = opened(environment);
    await expect(fetch(url, {})).rejects.toThrow(/not a host of this account/);
    expect(sent).toEqual([]);
  });

  test("carries the account's keys, whatever stood in their place", async () => {
    const { fetch, sent } = opened();
    const headers = { "APCA-API-KEY-ID": "placeholder", "Content-Type": "application/json" };
    const url = "https://paper-api.alpaca.markets/v2/orders";
    await fetch(url, { method: "POST", headers, body: '{"qty":"1"}' });
    expect(sent[0]).toMatchObject({
      method: "POST",
      body: '{"qty":"1"}',
      headers: {
        "apca-api-key-id": "KEY",
        "apca-api-secret-key": "SECRET",
        "content-type": "application/json",
      },
    });
  });
});
