import { describe, expect, test } from "vitest";
import { Faults } from "../core/faults.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import {
  type AlpacaClientOptions,
  resolveClientOptions,
  toStreamOptions,
} from "./alpaca-client-options.ts";

const credentials = { keyId: "PKTEST", secretKey: "not-a-real-secret" };

function resolved(options: Record<string, unknown> = {}) {
  const faults = new Faults();
  const result = resolveClientOptions({ credentials, ...options } as AlpacaClientOptions, faults);
  return { ...result, faults: faults.toError().faults };
}

const PAPER = {
  feed: "iex",
  tradingUrl: "https://paper-api.alpaca.markets",
  dataUrl: "https://data.alpaca.markets",
  quoteTtlMs: 60_000,
  clockTtlMs: 600_000,
  faults: [],
};

describe("a client's options", () => {
  test("a key pair is all that is needed", () => {
    expect(resolved()).toMatchObject(PAPER);
  });

  test("an option that is undefined is one that was not given", () => {
    const keys = ["environment", "feed", "url", "quoteTtlMs", "clockTtlMs", "clock"];
    expect(resolved(Object.fromEntries(keys.map((key) => [key, undefined])))).toMatchObject(PAPER);
  });

  test("the environment decides where trading is", () => {
    expect(resolved({ environment: "live" }).tradingUrl).toBe("https://api.alpaca.markets");
  });

  test.each([
    ["ws://127.0.0.1:9", "http://127.0.0.1:9"],
    ["WSS://gateway.example", "https://gateway.example"],
    ["http://127.0.0.1:9", "http://127.0.0.1:9"],
    ["https://gateway.example", "https://gateway.example"],
  ])("with %s everything is asked at %s", (url, base) => {
    const { tradingUrl, dataUrl } = resolved({ url });
    expect([tradingUrl, dataUrl].map((one) => one.toLowerCase())).toEqual([base, base]);
  });

  test.each([new URL("ws://127.0.0.1:9"), 5, null])(
    "an address that is no text (%s) is left to the stream to refuse",
    (url) => {
      expect(resolved({ url })).toMatchObject(PAPER);
    },
  );

  test("every bad duration is listed", () => {
    const { faults } = resolved({ quoteTtlMs: Number.NaN, clockTtlMs: -1 });
    expect(faults).toHaveLength(2);
    expect(faults.join()).toMatch(/quoteTtlMs.*NaN.*clockTtlMs.*-1/);
  });
});

describe("the stream of a client", () => {
  const open = (): boolean => true;

  test("gets what is the client's, and nothing that was not given", () => {
    const clock = new ManualClock();
    const options = { credentials, feed: "crypto", url: "ws://host", clock } as const;
    expect(toStreamOptions({ ...options, stream: { rawData: true } }, open)).toEqual({
      credentials,
      feed: "crypto",
      url: "ws://host",
      clock,
      rawData: true,
    });
  });

  test("for stocks asks the venue's own clock whether data is due", () => {
    expect(toStreamOptions({ credentials }, open).expectsData).toBe(open);
    expect(toStreamOptions({ credentials, feed: "sip" }, open).expectsData).toBe(open);
    for (const feed of ["crypto", "news", "delayed_sip"] as const) {
      expect(toStreamOptions({ credentials, feed }, open).expectsData).toBeUndefined();
    }
  });

  test("takes the caller's word over that", () => {
    const mine = (): boolean => false;
    const options = { credentials, stream: { expectsData: mine } };
    expect(toStreamOptions(options, open).expectsData).toBe(mine);
  });
});
