import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/core/random.ts";
import type { Bar } from "../../src/model/bar.ts";
import type { Quote } from "../../src/model/quote.ts";
import type { Trade } from "../../src/model/trade.ts";
import type { StreamMessage } from "../../src/venues/alpaca/handler-codes.ts";
import { eventually } from "../support/eventually.ts";
import { clientOf, forbidReconnects, startVenue } from "../support/venue.ts";

describe.each(["msgpack", "json"] as const)("a handler, over %s,", (encoding) => {
  test("is given quotes with both sides and the venue's time to the nanosecond", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator, { encoding });
    const quotes: Quote[] = [];
    client.registerHandler("q", (quote) => void quotes.push(quote));
    await client.connect();
    await client.subscribe({ quotes: ["AAPL"] });
    simulator.emit({
      T: "q",
      S: "AAPL",
      bx: "K",
      bp: 91.95,
      bs: 2,
      ax: "Q",
      ap: 91.98,
      as: 1,
      c: ["R"],
      z: "C",
      t: "2023-04-06T11:54:21.670905508Z",
    });
    await eventually(() =>
      expect(quotes.map((quote) => quote.toJSON())).toContainEqual({
        type: "quote",
        symbol: "AAPL",
        timestamp: "2023-04-06T11:54:21.670905508Z",
        receivedMs: expect.any(Number),
        bidPrice: 91.95,
        bidSize: 2,
        bidExchange: "K",
        askPrice: 91.98,
        askSize: 1,
        askExchange: "Q",
        conditions: ["R"],
        tape: "C",
      }),
    );
  });

  test("is given trades with price, size, conditions, and an exact id beyond 2^53", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator, { encoding, feed: "crypto" });
    const trades: Trade[] = [];
    client.registerHandler("t", (trade) => void trades.push(trade));
    await client.connect();
    await client.subscribe({ trades: ["AVAX/USD"] });
    simulator.emit({
      T: "t",
      S: "AVAX/USD",
      p: 47.299,
      s: 29.205707815,
      t: "2024-03-12T10:27:48.858228144Z",
      i: 3447222699101865076n,
      tks: "S",
    });
    await eventually(() =>
      expect(trades.map((trade) => [trade.id, trade.price, trade.timestampNs])).toContainEqual([
        "3447222699101865076",
        47.299,
        1710239268858228144n,
      ]),
    );
    expect(trades.find((trade) => trade.price === 47.299)).toMatchObject({
      size: 29.205707815,
      takerSide: "sell",
      conditions: [],
    });
  });

  test("is given bars with volume, trade count and the average price", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator, { encoding });
    const bars: Bar[] = [];
    client.registerHandler("b", (bar) => void bars.push(bar));
    await client.connect();
    await client.subscribe({ bars: ["SPY"] });
    simulator.emit({
      T: "b",
      S: "SPY",
      o: 388.985,
      h: 389.13,
      l: 388.975,
      c: 389.12,
      v: 49378,
      t: "2021-02-22T19:15:00Z",
      n: 461,
      vw: 389.062639,
    });
    await eventually(() =>
      expect(bars).toMatchObject([
        {
          type: "bar",
          open: 388.985,
          high: 389.13,
          low: 388.975,
          close: 389.12,
          volume: 49378,
          tradeCount: 461,
          vwap: 389.062639,
        },
      ]),
    );
  });
});

