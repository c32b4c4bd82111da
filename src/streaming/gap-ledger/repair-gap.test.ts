import { describe, expect, test } from "vitest";
import { ScriptedHistory, tradeAt } from "../../../test/support/opened-ledger.ts";
import { ConfigError, VenueRejectedError } from "../../core/errors.ts";
import { Gap, type GapRange } from "../../model/gap.ts";
import type { Trade } from "../../model/trade.ts";
import { repairGap } from "./repair-gap.ts";

const { signal } = new AbortController();
const range = (fromMs: number, toMs: number): GapRange => ({
  from: tradeAt(fromMs, 0),
  to: tradeAt(toMs, 0),
});

function lost(ranges: Record<string, GapRange>, channel = "trades"): Gap {
  return new Gap({
    status: "lost",
    channel,
    ranges: new Map(Object.entries(ranges)),
    cause: "disconnect",
    reason: "reported-only",
  });
}

describe("repairGap", () => {
  test("gives everything strictly within each symbol's own range", async () => {
    const history = new ScriptedHistory();
    history.answer = () => [
      ...[10, 11, 29, 30].map((ms) => tradeAt(ms, ms)),
      ...[10, 40, 49, 50].map((ms) => tradeAt(ms, ms, "MSFT")),
      tradeAt(20, 20, "NVDA"),
    ];
    const gap = lost({ AAPL: range(10, 30), MSFT: range(20, 50) });
    const { gap: repaired, messages } = await repairGap(gap, history, signal);
    expect(messages.map((message) => `${message.symbol} ${(message as Trade).id}`)).toEqual([
      "AAPL 11",
      "AAPL 29",
      "MSFT 40",
      "MSFT 49",
    ]);
    expect(repaired).toMatchObject({ status: "repaired", cause: "disconnect", recovered: 4 });
    expect(repaired.reason).toBeUndefined();
    expect(history.asked).toMatchObject([{ channel: "trades", symbols: ["AAPL", "MSFT"], signal }]);
    expect(history.asked[0]?.from).toMatchObject({ nanos: 10_000_000 });
    expect(history.asked[0]?.to).toMatchObject({ nanos: 50_000_000 });
  });

  test("what history says no to is said", async () => {
    const history = new ScriptedHistory();
    const error = new VenueRejectedError(400, "no");
    history.answer = () => Promise.reject(error);
    await expect(repairGap(lost({ AAPL: range(0, 1) }), history, signal)).rejects.toBe(error);
  });

  test("every symbol that nobody has seen cannot be asked for", async () => {
    const history = new ScriptedHistory();
    await expect(repairGap(lost({ "*": range(0, 1) }), history, signal)).rejects.toThrow(
      ConfigError,
    );
    const { gap } = await repairGap(lost({ "*": range(0, 1), AAPL: range(0, 1) }), history, signal);
    expect(gap.symbols).toEqual(["AAPL"]);
    expect(history.asked).toMatchObject([{ symbols: ["AAPL"] }]);
  });

  test.each([
    ["a channel without a history", "quotes", new ScriptedHistory()],
    ["nobody to ask", "trades", undefined],
  ])("%s is a fault of the caller's", async (_, channel, history) => {
    const gap = lost({ AAPL: range(0, 1) }, channel);
    await expect(repairGap(gap, history, signal)).rejects.toThrow(ConfigError);
  });
});
