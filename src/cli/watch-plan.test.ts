import { describe, expect, test } from "vitest";
import { DATA_ENDPOINTS } from "../simulator/endpoints.ts";
import { ALPACA_FEEDS, FEEDS } from "../venues/alpaca/endpoints.ts";
import { planWatch } from "./watch-plan.ts";

describe("what watch does", () => {
  test("without a word: a few stocks' trades, quotes and bars, for as long as it is let", async () => {
    const plan = await planWatch([], {}, {});
    expect(plan).toMatchObject({ feed: "iex", durationMs: undefined, json: false });
    expect(plan.symbols).toContain("AAPL");
    expect(Object.keys(plan.selection)).toEqual(["trades", "quotes", "bars"]);
  });

  test.each(ALPACA_FEEDS)(
    "feed %s has symbols and channels to begin with, simulated too",
    async (feed) => {
      const { symbols, selection } = await planWatch([], { feed }, {});
      expect(symbols.length).toBeGreaterThan(0);
      const channels = Object.keys(selection);
      expect(channels.length).toBeGreaterThan(0);
      expect(FEEDS[feed].channels).toEqual(expect.arrayContaining(channels));
      expect(DATA_ENDPOINTS.has(FEEDS[feed].path)).toBe(true);
    },
  );

  test("symbols may be lower case, repeated, and separated by commas", async () => {
    const { symbols } = await planWatch(["aapl,MSFT", " aapl ", "brk.b"], {}, {});
    expect(symbols).toEqual(["AAPL", "MSFT", "BRK.B"]);
  });

  test("channels come in the feed's order, once", async () => {
    const { selection } = await planWatch(["AAPL"], { channels: "bars, trades,bars" }, {});
    expect(Object.entries(selection)).toEqual([
      ["trades", ["AAPL"]],
      ["bars", ["AAPL"]],
    ]);
  });

  test("the simulator's flags become its options", async () => {
    const raw = {
      ...{ seed: "7", rate: "2.5", session: "real", startTime: "2026-01-05T14:30:00Z" },
      ...{ ghost: "4s", cutAfter: "3s", fault: ["mute:after=1s"] },
    };
    const { venue } = await planWatch([], raw, {});
    expect(venue).toMatchObject({
      kind: "simulator",
      options: {
        seed: 7,
        ratePerSymbol: 2.5,
        session: "real",
        startTime: "2026-01-05T14:30:00Z",
        plan: { ghostMs: 4_000 },
        faults: [
          { kind: "cut", afterMs: 3_000 },
          { kind: "mute", afterMs: 1_000 },
        ],
      },
    });
  });
});