describe("handlers", () => {
  test("may be asynchronous, and one that rejects is reported with its symbol and channel", async () => {
    const simulator = await startVenue();
    const { client, errors } = clientOf(simulator);
    let finished = 0;
    client.registerHandler("t", async () => {
      await Promise.resolve();
      finished++;
      if (finished === 1) throw new Error("the strategy is broken");
    });
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    await eventually(() => expect(finished).toBeGreaterThan(2));
    expect(errors).toMatchObject([
      {
        code: "ERR_HANDLER",
        channel: "trade",
        symbol: "AAPL",
        cause: { message: "the strategy is broken" },
      },
    ]);
  });

  test("do not harm each other by throwing, nor the stream", async () => {
    const simulator = await startVenue();
    const { client, errors } = clientOf(simulator);
    forbidReconnects(client);
    let thrown = 0;
    let others = 0;
    client.registerHandler("t", () => {
      thrown++;
      throw new Error("always");
    });
    client.registerHandler("t", () => void others++);
    client.setErrorHandler(() => {
      throw new Error("the error handler, too");
    });
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    await eventually(() => expect(others).toBeGreaterThan(5));
    expect(thrown).toBe(others);
    expect(errors).toHaveLength(thrown);
    expect(client.getMetrics().handlerErrors).toBe(2 * thrown);
  });

  test("are called no more once unsubscribed", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator);
    let calls = 0;
    const stop = client.registerHandler("t", () => void calls++);
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    await eventually(() => expect(calls).toBeGreaterThan(2));
    stop();
    const before = calls;
    const { messages } = client.getMetrics();
    await eventually(() => expect(client.getMetrics().messages).toBeGreaterThan(messages + 5));
    expect(calls).toBe(before);
  });

  test("cannot be registered for a code that does not exist", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator);
    expect(() => client.registerHandler("trade" as never, () => {})).toThrow(/code must be one of/);
  });
});

describe("a for-await loop", () => {
  test("is given every message in order, and frees its buffer when left", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator);
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    const seen: StreamMessage[] = [];
    for await (const message of client.messages()) {
      seen.push(message);
      if (seen.length === 20) break;
    }
    const ids = seen.map((message) => Number((message as Trade).id));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(new Set(ids).size).toBe(20);
  });

  test("ends when the stream is disconnected", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator);
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    let count = 0;
    for await (const _message of client.messages()) {
      if (++count === 3) void client.disconnect();
    }
    expect(count).toBeGreaterThanOrEqual(3);
  });
});

describe("an undecodable frame", () => {
  test.each(["garbage-frame", "truncated-frame"] as const)(
    "(%s) is counted and reported with its first bytes, and the stream goes on",
    async (kind) => {
      const simulator = await startVenue();
      const { client, errors } = clientOf(simulator);
      forbidReconnects(client);
      await client.connect();
      await client.subscribe({ trades: ["AAPL"], quotes: ["AAPL"] });
      simulator.inject({ kind });
      await eventually(() => expect(client.getMetrics().decodeErrors).toBe(1));
      expect(errors).toMatchObject([
        { code: "ERR_DECODE", firstBytes: expect.stringMatching(/^".+"$/) },
      ]);
      const { messages } = client.getMetrics();
      await eventually(() => expect(client.getMetrics().messages).toBeGreaterThan(messages + 5));
    },
  );

  test("may be a single message without a price; the others still arrive", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator);
    forbidReconnects(client);
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    simulator.emit({ T: "t", S: "AAPL", p: "high", s: 1, t: "2024-01-01T00:00:00Z" } as never);
    await eventually(() => expect(client.getMetrics().decodeErrors).toBe(1));
    await eventually(() => expect(client.getMetrics().messages).toBeGreaterThan(5));
  });
});

describe("secrets", () => {
  test("appear in no inspection of a client, its metrics, its state or its errors", async () => {
    const secretKey = "sk-very-secret-indeed";
    const simulator = await startVenue({
      credentials: [{ keyId: "PKTEST", secretKey: "another" }],
    });
    const { client, errors } = clientOf(simulator, {
      credentials: { keyId: "PKTEST", secretKey },
      random: seededRandom(1),
    });
    await client.connect().catch(() => {});
    expect(errors.length).toBeGreaterThan(0);
    const shown = inspect([client, client.getMetrics(), client.state, errors], {
      depth: Number.POSITIVE_INFINITY,
      showHidden: true,
    });
    expect(shown).not.toContain(secretKey);
    expect(JSON.stringify([client, client.getMetrics(), errors])).not.toContain(secretKey);
  });
});
