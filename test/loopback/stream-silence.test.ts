import { describe, expect, onTestFinished, test } from "vitest";
import { AlpacaClient } from "../../src/hub/alpaca-client.ts";
import type { AlpacaClientOptions } from "../../src/hub/alpaca-client-options.ts";
import { AlpacaHistorySource } from "../../src/hub/alpaca-history-source.ts";
import type { Gap } from "../../src/model/gap.ts";
import type { Stale } from "../../src/model/stream-event.ts";
import type { Simulator } from "../../src/simulator/index.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { eventually, pause } from "../support/eventually.ts";
import { clientOf, credentials, forbidReconnects, QUICK, startVenue } from "../support/venue.ts";
import { open } from "./alpaca-rest-venue.ts";

const STALE_MS = 300;
/** Every market says that it is open, so that silence alone decides. */
const watched = { ...QUICK, staleAfterMs: STALE_MS, expectsData: () => true };
const NIGHT = { session: "real", startTime: "2026-03-10T05:00:00Z" } as const;
const NOON_MS = Date.parse("2026-03-10T16:00:05Z");

function opened(venue: Simulator, options: Partial<AlpacaClientOptions> = {}) {
  const client = new AlpacaClient({ credentials, url: venue.url, stream: watched, ...options });
  onTestFinished(() => client.close());
  const stales: Stale[] = [];
  const gaps: Gap[] = [];
  client.onStale((stale) => stales.push(stale));
  client.onGap((gap) => gaps.push(gap));
  return { client, stales, gaps };
}

const findings = (stales: readonly Stale[]): string[] =>
  stales.map(({ channel, finding }) => `${channel} ${finding}`);

describe("a stream that brings nothing, though the venue has something", () => {
  test("is mute: told, replaced, and what it missed is repaired", async () => {
    const venue = await startVenue();
    const { client, stales, gaps } = opened(venue);
    const types: string[] = [];
    const loop = (async () => {
      for await (const { type } of client.stream.messages({ events: true })) {
        if (types.at(-1) !== type) types.push(type);
      }
    })();
    await client.connectStream(["AAPL"], { channels: ["trades"] });
    await eventually(() => expect(types).toEqual(["trade"]));
    venue.inject({ kind: "mute" });
    await eventually(() => expect(gaps).toMatchObject([{ cause: "mute", status: "repaired" }]));
    expect(findings(stales)).toEqual(["trades mute"]);
    expect(stales[0]?.silentMs).toBeGreaterThanOrEqual(STALE_MS);
    expect(client.stream.getMetrics().reconnects).toBe(1);
    await client.close();
    await loop;
    expect(types.slice(0, 4)).toEqual(["trade", "stale", "reconnected", "trade"]);
  });

  test.each([
    ["quotes", "iex", "AAPL"],
    ["orderbooks", "crypto", "BTC/USD"],
  ] as const)("is found on %s of %s as well", async (channel, feed, symbol) => {
    const venue = await startVenue();
    const { client, stales } = opened(venue, { feed });
    await client.connectStream([symbol], { channels: [channel] });
    await eventually(() => expect(client.stream.getMetrics().messages).toBeGreaterThan(5));
    venue.inject({ kind: "mute" });
    await eventually(() => expect(findings(stales)).toEqual([`${channel} mute`]));
    await eventually(() => expect(client.stream.getMetrics().reconnects).toBe(1));
  });

  test("is found where it never brought anything", async () => {
    const venue = await startVenue({ faults: [{ kind: "mute" }] });
    const { client, stales } = opened(venue);
    await client.connectStream(["AAPL"], { channels: ["trades"] });
    await eventually(() => expect(findings(stales)).toEqual(["trades mute"]));
    expect(stales[0]?.silentMs).toBeGreaterThanOrEqual(2 * STALE_MS);
    await eventually(() => expect(client.stream.getMetrics().messages).toBeGreaterThan(0));
  });
});

