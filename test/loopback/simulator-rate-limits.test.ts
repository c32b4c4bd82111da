import { describe, expect, test } from "vitest";
import { ManualClock } from "../../src/testing/index.ts";
import { AUTH_HEADERS, get, start } from "./simulator-client.ts";

const NOW = Date.parse("2026-03-10T14:30:00Z");

describe("the budget of requests", () => {
  test("is a sliding window: a place is free when the oldest request is a window ago", async () => {
    const clock = new ManualClock(NOW);
    const simulator = await start({
      clock,
      plan: { requestsPerMinute: 2, rateWindowMs: 10_000 },
    });
    const ask = async (): Promise<readonly unknown[]> => {
      const { status, headers } = await get(simulator, "/v2/clock");
      const reset = Number(headers.get("x-ratelimit-reset")) - NOW / 1000;
      return [status, Number(headers.get("x-ratelimit-remaining")), reset];
    };
    expect(await ask()).toEqual([200, 1, 10]);
    await clock.advance(6_000);
    expect(await ask()).toEqual([200, 0, 10]);
    expect(await ask()).toEqual([429, 0, 10]);
    await clock.advance(4_000);
    expect(await ask()).toEqual([200, 0, 16]);
    expect(await ask()).toEqual([429, 0, 16]);
  });

  test("is a fixed window when the plan says so", async () => {
    const clock = new ManualClock(NOW);
    const simulator = await start({
      clock,
      plan: { requestsPerMinute: 2, rateWindowMs: 10_000, rateWindow: "fixed" },
    });
    const ask = async (): Promise<number> => (await get(simulator, "/v2/clock")).status;
    expect(await ask()).toBe(200);
    await clock.advance(9_999);
    expect([await ask(), await ask()]).toEqual([200, 429]);
    await clock.advance(1);
    expect([await ask(), await ask(), await ask()]).toEqual([200, 200, 429]);
  });

  test("that is spent says when to come back, if the plan has it so", async () => {
    for (const sendsRetryAfter of [true, false]) {
      const clock = new ManualClock(NOW);
      const simulator = await start({ clock, plan: { requestsPerMinute: 1, sendsRetryAfter } });
      await get(simulator, "/v2/clock");
      await clock.advance(20_500);
      const { status, text, headers } = await get(simulator, "/v2/clock");
      expect([status, text]).toEqual([429, '{"code":42910000,"message":"rate limit exceeded"}']);
      expect(headers.get("retry-after")).toBe(sendsRetryAfter ? "40" : null);
    }
  });

  test("is watched: the most requests of any window, by key, refused ones included", async () => {
    const clock = new ManualClock(NOW);
    const simulator = await start({ clock, plan: { requestsPerMinute: 3 } });
    const other = { ...AUTH_HEADERS, "APCA-API-KEY-ID": "OTHER" };
    for (let index = 0; index < 5; index++) {
      await get(simulator, "/v2/clock");
      await clock.advance(15_000);
    }
    await get(simulator, "/v2/clock", other);
    await get(simulator, "/v2/stocks/AAPL/quotes/latest", {});
    expect(simulator.state().rates).toEqual({
      KEY: { mostInWindow: 4, refused: 1 },
      OTHER: { mostInWindow: 1, refused: 0 },
      "": { mostInWindow: 1, refused: 0 },
    });
  });
});
