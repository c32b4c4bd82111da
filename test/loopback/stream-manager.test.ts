import { describe, expect, onTestFinished, test } from "vitest";
import type { MarketData } from "../../src/model/market-data.ts";
import type { Simulator } from "../../src/simulator/index.ts";
import { StreamManager } from "../../src/streaming/stream-manager/stream-manager.ts";
import type { StreamManagerOptions } from "../../src/streaming/stream-manager/stream-manager-options.ts";
import { eventually, pause } from "../support/eventually.ts";
import { type Connected, clientOf, forbidReconnects, startVenue } from "../support/venue.ts";

const INTERVAL_MS = 50;
const FREE_PLAN = [{ channels: ["trades", "quotes"], symbols: 3 }] as const;

interface Managed extends Connected {
  readonly manager: StreamManager;
}

async function managerOf(
  simulator: Simulator,
  options: StreamManagerOptions = {},
): Promise<Managed> {
  const connected = clientOf(simulator);
  const manager = new StreamManager(connected.client, {
    changeIntervalMs: INTERVAL_MS,
    ...options,
  });
  onTestFinished(() => manager.stop());
  await manager.start();
  return { ...connected, manager };
}

/** What the venue has the one session subscribed to, channels without symbols left out. */
function venueHas(simulator: Simulator): Record<string, readonly string[]> {
  const [session] = simulator.state().sessions;
  const channels = Object.entries(session?.subscriptions ?? {});
  return Object.fromEntries(
    channels
      .filter(([name, symbols]) => symbols.length > 0 && !/corrections|cancelErrors/.test(name))
      .map(([name, symbols]) => [name, [...symbols].sort()]),
  );
}

describe("callers of one stream", () => {
  test("have their own messages, and the venue the union of what they want", async () => {
    const simulator = await startVenue();
    const { manager, client } = await managerOf(simulator);
    forbidReconnects(client);
    const heard = { one: new Set<string>(), two: new Set<string>(), all: new Set<string>() };
    const listening = (to: Set<string>) => (message: MarketData) =>
      void to.add(`${message.type} ${message.symbol}`);
    const [one, two] = await Promise.all([
      manager.subscribe({
        symbols: ["AAPL", "MSFT"],
        dataTypes: ["trades"],
        handler: listening(heard.one),
      }),
      manager.subscribe({
        symbols: ["AAPL"],
        dataTypes: ["trades", "quotes"],
        handler: listening(heard.two),
      }),
    ]);
    expect(manager.getSubscriptionStats()).toMatchObject({ calls: 2, changes: 1, coalesced: 1 });
    expect(venueHas(simulator)).toEqual({ trades: ["AAPL", "MSFT"], quotes: ["AAPL"] });
    await eventually(() => {
      expect([...heard.one].sort()).toEqual(["trade AAPL", "trade MSFT"]);
      expect([...heard.two].sort()).toEqual(["quote AAPL", "trade AAPL"]);
    });
    await two.close();
    expect(venueHas(simulator)).toEqual({ trades: ["AAPL", "MSFT"] });
    expect(one.symbols).toEqual({ trades: ["AAPL", "MSFT"] });
    await manager.stop();
    await eventually(() => expect(venueHas(simulator)).toEqual({}));
    expect(client.isLive).toBe(true);
  });

  test("hear each message once, however many of their symbols it matches", async () => {
    const simulator = await startVenue();
    const { manager, client } = await managerOf(simulator);
    forbidReconnects(client);
    const heard: MarketData[] = [];
    await manager.subscribe({
      symbols: ["AAPL", "*"],
      dataTypes: ["trades"],
      handler: (message) => void heard.push(message),
    });
    await eventually(() => expect(heard.length).toBeGreaterThan(50));
    expect(heard.some(({ symbol }) => symbol === "AAPL")).toBe(true);
    expect(new Set(heard).size).toBe(heard.length);
  });
});

