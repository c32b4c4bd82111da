import { expect, test } from "vitest";
import { openedLedger, tradeAt } from "../../../test/support/opened-ledger.ts";
import { Bar } from "../../model/bar.ts";
import { CHANNELS } from "../../streaming/channels.ts";
import { LEDGER_CHANNELS } from "./ledger-channels.ts";

function barOf(type: "updatedBar" | "dailyBar", tradeCount: number): Bar {
  const prices = { open: 1, high: 1, low: 1, close: 1, volume: 1, vwap: 1 };
  return Bar.from("AAPL", { seconds: 60, nanos: 0 }, 0, { type, tradeCount, ...prices });
}

test("account is kept of every channel that can be subscribed to", () => {
  const mirrors = ["corrections", "cancelErrors"];
  expect(Object.keys(LEDGER_CHANNELS).sort()).toEqual(
    CHANNELS.filter((channel) => !mirrors.includes(channel)).sort(),
  );
  for (const { depth } of Object.values(LEDGER_CHANNELS)) expect(Math.log2(depth) % 1).toBe(0);
});

test("a trade is told by its id", () => {
  const { keyOf } = LEDGER_CHANNELS["trades"] as NonNullable<(typeof LEDGER_CHANNELS)[string]>;
  expect(keyOf?.(tradeAt(0, 1))).toBe(keyOf?.(tradeAt(0, 1)));
  expect(keyOf?.(tradeAt(0, 1))).not.toBe(keyOf?.(tradeAt(0, 2)));
});

test.each(["updatedBar", "dailyBar"] as const)(
  "an %s that has changed is another message",
  (type) => {
    const { keyOf } = LEDGER_CHANNELS[`${type}s`] as NonNullable<(typeof LEDGER_CHANNELS)[string]>;
    expect(keyOf?.(barOf(type, 3))).toBe(keyOf?.(barOf(type, 3)));
    expect(keyOf?.(barOf(type, 3))).not.toBe(keyOf?.(barOf(type, 4)));
  },
);

test("the day so far is reseeded although its time stays that of the day's beginning", async () => {
  const { clock, flow, ledger, grant, receive, history, told } = openedLedger({
    channels: LEDGER_CHANNELS,
    coverage: { dailyBars: "latest" },
  });
  const seen: number[] = [];
  flow.add("dailyBar", "*", (bar) => seen.push((bar as Bar).tradeCount));
  grant({ dailyBars: ["AAPL"] });
  receive(barOf("dailyBar", 3));
  ledger.lost("disconnect");
  grant({ dailyBars: ["AAPL"] });
  history.answerLatest = () => [barOf("dailyBar", 5)];
  await clock.advance(250);
  expect(seen).toEqual([3, 5]);
  expect(told()).toHaveLength(1);
});
