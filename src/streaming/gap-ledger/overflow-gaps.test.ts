import { expect, test } from "vitest";
import { quoteAt } from "../../../test/support/alpaca-models.ts";
import { openedLedger, START_MS, tradeAt } from "../../../test/support/opened-ledger.ts";
import type { Gap } from "../../model/gap.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { OverflowGaps } from "./overflow-gaps.ts";
import { repairGap } from "./repair-gap.ts";

function opened(): { clock: ManualClock; gaps: Gap[]; overflow: OverflowGaps } {
  const clock = new ManualClock();
  const gaps: Gap[] = [];
  return { clock, gaps, overflow: new OverflowGaps(clock, (gap) => gaps.push(gap)) };
}

const startNs = BigInt(START_MS) * 1_000_000n;

test("what is lost is told once a second and channel, with ranges around it", async () => {
  const { clock, gaps, overflow } = opened();
  for (const [ms, id] of [
    [20, 2],
    [10, 1],
    [30, 3],
  ] as const)
    overflow.add(tradeAt(ms, id));
  overflow.add(tradeAt(5, 4, "MSFT"));
  overflow.add(quoteAt(START_MS));
  await clock.advance(999);
  expect(gaps).toEqual([]);
  await clock.advance(1);
  expect(gaps.map(({ channel, symbols, dropped }) => [channel, symbols.join(), dropped])).toEqual([
    ["trades", "AAPL,MSFT", 4],
    ["quotes", "AAPL", 1],
  ]);
  expect(gaps[0]).toMatchObject({ status: "lost", cause: "overflow", reason: "overflow" });
  const range = gaps[0]?.ranges.get("AAPL");
  expect(range?.from).toEqual({ seconds: START_MS / 1_000, nanos: 9_999_999 });
  expect(range?.to).toEqual({ seconds: START_MS / 1_000, nanos: 30_000_001 });
  expect([gaps[0]?.fromNs, gaps[0]?.toNs]).toEqual([startNs + 4_999_999n, startNs + 30_000_001n]);
});

test("no timer runs while nothing is lost, and none after a flush", async () => {
  const { clock, gaps, overflow } = opened();
  expect(clock.pendingTimers).toBe(0);
  overflow.add(tradeAt(0, 1));
  expect(clock.pendingTimers).toBe(1);
  overflow.flush();
  overflow.flush();
  expect(clock.pendingTimers).toBe(0);
  expect(gaps).toHaveLength(1);
  await clock.advance(10_000);
  expect(gaps).toHaveLength(1);
  overflow.add(tradeAt(0, 2));
  await clock.advance(1_000);
  expect(gaps.map(({ dropped }) => dropped)).toEqual([1, 1]);
  expect(clock.pendingTimers).toBe(0);
});

test("the range of what overflowed holds exactly the lost messages", async () => {
  const { clock, gaps, overflow } = opened();
  overflow.add(tradeAt(10, 2));
  await clock.advance(1_000);
  const opening = openedLedger();
  opening.history.answer = () => [tradeAt(9.999_999, 1), tradeAt(10, 2), tradeAt(10.000_001, 3)];
  const signal = new AbortController().signal;
  const { messages } = await repairGap(gaps[0] as Gap, opening.history, signal);
  expect(messages.map((message) => (message as { id?: string }).id)).toEqual(["2"]);
});
