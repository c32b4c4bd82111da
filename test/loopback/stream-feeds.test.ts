import { describe, expect, test } from "vitest";
import type { WireData } from "../../src/simulator/index.ts";
import { ALPACA_FEEDS, type AlpacaFeed, FEEDS } from "../../src/venues/alpaca/endpoints.ts";
import type { AlpacaSelection } from "../../src/venues/alpaca/websocket-options.ts";
import { eventually } from "../support/eventually.ts";
import { clientOf, forbidReconnects, startVenue } from "../support/venue.ts";

const OPTION = "AAPL240315C00172500";
const t = "2024-03-12T10:29:43.111588173Z";

/** A message of each channel, and the type it must arrive as. */
const SAMPLES: Readonly<Record<string, readonly [WireData, string]>> = {
  trades: [{ T: "t", S: "X", i: 1, x: "V", p: 1, s: 1, c: ["@"], z: "C", t }, "trade"],
  quotes: [{ T: "q", S: "X", bp: 1, bs: 1, ap: 2, as: 1, t }, "quote"],
  bars: [{ T: "b", S: "X", o: 1, h: 1, l: 1, c: 1, v: 1, t, n: 1, vw: 1 }, "bar"],
  updatedBars: [{ T: "u", S: "X", o: 1, h: 1, l: 1, c: 1, v: 1, t, n: 1, vw: 1 }, "updatedBar"],
  dailyBars: [{ T: "d", S: "X", o: 1, h: 1, l: 1, c: 1, v: 1, t, n: 1, vw: 1 }, "dailyBar"],
  statuses: [{ T: "s", S: "X", sc: "H", sm: "Halt", rc: "T12", rm: "News", t }, "tradingStatus"],
  lulds: [{ T: "l", S: "X", u: 2, d: 1, i: "B", t }, "limitBand"],
  imbalances: [{ T: "i", S: "X", p: 9.12, t }, "imbalance"],
  orderbooks: [{ T: "o", S: "X", b: [{ p: 1, s: 2 }], a: [], r: true, t }, "orderBook"],
  pricing: [{ T: "p", S: "X", ip: 1, mp: 1, fr: 0.1, oi: 5, t }, "pricing"],
  news: [
    {
      T: "n",
      id: 24918784,
      headline: "h",
      summary: "s",
      author: "a",
      content: "<p>c</p>",
      url: "",
      symbols: ["X"],
      source: "benzinga",
      created_at: t,
      updated_at: t,
    },
    "news",
  ],
};

function symbolOf(feed: AlpacaFeed): string {
  if (feed === "test") return "FAKEPACA";
  if (feed.startsWith("crypto")) return "BTC/USD";
  return feed === "opra" || feed === "indicative" ? OPTION : "AAPL";
}

/** The sample as this feed would send it. */
function sampleFor(channel: string, feed: AlpacaFeed): readonly [WireData, string] {
  const [message, type] = SAMPLES[channel] as readonly [WireData, string];
  const symbol = symbolOf(feed);
  if (message.T === "n") return [{ ...message, symbols: [symbol] }, type];
  return [{ ...message, S: symbol } as WireData, type];
}

describe("a feed", () => {
  test.each(ALPACA_FEEDS)("%s delivers every channel it has", async (feed) => {
    const simulator = await startVenue({ ratePerSymbol: 1 });
    const { client, errors } = clientOf(simulator, { feed });
    forbidReconnects(client);
    const { channels } = FEEDS[feed];
    const symbol = symbolOf(feed);
    const selection: AlpacaSelection = Object.fromEntries(
      channels.map((channel) => [channel, [symbol]]),
    );
    await client.connect();
    expect(await client.subscribe(selection)).toEqual(selection);
    const wanted = channels.map((channel) => {
      const [message, type] = sampleFor(channel, feed);
      expect(simulator.emit(message)).toBe(1);
      return type;
    });
    await eventually(() => {
      expect(Object.keys(client.getMetrics().messagesByType)).toEqual(
        expect.arrayContaining(wanted),
      );
    });
    expect(errors).toEqual([]);
  });

  test("that the plan lacks ends the connection and says so", async () => {
    const simulator = await startVenue({ plan: { feeds: ["iex"] } });
    const { client } = clientOf(simulator, { feed: "sip" });
    await expect(client.connect()).rejects.toMatchObject({
      code: "ERR_NOT_ENTITLED",
      venueCode: 409,
    });
  });

  test("of options refuses quotes of everything, and says so", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator, { feed: "indicative" });
    await client.connect();
    await expect(client.subscribe({ quotes: ["*"] })).rejects.toMatchObject({
      code: "ERR_SUBSCRIPTION_REJECTED",
      venueCode: 413,
    });
    expect(await client.subscribe({ quotes: [OPTION] })).toEqual({ quotes: [OPTION] });
  });
});

describe("compression", () => {
  test("is negotiated when asked for, and the data is the same", async () => {
    const simulator = await startVenue();
    const { client, errors } = clientOf(simulator, { compression: true });
    forbidReconnects(client);
    await client.connect();
    await client.subscribe({ trades: ["AAPL"], quotes: ["AAPL"] });
    await eventually(() => expect(client.getMetrics().messages).toBeGreaterThan(20));
    expect(errors).toEqual([]);
  });
});
