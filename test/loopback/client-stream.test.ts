import { describe, expect, onTestFinished, test } from "vitest";
import type { HoldfastError } from "../../src/core/holdfast-error.ts";
import { AlpacaClient } from "../../src/hub/alpaca-client.ts";
import type { Simulator } from "../../src/simulator/index.ts";
import { eventually, pause } from "../support/eventually.ts";
import { credentials, QUICK, startVenue } from "../support/venue.ts";

function clientFor(simulator: Simulator): { client: AlpacaClient; errors: HoldfastError[] } {
  const client = new AlpacaClient({ credentials, url: simulator.url, stream: QUICK });
  const errors: HoldfastError[] = [];
  client.onError((error) => errors.push(error));
  onTestFinished(() => client.close());
  return { client, errors };
}

const minuteBar = {
  T: "b",
  S: "AAPL",
  o: 1,
  h: 3,
  l: 0.5,
  c: 2,
  v: 10,
  t: "2024-01-02T15:00:00Z",
  n: 4,
  vw: 1.5,
} as const;

describe("the stream of a client", () => {
  test("connects with its symbols, on quotes, trades and bars", async () => {
    const simulator = await startVenue();
    const { client } = clientFor(simulator);
    expect(await client.connectStream(["aapl", "MSFT"])).toEqual({
      quotes: ["AAPL", "MSFT"],
      trades: ["AAPL", "MSFT"],
      bars: ["AAPL", "MSFT"],
    });
  });

  test("can be told its channels", async () => {
    const simulator = await startVenue();
    const { client } = clientFor(simulator);
    expect(await client.connectStream(["AAPL"], { channels: ["trades"] })).toEqual({
      trades: ["AAPL"],
    });
  });

  test("asked for twice at once is one socket with the symbols of both", async () => {
    const simulator = await startVenue();
    const { client } = clientFor(simulator);
    await Promise.all([client.connectStream(["AAPL"]), client.connectStream(["MSFT"])]);
    expect(simulator.state().handshakes).toBe(1);
    expect(client.getHealth().stream.subscriptions.trades).toEqual(["AAPL", "MSFT"]);
  });

  test("fails with the venue's reason when the key is wrong", async () => {
    const simulator = await startVenue({ credentials: [{ keyId: "OTHER", secretKey: "x" }] });
    const { client } = clientFor(simulator);
    await expect(client.connectStream(["AAPL"])).rejects.toMatchObject({
      code: "ERR_AUTH_REJECTED",
    });
  });

  test("disconnects, forgets its symbols, and can be connected anew", async () => {
    const simulator = await startVenue();
    const { client } = clientFor(simulator);
    await client.connectStream(["AAPL"]);
    await client.disconnectStream();
    await client.disconnectStream();
    await eventually(() => expect(simulator.state().sessions).toHaveLength(0));
    expect(await client.connectStream(["MSFT"], { channels: ["quotes"] })).toEqual({
      quotes: ["MSFT"],
    });
  });
});

