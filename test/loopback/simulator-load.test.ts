import { describe, expect, test } from "vitest";
import type { Simulator, SimulatorLoad, SimulatorOptions } from "../../src/simulator/index.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { eventually } from "../support/eventually.ts";
import {
  type ConnectOptions,
  connect,
  connectAuthenticated,
  get,
  type RawClient,
  type RawMessage,
  start,
} from "./simulator-client.ts";

const EVERYTHING = { trades: ["*"], quotes: ["*"], bars: ["*"] };
const FIRST_ID = 1_000_000_000_001;
const LOAD: SimulatorLoad = { messagesPerSecond: 20_000, symbols: 50, framesOf: 20 };

interface Loaded {
  readonly simulator: Simulator;
  readonly clock: ManualClock;
}

/** A simulator under load whose time only moves when it is told to. */
async function startLoaded(options: SimulatorOptions = {}): Promise<Loaded> {
  const clock = new ManualClock();
  return { simulator: await start({ load: LOAD, clock, ...options }), clock };
}

async function subscribed(
  simulator: Simulator,
  selection: object = EVERYTHING,
  options: ConnectOptions & { readonly key?: string; readonly path?: string } = {},
): Promise<RawClient> {
  const { key = "KEY", path = "/v2/sip", ...connectOptions } = options;
  const client = await connect(simulator, path, connectOptions);
  await client.received(1);
  await client.authenticate(key);
  client.send({ action: "subscribe", ...selection });
  await client.ofType("subscription");
  return client;
}

function dataOf(client: RawClient): readonly RawMessage[] {
  return client.messages.filter(({ T }) => T === "t" || T === "q" || T === "b");
}

/** Waits until everything that the only session was sent has arrived. */
async function arrived(simulator: Simulator, client: RawClient): Promise<readonly RawMessage[]> {
  return eventually(() => {
    const data = dataOf(client);
    expect(data).toHaveLength(simulator.state().messagesSent);
    return data;
  });
}

/** Every symbol's trades must be numbered one after the other, from the first that was seen. */
function expectNoHole(messages: readonly RawMessage[]): Map<string, number> {
  const last = new Map<string, number>();
  const astray = messages.filter(({ T, S, i }) => {
    if (T !== "t") return false;
    const before = last.get(String(S));
    last.set(String(S), Number(i));
    return before !== undefined && i !== before + 1;
  });
  expect(astray).toEqual([]);
  return last;
}

describe.each([
  ["JSON", false],
  ["MessagePack", true],
])("a load over %s", (_, isMessagePack) => {
  test("has the rate, the frames and the mixture asked for, and loses nothing", async () => {
    const { simulator, clock } = await startLoaded();
    const client = await subscribed(simulator, EVERYTHING, { isMessagePack });
    const framesBefore = client.frames.length;
    await clock.advance(1010);
    const data = await arrived(simulator, client);
    // The first tick takes the subscription up, the hundred after it are a second.
    expect(data).toHaveLength(LOAD.messagesPerSecond);
    expect(client.frames.length - framesBefore).toBe(data.length / 20);
    expect(client.undecodable).toEqual([]);
    const share = (type: string): number => data.filter(({ T }) => T === type).length / data.length;
    expect(share("q")).toBeCloseTo(0.85, 3);
    expect(share("t")).toBeCloseTo(0.14, 3);
    expect(share("b")).toBeCloseTo(0.01, 3);
    expect(data.every((message) => Object.keys(message)[0] === "T")).toBe(true);
    const last = expectNoHole(data);
    expect(Math.min(...data.filter(({ T }) => T === "t").map(({ i }) => Number(i)))).toBe(FIRST_ID);
    expect(last.size).toBe(50);
  });

  test("tells afterwards what each symbol was sent, and the last of its sequence", async () => {
    const { simulator, clock } = await startLoaded();
    const client = await subscribed(simulator, EVERYTHING, { isMessagePack });
    await clock.advance(500);
    const data = await arrived(simulator, client);
    const { symbols, streams } = simulator.loadState() ?? { symbols: [], streams: [] };
    expect(streams.map(({ path, skipped }) => [path, skipped])).toEqual([["/v2/sip", 0]]);
    const [stream] = streams;
    for (const [T, channel] of [
      ["t", "trades"],
      ["q", "quotes"],
      ["b", "bars"],
    ] as const) {
      const counts = symbols.map(
        (symbol) => data.filter((message) => message["T"] === T && message["S"] === symbol).length,
      );
      expect(stream?.sentBySymbol[channel]).toEqual(counts);
      expect(stream?.lastSequence[channel]).toEqual(counts);
      expect(stream?.sentByChannel[channel]).toBe(counts.reduce((sum, count) => sum + count, 0));
    }
    const { body } = await get(simulator, "/__simulator/load");
    expect(body).toEqual(simulator.loadState());
  });

  test("comes filtered to whoever named symbols", async () => {
    const { simulator, clock } = await startLoaded();
    const selection = { trades: ["AAPL", "MSFT", "NOTINIT"], quotes: ["MSFT"] };
    const client = await subscribed(simulator, selection, { isMessagePack });
    await clock.advance(500);
    const data = await arrived(simulator, client);
    const kinds = new Set(data.map(({ T, S }) => `${T} ${S}`));
    expect([...kinds].sort()).toEqual(["q MSFT", "t AAPL", "t MSFT"]);
    expectNoHole(data);
    const [stream] = simulator.loadState()?.streams ?? [];
    expect(stream?.sentByChannel.bars).toBe(0);
    expect(stream?.sentByChannel.quotes).toBe(stream?.lastSequence.quotes[5]);
  });

  test("is cut by a fault after exactly so many messages, in the middle of a frame", async () => {
    const faults = [{ kind: "cut", afterMessages: 333 }] as const;
    const { simulator, clock } = await startLoaded({ faults });
    const client = await subscribed(simulator, EVERYTHING, { isMessagePack });
    await clock.advance(500);
    await client.hasClosed();
    expect(dataOf(client)).toHaveLength(333);
    expectNoHole(dataOf(client));
  });
});