describe("a lost connection", () => {
  test("is restored by the stream alone, and the handlers go on", async () => {
    const simulator = await startVenue();
    const { manager, client } = await managerOf(simulator);
    let messages = 0;
    await manager.subscribe({
      symbols: ["AAPL", "MSFT"],
      dataTypes: ["trades"],
      handler: () => void messages++,
    });
    simulator.inject({ kind: "cut" });
    await eventually(() => expect(client.getMetrics().reconnects).toBe(1));
    await eventually(() => expect(venueHas(simulator)).toEqual({ trades: ["AAPL", "MSFT"] }));
    const before = messages;
    await eventually(() => expect(messages).toBeGreaterThan(before));
    await pause(4 * INTERVAL_MS);
    expect(manager.getSubscriptionStats()).toMatchObject({ changes: 1, isLive: true });
  });

  test("while a change is under way and others want more loses nobody's wish", async () => {
    const simulator = await startVenue({ faults: [{ kind: "late-ack", delayMs: 200 }] });
    const { manager, client } = await managerOf(simulator);
    const first = manager.subscribe({ symbols: ["AAPL"], dataTypes: ["trades"] });
    await pause(50);
    const second = manager.subscribe({ symbols: ["MSFT"], dataTypes: ["quotes"] });
    simulator.inject({ kind: "cut" });
    await Promise.all([first, second]);
    expect(venueHas(simulator)).toEqual({ trades: ["AAPL"], quotes: ["MSFT"] });
    expect(client.getMetrics().reconnects).toBe(1);
  });

  test("after which the venue refuses a symbol is told to who had it", async () => {
    const simulator = await startVenue();
    const { manager } = await managerOf(simulator);
    const had = await manager.subscribe({ symbols: ["AAPL"], dataTypes: ["trades"] });
    simulator.inject({ kind: "reject-subscribe", code: 405 });
    simulator.inject({ kind: "cut" });
    await eventually(() =>
      expect(had.refused).toMatchObject([{ symbol: "AAPL", reason: "venue" }]),
    );
    expect(manager.getActiveSymbols()).toEqual({});
  });
});

describe("what the venue refuses", () => {
  test("is refused to who asked for it, and the others in the message get theirs", async () => {
    const simulator = await startVenue();
    const { manager, client } = await managerOf(simulator);
    forbidReconnects(client);
    const [fine, partly, bad] = await Promise.allSettled([
      manager.subscribe({ symbols: ["AAPL", "MSFT"], dataTypes: ["trades"] }),
      manager.subscribe({ symbols: ["NVDA", "no-symbol"], dataTypes: ["trades"] }),
      manager.subscribe({ symbols: ["no-symbol"], dataTypes: ["trades"] }),
    ]);
    expect(fine).toMatchObject({ value: { symbols: { trades: ["AAPL", "MSFT"] }, refused: [] } });
    expect(partly).toMatchObject({
      value: { symbols: { trades: ["NVDA"] }, refused: [{ symbol: "no-symbol", reason: "venue" }] },
    });
    expect(bad).toMatchObject({
      reason: { code: "ERR_SUBSCRIPTION_REJECTED", rejected: { trades: ["no-symbol"] } },
    });
    expect(venueHas(simulator)).toEqual({ trades: ["AAPL", "MSFT", "NVDA"] });
  });

  test("for want of room leaves the earlier ones theirs", async () => {
    const simulator = await startVenue({ plan: { symbolLimit: 3 } });
    const { manager } = await managerOf(simulator);
    const subscription = await manager.subscribe({
      symbols: ["AAPL", "MSFT", "NVDA", "SPY", "TSLA"],
      dataTypes: ["trades"],
    });
    expect(subscription.symbols).toEqual({ trades: ["AAPL", "MSFT", "NVDA"] });
    expect(subscription.refused.map(({ symbol }) => symbol)).toEqual(["SPY", "TSLA"]);
  });

  test("never has to be, when the plan's limits are given: priority decides beforehand", async () => {
    const simulator = await startVenue({ plan: { symbolLimit: 3 } });
    const { manager, client, codes } = await managerOf(simulator, { symbolLimits: FREE_PLAN });
    forbidReconnects(client);
    const low = await manager.subscribe({
      symbols: ["AAPL", "MSFT", "NVDA", "SPY"],
      dataTypes: ["trades"],
    });
    expect(low.refused).toMatchObject([{ symbol: "SPY", reason: "limit" }]);
    const high = await manager.subscribe({
      symbols: ["TSLA"],
      dataTypes: ["trades", "quotes", "bars"],
      priority: 1,
    });
    expect(venueHas(simulator)).toEqual({
      trades: ["AAPL", "TSLA"],
      quotes: ["TSLA"],
      bars: ["TSLA"],
    });
    await high.close();
    await eventually(() =>
      expect(venueHas(simulator)).toEqual({ trades: ["AAPL", "MSFT", "NVDA"] }),
    );
    expect(codes()).toEqual([]);
  });
});
