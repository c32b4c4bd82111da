import { describe, expect, onTestFinished, test } from "vitest";
import { AlpacaClient } from "../../src/hub/alpaca-client.ts";
import type { Gap } from "../../src/model/gap.ts";
import type { Trade } from "../../src/model/trade.ts";
import type { Fault, Simulator } from "../../src/simulator/index.ts";
import type { BackfillOptions } from "../../src/streaming/gap-ledger/channel-rules.ts";
import { eventually } from "../support/eventually.ts";
import { credentials, QUICK, startVenue } from "../support/venue.ts";

const SYMBOLS = ["AAPL", "MSFT", "NVDA"];

/** A venue that never says 429, so that the tests are about gaps alone. */
const startGenerousVenue = (faults: readonly Fault[] = []): Promise<Simulator> =>
  startVenue({ plan: { requestsPerMinute: 10_000, ghostMs: 300 }, faults });

interface Opened {
  readonly client: AlpacaClient;
  readonly gaps: Gap[];
  readonly trades: Map<string, Trade[]>;
  /** Resolves when every symbol has brought this many more trades. */
  readonly more: (count: number) => Promise<void>;
  /** The ids that were delivered, and those that the venue has in the same span, by symbol. */
  readonly compare: () => Promise<{ readonly delivered: object; readonly onTape: object }>;
}

async function opened(venue: Simulator, backfill: BackfillOptions = {}): Promise<Opened> {
  const client = new AlpacaClient({
    credentials,
    url: venue.url,
    stream: {
      ...QUICK,
      reconnect: { ...QUICK.reconnect, baseMs: 200 },
      backfill: { settleMs: 50, ...backfill },
    },
    random: { next: () => 0.9 }, // never so soon that nothing is missed
    requestsPerMinute: 10_000,
  });
  onTestFinished(() => client.close());
  const gaps: Gap[] = [];
  const trades = new Map<string, Trade[]>(SYMBOLS.map((symbol) => [symbol, []]));
  client.onGap((gap) => gaps.push(gap));
  client.onTrade("*", (trade) => trades.get(trade.symbol)?.push(trade));
  await client.connectStream(SYMBOLS, { channels: ["trades"] });
  const more = async (count: number): Promise<void> => {
    const before = new Map(SYMBOLS.map((symbol) => [symbol, trades.get(symbol)?.length ?? 0]));
    await eventually(() => {
      for (const [symbol, had] of before) {
        expect(trades.get(symbol)?.length).toBeGreaterThanOrEqual(had + count);
      }
    });
  };
  const compare = async () => {
    const delivered: Record<string, string[]> = {};
    const onTape: Record<string, string[]> = {};
    for (const [symbol, list] of trades) {
      delivered[symbol] = list.map(({ id }) => id ?? "");
      onTape[symbol] = [];
      const [start, end] = [list[0]?.timestamp, list.at(-1)?.timestamp];
      for await (const trade of client.history.trades({ symbols: symbol, start, end })) {
        onTape[symbol].push(trade.id ?? "");
      }
    }
    return { delivered, onTape };
  };
  return { client, gaps, trades, more, compare };
}

const statuses = (gaps: readonly Gap[]): string[] =>
  gaps.map(({ status, reason, cause }) => [status, reason, cause].filter(Boolean).join(" "));

describe("what was missed", () => {
  test.each<[string, Fault]>([
    ["a cut", { kind: "cut" }],
    ["a close frame", { kind: "close" }],
    ["a lost path and a ghost", { kind: "ghost" }],
    ["a half-open connection", { kind: "half-open" }],
    ["a garbage frame", { kind: "garbage-frame" }],
    ["a truncated frame", { kind: "truncated-frame" }],
  ])("%s: is found, in order, each trade once", async (_, fault) => {
    const venue = await startGenerousVenue();
    const { gaps, more, compare, client } = await opened(venue);
    await more(10);
    venue.inject(fault);
    await eventually(() => expect(gaps.length).toBeGreaterThan(0));
    await more(20);
    const { delivered, onTape } = await compare();
    expect(delivered).toEqual(onTape);
    const cause = fault.kind.endsWith("frame") ? "undecodable" : "disconnect";
    expect(new Set(statuses(gaps))).toEqual(new Set([`repaired ${cause}`]));
    const { AAPL } = client.stream.ledger.report()["trades"] ?? {};
    expect(AAPL).toMatchObject({ gapsLost: 0, lostRanges: [], isOpen: false });
    expect(AAPL?.gapsRepaired).toBeGreaterThan(0);
  });

  test("control: without repair trades are missing, exactly those in the ranges that are told", async () => {
    const venue = await startGenerousVenue();
    const { gaps, more, compare, client } = await opened(venue, { policy: "report" });
    await more(10);
    venue.inject({ kind: "cut" });
    await eventually(() => expect(gaps.length).toBeGreaterThan(0));
    await more(20);
    expect(statuses(gaps)).toEqual(["lost reported-only disconnect"]);
    const { delivered, onTape } = await compare();
    expect(delivered).not.toEqual(onTape);
    const found = await client.stream.repair(gaps[0] as Gap);
    const idsOf = (ids: object): string[] => Object.values(ids).flat().sort();
    const all = [...idsOf(delivered), ...found.messages.map((m) => (m as Trade).id ?? "")];
    expect(all.sort()).toEqual(idsOf(onTape));
    const { AAPL } = client.stream.ledger.report()["trades"] ?? {};
    expect(AAPL).toMatchObject({ gapsLost: 0, gapsRepaired: 1 });
  });

  test("what history gave says so", async () => {
    const venue = await startGenerousVenue();
    const { gaps, more, trades } = await opened(venue);
    await more(5);
    venue.inject({ kind: "cut" });
    await eventually(() => expect(gaps.length).toBeGreaterThan(0));
    const recovered = [...trades.values()].flat().filter((trade) => trade.isRecovered);
    expect(recovered).toHaveLength(gaps[0]?.recovered ?? -1);
    expect(recovered.length).toBeGreaterThan(0);
  });

  test("history that cannot be had leaves the gap told, and what came live since delivered", async () => {
    const venue = await startGenerousVenue();
    const { gaps, more } = await opened(venue, { deadlineMs: 600 });
    await more(5);
    venue.inject({ kind: "http-error", status: 500, count: 1_000, path: "/v2/stocks/trades" });
    venue.inject({ kind: "cut" });
    await eventually(() => expect(gaps.length).toBeGreaterThan(0));
    expect(gaps[0]?.status).toBe("lost");
    await more(5);
  });
});