describe("callbacks", () => {
  test("are called with the events of their symbol only, sync and async, several per symbol", async () => {
    const simulator = await startVenue();
    const { client } = clientFor(simulator);
    const seen: string[] = [];
    client.onQuote("AAPL", ({ symbol, type }) => void seen.push(`1 ${type} ${symbol}`));
    client.onQuote("AAPL", async ({ symbol, type }) => {
      await Promise.resolve();
      seen.push(`2 ${type} ${symbol}`);
    });
    client.onTrade("MSFT", ({ symbol, type }) => void seen.push(`3 ${type} ${symbol}`));
    client.onBar("AAPL", ({ symbol, close }) => void seen.push(`4 bar ${symbol} ${close}`));
    await client.connectStream(["AAPL", "MSFT"]);
    simulator.emit(minuteBar);
    await eventually(() =>
      expect([...new Set(seen)].sort()).toEqual([
        "1 quote AAPL",
        "2 quote AAPL",
        "3 trade MSFT",
        "4 bar AAPL 2",
      ]),
    );
  });

  test("under * are called for every symbol", async () => {
    const simulator = await startVenue();
    const { client } = clientFor(simulator);
    const symbols = new Set<string>();
    client.onQuote("*", ({ symbol }) => void symbols.add(symbol));
    await client.connectStream(["AAPL", "MSFT"]);
    await eventually(() => expect([...symbols].sort()).toEqual(["AAPL", "MSFT"]));
  });

  test("that throw or reject are reported with symbol and channel, and the others still run", async () => {
    const simulator = await startVenue();
    const { client, errors } = clientFor(simulator);
    let others = 0;
    client.onBar("AAPL", () => {
      throw new Error("thrown");
    });
    client.onBar("AAPL", () => Promise.reject(new Error("rejected")));
    client.onBar("AAPL", () => void others++);
    await client.connectStream(["AAPL"]);
    simulator.emit(minuteBar);
    await eventually(() => expect(errors).toHaveLength(2));
    expect(errors).toMatchObject([
      { code: "ERR_HANDLER", symbol: "AAPL", channel: "bar", cause: { message: "thrown" } },
      { code: "ERR_HANDLER", symbol: "AAPL", channel: "bar", cause: { message: "rejected" } },
    ]);
    expect(others).toBe(1);
  });

  test("of a symbol can all be removed, and one alone by what its registration returned", async () => {
    const simulator = await startVenue();
    const { client } = clientFor(simulator);
    const calls = { one: 0, two: 0, other: 0 };
    const stopOne = client.onQuote("AAPL", () => void calls.one++);
    client.onQuote("AAPL", () => void calls.two++);
    client.onQuote("MSFT", () => void calls.other++);
    await client.connectStream(["AAPL", "MSFT"]);
    await eventually(() => expect(calls.one).toBeGreaterThan(0));
    stopOne();
    const { one } = calls;
    await eventually(() => expect(calls.two).toBeGreaterThan(one + 3));
    expect(calls.one).toBe(one);
    client.removeCallbacks("AAPL");
    const { two, other } = calls;
    await eventually(() => expect(calls.other).toBeGreaterThan(other + 5));
    expect(calls.two).toBe(two);
  });

  test("run at the same time as many others without a quote going backwards", async () => {
    const simulator = await startVenue({ ratePerSymbol: 1_000 });
    const { client } = clientFor(simulator);
    let backwards = 0;
    let calls = 0;
    let lastNs = 0n;
    client.onQuote("AAPL", async ({ timestampNs }) => {
      if (timestampNs < lastNs) backwards++;
      lastNs = timestampNs;
      await pause(calls % 5);
      calls++;
    });
    await client.connectStream(["AAPL"]);
    const asked = await Promise.all(
      Array.from({ length: 50 }, async () => {
        await pause(5);
        return client.quote("AAPL");
      }),
    );
    await eventually(() => expect(calls).toBeGreaterThan(200));
    expect(backwards).toBe(0);
    expect(asked.every(({ stale }) => !stale)).toBe(true);
  });
});

describe("symbols of a live stream", () => {
  test("can be added", async () => {
    const simulator = await startVenue();
    const { client } = clientFor(simulator);
    await client.connectStream(["AAPL"], { channels: ["trades"] });
    expect(await client.subscribeToSymbol("tsla", { channels: ["trades"] })).toEqual({
      trades: ["AAPL", "TSLA"],
    });
    expect(simulator.state().handshakes).toBe(1);
  });

  test("can be taken away, from every channel", async () => {
    const simulator = await startVenue();
    const { client } = clientFor(simulator);
    await client.connectStream(["AAPL", "GOOGL"]);
    expect(await client.unsubscribeFromSymbol("GOOGL")).toEqual({
      quotes: ["AAPL"],
      trades: ["AAPL"],
      bars: ["AAPL"],
    });
  });

  test("that are blank or on unknown channels are refused before anything is sent", async () => {
    const simulator = await startVenue();
    const { client } = clientFor(simulator);
    await client.connectStream(["AAPL"]);
    await expect(client.subscribeToSymbol(" ")).rejects.toMatchObject({ code: "ERR_CONFIG" });
    await expect(
      client.subscribeToSymbol("MSFT", { channels: ["candles" as never] }),
    ).rejects.toMatchObject({ code: "ERR_CONFIG" });
    expect(client.getHealth().stream.subscriptions.quotes).toEqual(["AAPL"]);
  });

  test("that the venue refuses are reported, and those it had granted stay", async () => {
    const simulator = await startVenue();
    const { client, errors } = clientFor(simulator);
    await client.connectStream(["AAPL"], { channels: ["trades"] });
    simulator.inject({ kind: "reject-subscribe", code: 405 });
    await expect(client.subscribeToSymbol("MSFT")).rejects.toMatchObject({
      code: "ERR_SUBSCRIPTION_REJECTED",
    });
    expect(errors).toMatchObject([{ code: "ERR_SUBSCRIPTION_REJECTED" }]);
    expect(client.getHealth().stream.subscriptions).toEqual({ trades: ["AAPL"] });
  });
});