test("every session sees the same market: the same ids and times in both encodings", async () => {
  const { simulator, clock } = await startLoaded();
  const json = await subscribed(simulator);
  const messagePack = await subscribed(simulator, EVERYTHING, {
    isMessagePack: true,
    key: "OTHER",
  });
  const trades = await subscribed(simulator, { trades: ["*"] }, { key: "THIRD" });
  await clock.advance(300);
  await eventually(() =>
    expect([json, messagePack, trades].map((client) => dataOf(client).length)).toEqual(
      simulator.state().sessions.map(({ messagesSent }) => messagesSent),
    ),
  );
  expect(dataOf(json).length).toBeGreaterThan(5000);
  expect(dataOf(messagePack)).toEqual(dataOf(json));
  expect(dataOf(trades)).toEqual(dataOf(json).filter(({ T }) => T === "t"));
  const [stream] = simulator.loadState()?.streams ?? [];
  const made = stream?.lastSequence.trades ?? [];
  expect(stream?.sentBySymbol.trades).toEqual(made.map((count) => count * 3));
});

test("it stands still while nobody listens, and goes on where it stood", async () => {
  const { simulator, clock } = await startLoaded();
  const client = await subscribed(simulator);
  await clock.advance(200);
  const before = [...(await arrived(simulator, client))];
  client.send({ action: "unsubscribe", ...EVERYTHING });
  await client.ofType("subscription", 2);
  await clock.advance(5000);
  client.send({ action: "subscribe", ...EVERYTHING });
  await client.ofType("subscription", 3);
  await clock.advance(200);
  const all = await arrived(simulator, client);
  expect(all.length).toBeGreaterThan(before.length);
  expect(all.length).toBeLessThan(before.length * 3);
  expectNoHole(all);
  expect(simulator.loadState()?.streams[0]?.skipped).toBe(0);
});

test("held up, it makes up for a tenth of a second and says what it left out", async () => {
  const { simulator, clock } = await startLoaded();
  const client = await subscribed(simulator);
  await clock.advance(10);
  await clock.block(3000);
  const data = await arrived(simulator, client);
  expect(data).toHaveLength(2000 + 20);
  expect(simulator.loadState()?.streams[0]?.skipped).toBe(60_000 - data.length);
  expectNoHole(data);
});

test("what falls into a mute was not sent", async () => {
  const { simulator, clock } = await startLoaded();
  const client = await subscribed(simulator);
  await clock.advance(100);
  simulator.inject({ kind: "mute", durationMs: 100 });
  await clock.advance(300);
  const data = await arrived(simulator, client);
  const [stream] = simulator.loadState()?.streams ?? [];
  const sum = (counts: readonly number[] = []): number => counts.reduce((all, one) => all + one, 0);
  expect(sum(stream?.sentBySymbol.quotes)).toBe(data.filter(({ T }) => T === "q").length);
  expect(sum(stream?.lastSequence.quotes)).toBeGreaterThan(sum(stream?.sentBySymbol.quotes));
});

test("everything but the stock streams, and what is emitted, is as it was", async () => {
  const { simulator, clock } = await startLoaded();
  const crypto = await connectAuthenticated(simulator, "/v1beta3/crypto/us");
  crypto.send({ action: "subscribe", trades: ["BTC/USD"] });
  await crypto.ofType("subscription");
  const stocks = await subscribed(simulator, { statuses: ["AAPL"], trades: ["AAPL"] });
  await clock.advance(300);
  const [trade] = await crypto.ofType("t");
  expect(trade?.["S"]).toBe("BTC/USD");
  const status = { T: "s", S: "AAPL", sc: "H", sm: "Halt", rc: "T1", rm: "News", z: "C" } as const;
  expect(simulator.emit({ ...status, t: "2026-03-10T14:30:00Z" })).toBe(1);
  expect(await stocks.ofType("s")).toHaveLength(1);
  expect((await start()).loadState()).toBeUndefined();
});
