import { describe, expect, test } from "vitest";
import { watching } from "../../../test/support/watched-market.ts";
import type { MarketData } from "../../model/market-data.ts";
import type { HistoryRequest, HistorySource } from "../../ports/history-source.ts";
import { ChannelMarks } from "../../streaming/gap-ledger/channel-marks.ts";
import { SymbolTable } from "../../streaming/symbol-table.ts";
import { StreamWitness } from "./stream-witness.ts";

const { make } = watching();

function witnessed(latest: readonly MarketData[] = []) {
  const symbols = new SymbolTable();
  const trades = new ChannelMarks(4);
  const requests: Omit<HistoryRequest, "from" | "to">[] = [];
  const source: HistorySource = {
    coverage: (channel) =>
      channel === "trades"
        ? "history"
        : channel === "quotes"
          ? "latest"
          : channel === "orderbooks"
            ? "snapshot"
            : "none",
    history: () => {
      throw new TypeError("the latest is enough");
    },
    latest: (request) => {
      requests.push(request);
      return Promise.resolve(latest);
    },
  };
  const witness = new StreamWitness(
    (channel) => (channel === "trades" ? trades : undefined),
    symbols,
    source,
  );
  const bring = (symbol: string, second: number): void =>
    trades.note(symbols.idOf(symbol), second, 0, second);
  return { witness, symbols, bring, requests };
}

describe("StreamWitness", () => {
  test("takes the symbols that brought most, fifty at most", () => {
    const { witness, bring } = witnessed();
    const granted = Array.from({ length: 200 }, (_, i) => `S${i}`);
    for (const [i, symbol] of granted.entries()) {
      for (let count = 0; count < (i >= 150 ? 3 : 1); count++) bring(symbol, 1_000 + count);
    }
    expect(new Set(witness.sample("trades", granted))).toEqual(new Set(granted.slice(150)));
    expect(witness.sample("quotes", granted)).toHaveLength(50);
    expect(witness.sample("trades", ["AAPL", "MSFT"])).toEqual(["AAPL", "MSFT"]);
  });

  test("takes under * the symbols that have come", () => {
    const { witness, symbols, bring } = witnessed();
    symbols.idOf("NEVER");
    bring("AAPL", 1_000);
    expect(witness.sample("trades", ["*"])).toEqual(["AAPL"]);
    expect(witness.sample("quotes", ["*"])).toEqual([]);
  });

  test("knows the newest of several symbols, whatever came last", () => {
    const { witness, bring } = witnessed();
    bring("AAPL", 1_000);
    bring("MSFT", 3_000);
    bring("MSFT", 2_000);
    expect(witness.newest("trades", ["AAPL", "MSFT"])).toMatchObject({ seconds: 3_000 });
    expect(witness.newest("trades", ["AAPL"])).toMatchObject({ seconds: 1_000 });
    expect(witness.newest("trades", ["TSLA"])).toBeUndefined();
    expect(witness.newest("quotes", ["AAPL"])).toBeUndefined();
  });

  test("can ask where history has the channel or its latest, and nobody without one", () => {
    const { witness, symbols } = witnessed();
    const channels = ["trades", "quotes", "orderbooks", "bars"];
    expect(channels.map((channel) => witness.canAsk(channel))).toEqual([true, true, false, false]);
    const alone = new StreamWitness(() => undefined, symbols, undefined);
    expect(channels.some((channel) => alone.canAsk(channel))).toBe(false);
  });

  test("asks for the latest, and takes no other type of message for it", async () => {
    const trade = make("trade", "AAPL");
    const { witness, requests } = witnessed([trade, make("dailyBar", "MSFT")]);
    const { signal } = new AbortController();
    const latest = await witness.ask("trades", ["AAPL", "MSFT"], signal);
    expect([...latest.keys()]).toEqual(["AAPL"]);
    expect(latest.get("AAPL")).toMatchObject({ seconds: trade.seconds, nanos: trade.nanos });
    expect(requests).toEqual([{ channel: "trades", symbols: ["AAPL", "MSFT"], signal }]);
  });
});