describe("a stream of a market that has nothing to say", () => {
  test.each([
    ["at night", NIGHT],
    ["of a symbol that rarely trades", { ratePerSymbol: 0.001, startTime: NOON_MS }],
  ] as const)("is quiet %s: told once, and left alone", async (_, market) => {
    const venue = await startVenue(market);
    const { client, stales } = opened(venue);
    forbidReconnects(client.stream);
    await client.connectStream(["AAPL"], { channels: ["trades", "quotes"] });
    await eventually(() => expect(stales).toHaveLength(2));
    await pause(4 * STALE_MS);
    expect(findings(stales).sort()).toEqual(["quotes quiet", "trades quiet"]);
  });

  test("costs the connection where nobody can be asked: the control", async () => {
    const venue = await startVenue(NIGHT);
    const { client } = clientOf(venue, watched);
    const stales: Stale[] = [];
    client.onStale((stale) => stales.push(stale));
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    await eventually(() => expect(client.getMetrics().reconnects).toBe(1));
    expect(findings(stales)).toEqual(["trades unknown"]);
  });

  test("costs the connection where the question fails", async () => {
    const venue = await startVenue({
      ...NIGHT,
      faults: [{ kind: "http-error", status: 403, count: 100, path: "/v2/stocks/trades/latest" }],
    });
    const { client, stales } = opened(venue);
    await client.connectStream(["AAPL"], { channels: ["trades"] });
    await eventually(() => expect(client.stream.getMetrics().reconnects).toBe(1));
    expect(findings(stales)).toEqual(["trades unknown"]);
  });
});

describe("a mute stream of halted symbols", () => {
  /** Halts symbols by statuses from a time ahead: no trade on its way ends the halt. */
  async function halted(...symbols: string[]) {
    const venue = await startVenue({ startTime: NOON_MS });
    const { client, stales } = opened(venue);
    let statuses = 0;
    client.stream.registerHandler("s", () => statuses++);
    await client.connectStream(["AAPL", "MSFT"], { channels: ["trades", "statuses"] });
    const t = new Date(NOON_MS + 3_600_000).toISOString();
    for (const S of symbols) {
      venue.emit({ T: "s", S, sc: "H", sm: "Trading Halt", rc: "T1", rm: "", z: "C", t });
    }
    await eventually(() => expect(statuses).toBe(symbols.length));
    venue.inject({ kind: "mute" });
    return { client, stales };
  }

  test("is owed nothing", async () => {
    const { client, stales } = await halted("AAPL", "MSFT");
    forbidReconnects(client.stream);
    await pause(2_000);
    expect(stales).toEqual([]);
  });

  test("is owed the data of the one that is not halted: the control", async () => {
    const { stales } = await halted("AAPL");
    await eventually(() => expect(findings(stales)).toEqual(["trades mute"]));
  });
});

test("of bars the venue is asked for the latest minute that is over", async () => {
  const clock = new ManualClock(NOON_MS);
  const bar = (t: string) => ({ t, o: 1, h: 1, l: 1, c: 1, v: 1, n: 1, vw: 1 });
  const { rest, seen } = await open(
    () => ({
      body: {
        AAPL: { minuteBar: bar("2026-03-10T15:59:00Z"), dailyBar: bar("2026-03-10T04:00:00Z") },
        MSFT: { minuteBar: bar("2026-03-10T16:00:00Z"), dailyBar: bar("2026-03-10T04:00:00Z") },
      },
    }),
    clock,
  );
  const { signal } = new AbortController();
  const source = new AlpacaHistorySource(rest, clock, "iex");
  const latest = await source.latest({ channel: "bars", symbols: ["AAPL", "MSFT"], signal });
  expect(latest).toMatchObject([{ type: "bar", symbol: "AAPL" }]);
  expect(seen).toMatchObject([{ query: { symbols: "AAPL,MSFT", feed: "iex" } }]);
});
