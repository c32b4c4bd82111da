import { describe, expect, test } from "vitest";
import {
  HoldingProcessor,
  message,
  numbers,
  openHandler,
  range,
  START_MS,
} from "../../../test/support/opened-handler.ts";
import type { MessageOverflow } from "./message-handler-options.ts";

/** A processor that holds its first message while others are pushed; then it gets the rest. */
async function overflowing(overflow: MessageOverflow, bufferSize: number, pushed: number) {
  const exclusiveSource = { pauseReading() {}, resumeReading() {} };
  const opened = openHandler({ exclusiveSource, batchSize: 10, workerCount: 2 });
  const processor = new HoldingProcessor();
  opened.handler.registerProcessor("trades", processor.process, {
    name: "slow",
    overflow,
    bufferSize,
    batchSize: 1,
  });
  opened.handler.start();
  for (const n of range(1, pushed)) {
    opened.push(message(n));
    await opened.clock.advance(0);
  }
  while (processor.held.length > 0) {
    processor.releaseAll();
    await opened.clock.advance(0);
  }
  return { ...opened, seen: processor.seen.flat() };
}

describe("a processor that falls behind", () => {
  test("loses the oldest messages under dropOldest", async () => {
    const { seen, outcomes } = await overflowing("dropOldest", 3, 10);
    expect(seen).toEqual([1, 8, 9, 10]);
    expect(outcomes("slow")).toMatchObject({ pushed: 10, delivered: 4, dropped: 6 });
  });

  test("loses the newest under dropNewest", async () => {
    const { seen, outcomes } = await overflowing("dropNewest", 3, 10);
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(outcomes("slow")).toMatchObject({ pushed: 10, delivered: 4, dropped: 6 });
  });

  test("under disconnect gets what already waits and nothing more, and is reported once", async () => {
    const { seen, outcomes, errors, handler, push, clock } = await overflowing("disconnect", 3, 10);
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(outcomes("slow")).toMatchObject({ pushed: 10, delivered: 4, dropped: 6 });
    expect(errors.map(({ code, message }) => [code, message])).toEqual([
      ["ERR_SLOW_CONSUMER", "processor slow fell 3 messages behind and gets no more"],
    ]);
    expect(handler.getMetrics().byProcessor["slow"]?.state).toBe("ended");
    push(message(11));
    await clock.advance(2_000);
    expect(outcomes("slow")).toMatchObject({ pushed: 11, delivered: 4, dropped: 7 });
  });

  test("under block loses only what finds the buffer full all the same", async () => {
    const { seen, outcomes } = await overflowing("block", 3, 10);
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(outcomes("slow")).toMatchObject({ pushed: 10, delivered: 4, dropped: 6 });
  });

  test("has all of its buffer for one lane when the others need none", async () => {
    const { handler, push, outcomes } = openHandler({ bufferSize: 8, workerCount: 4 });
    handler.registerProcessor("trades", () => {});
    push(...range(1, 9).map((n) => message(n)));
    expect(outcomes("trades#1")).toMatchObject({ queued: 8, dropped: 1 });
  });

  test("loses what has waited longest in any lane, not what is of the busiest symbol", async () => {
    const { handler, push, clock } = openHandler({ bufferSize: 3, workerCount: 4 });
    const seen: number[] = [];
    handler.registerProcessor("trades", (batch) => void seen.push(...numbers(batch)));
    push(message(1, "A"), message(2, "B"), message(3, "C"));
    push(message(4, "D"), message(5, "D"), message(6, "B"));
    handler.start();
    await clock.advance(100);
    expect(seen.sort()).toEqual([4, 5, 6]);
  });

  test("harms no other processor", async () => {
    const { handler, push, clock, outcomes } = openHandler({ bufferSize: 2, batchSize: 1 });
    handler.registerProcessor("trades", () => new Promise(() => {}), { name: "stuck" });
    handler.registerProcessor("trades", () => {}, { name: "well" });
    handler.start();
    for (const n of range(1, 50)) {
      push(message(n));
      await clock.advance(0);
    }
    expect(outcomes("stuck")).toMatchObject({ dropped: 47, queued: 2, inFlight: 1 });
    expect(outcomes("well")).toMatchObject({ delivered: 50, dropped: 0 });
  });
});

describe("conflating", () => {
  const quote = (n: number, symbol: string) => message(n, symbol, "quote");

  test("keeps the latest of each symbol in the place of its first, and makes no gap", async () => {
    const { handler, push, clock, gaps } = openHandler({ overflow: "conflate", workerCount: 1 });
    const seen: number[][] = [];
    handler.registerProcessor("quotes", (batch) => seen.push(numbers(batch)));
    push(quote(1, "A"), quote(2, "B"), quote(3, "A"), quote(4, "C"), quote(5, "A"), quote(6, "B"));
    handler.start();
    await clock.advance(2_000);
    expect(seen).toEqual([[5, 6, 4]]);
    expect(gaps).toEqual([]);
    const conflated = handler.getLossReport().map((row) => [row.symbol, row.conflated]);
    expect(conflated).toEqual([
      ["A", 2],
      ["B", 1],
      ["C", 0],
    ]);
  });

  test("does not touch what is in the processor's hands", async () => {
    const { handler, push, clock } = openHandler({ overflow: "conflate", batchSize: 1 });
    const processor = new HoldingProcessor();
    handler.registerProcessor("quotes", processor.process);
    handler.start();
    push(quote(1, "A"));
    await clock.advance(0);
    push(quote(2, "A"), quote(3, "A"));
    processor.releaseAll();
    await clock.advance(0);
    expect(processor.seen).toEqual([[1], [3]]);
  });

  test("drops the oldest symbol when there are more of them than room, and that is a gap", async () => {
    const { handler, push, clock, gaps, outcomes } = openHandler({
      overflow: "conflate",
      bufferSize: 2,
      workerCount: 1,
    });
    const seen: number[][] = [];
    handler.registerProcessor("quotes", (batch) => seen.push(numbers(batch)));
    push(quote(1, "A"), quote(2, "B"), quote(3, "C"), quote(4, "A"), quote(5, "C"));
    handler.start();
    await clock.advance(2_000);
    expect(seen).toEqual([[5, 4]]);
    expect(outcomes("quotes#1")).toMatchObject({ delivered: 2, conflated: 1, dropped: 2 });
    expect(gaps.map(({ ranges }) => [...ranges.keys()])).toEqual([["A", "B"]]);
  });

  test("keeps channels apart for a processor of all channels", async () => {
    const { handler, push, clock } = openHandler({ overflow: "conflate" });
    const seen: number[][] = [];
    handler.registerProcessor("*", (batch) => seen.push(numbers(batch)));
    push(message(1, "A", "trade"), message(2, "A", "quote"), message(3, "A", "trade"));
    handler.start();
    await clock.advance(100);
    expect(seen).toEqual([[3, 2]]);
  });

  test("never loses a change of an order book, nor lets a book overtake one", async () => {
    const { handler, push, clock } = openHandler({ overflow: "conflate" });
    const seen: number[][] = [];
    handler.registerProcessor("orderbooks", (batch) => seen.push(numbers(batch)));
    const book = (n: number, snapshot: boolean) => ({ ...message(n, "A", "orderBook"), snapshot });
    push(book(1, true), book(2, true), book(3, false), book(4, false), book(5, true));
    push(book(6, true), book(7, false));
    handler.start();
    await clock.advance(100);
    expect(seen).toEqual([[2, 3, 4, 6, 7]]);
  });
});

describe("gaps", () => {
  test("tell once a second what was lost: channel, consumer, and of each symbol how many and between which times", async () => {
    const { handler, push, clock, gaps } = openHandler({ bufferSize: 1, batchSize: 10 });
    handler.registerProcessor("*", () => {}, { name: "store" });
    push(message(1), message(2), message(3, "MSFT"), message(4, "AAPL", "quote"), message(5));
    expect(gaps).toEqual([]);
    await clock.advance(999);
    expect(gaps).toEqual([]);
    await clock.advance(1);
    const iso = (ms: number, nanos = "") =>
      `2023-11-14T22:13:20.${String(ms).padStart(3, "0")}${nanos}Z`;
    expect(new Date(START_MS).toISOString()).toBe(iso(0));
    const between = (first: number, last: number) => ({
      from: iso(first - 1, "999999"),
      to: iso(last, "000001"),
    });
    expect(gaps.map((gap) => gap.toJSON())).toEqual([
      {
        type: "gap",
        status: "lost",
        cause: "overflow",
        reason: "overflow",
        channel: "trades",
        consumer: "store",
        recovered: 0,
        dropped: 3,
        droppedBySymbol: { AAPL: 2, MSFT: 1 },
        ranges: { AAPL: between(1, 2), MSFT: between(3, 3) },
      },
      {
        type: "gap",
        status: "lost",
        cause: "overflow",
        reason: "overflow",
        channel: "quotes",
        consumer: "store",
        recovered: 0,
        dropped: 1,
        droppedBySymbol: { AAPL: 1 },
        ranges: { AAPL: between(4, 4) },
      },
    ]);
    push(message(6));
    await clock.advance(1_000);
    expect(gaps).toHaveLength(3);
    expect(gaps[2]).toMatchObject({ channel: "trades", dropped: 1 });
  });

  test("span times to the nanosecond, also when messages come out of the venue's order", async () => {
    const { handler, push, clock, gaps } = openHandler({ bufferSize: 1 });
    handler.registerProcessor("trades", () => {});
    const at = (seconds: number, nanos: number) => ({ ...message(0), seconds, nanos });
    push(at(10, 7), at(10, 5), at(9, 999_999_999), at(10, 6), at(11, 0));
    await clock.advance(1_000);
    expect(gaps[0]?.ranges.get("AAPL")).toEqual({
      from: { seconds: 9, nanos: 999_999_998 },
      to: { seconds: 10, nanos: 8 },
    });
  });

  test("need no timer while nothing is lost", async () => {
    const { handler, push, clock } = openHandler();
    handler.registerProcessor("trades", () => {});
    expect(clock.pendingTimers).toBe(0);
    push(message(1));
    expect(clock.pendingTimers).toBe(0);
    handler.start();
    await clock.advance(100);
    expect(clock.pendingTimers).toBe(0);
  });

  test("go to every listener, also when one throws, which is reported", async () => {
    const { handler, push, clock, gaps, errors } = openHandler({ bufferSize: 1 });
    handler.onGap(() => {
      throw new Error("not today");
    });
    const later: unknown[] = [];
    handler.onGap((gap) => later.push(gap));
    handler.registerProcessor("trades", () => {});
    push(message(1), message(2));
    await clock.advance(1_000);
    expect([gaps.length, later.length]).toEqual([1, 1]);
    expect(errors.map(({ code }) => code)).toEqual(["ERR_HANDLER"]);
    expect(handler.getMetrics().totals.listenerErrors).toBe(1);
  });
});

describe("pressure", () => {
  function pausable() {
    const calls: string[] = [];
    const source = {
      pauseReading: () => void calls.push("pause"),
      resumeReading: () => void calls.push("resume"),
    };
    return { calls, source };
  }

  test("pauses reading above half of the buffer and lets it go on at a quarter, once each", async () => {
    const { calls, source } = pausable();
    const { handler, push, clock } = openHandler({ exclusiveSource: source, bufferSize: 8 });
    const changes: boolean[] = [];
    handler.onPressure((paused) => changes.push(paused));
    const processor = new HoldingProcessor();
    handler.registerProcessor("trades", processor.process, { overflow: "block", batchSize: 1 });
    handler.start();
    push(message(1));
    await clock.advance(0);
    push(...range(2, 5).map((n) => message(n)));
    expect(calls).toEqual([]);
    push(message(6));
    expect(calls).toEqual(["pause"]);
    expect(handler.getMetrics().readingPaused).toBe(true);
    push(message(7));
    const left = [calls.length];
    while (processor.held.length > 0) {
      processor.releaseAll();
      await clock.advance(0);
      left.push(calls.length);
    }
    expect(calls).toEqual(["pause", "resume"]);
    expect(changes).toEqual([true, false]);
    expect(left).toEqual([1, 1, 1, 1, 2, 2, 2, 2]); // 6 wait, then 5, 4, 3, and 2 are a quarter
  });

  test("lasts between the two marks, also when more messages come", async () => {
    const { calls, source } = pausable();
    const { handler, push, clock } = openHandler({ exclusiveSource: source, bufferSize: 8 });
    const processor = new HoldingProcessor();
    handler.registerProcessor("trades", processor.process, { overflow: "block", batchSize: 2 });
    handler.start();
    push(message(1), message(2));
    await clock.advance(0);
    push(...range(3, 7).map((n) => message(n)));
    processor.releaseAll();
    await clock.advance(0);
    push(message(8));
    expect(calls).toEqual(["pause"]);
    processor.releaseAll();
    await clock.advance(0);
    expect(calls).toEqual(["pause", "resume"]);
  });

  test("lasts until the slowest processor has caught up", async () => {
    const { calls, source } = pausable();
    const { handler, push, clock } = openHandler({ exclusiveSource: source, overflow: "block" });
    const [one, other] = [new HoldingProcessor(), new HoldingProcessor()];
    handler.registerProcessor("trades", one.process, { bufferSize: 2, batchSize: 1 });
    handler.registerProcessor("trades", other.process, { bufferSize: 2, batchSize: 1 });
    handler.start();
    push(message(1));
    await clock.advance(0);
    push(message(2), message(3));
    for (const processor of [one, other]) {
      expect(calls).toEqual(["pause"]);
      while (processor.held.length > 0) {
        processor.releaseAll();
        await clock.advance(0);
      }
    }
    expect(calls).toEqual(["pause", "resume"]);
  });

  test("ends when the processor is taken off, and when the handler stops", async () => {
    for (const end of ["takeOff", "stop"] as const) {
      const { calls, source } = pausable();
      const { handler, push, clock } = openHandler({ exclusiveSource: source, bufferSize: 2 });
      const takeOff = handler.registerProcessor("trades", () => {}, { overflow: "block" });
      push(message(1), message(2));
      expect(calls).toEqual(["pause"]);
      if (end === "takeOff") takeOff();
      else await Promise.all([handler.stop(), clock.advance(0)]);
      expect(calls).toEqual(["pause", "resume"]);
    }
  });

  test("of a source that throws is reported, and messages go on", async () => {
    const source = {
      pauseReading() {
        throw new Error("no socket");
      },
      resumeReading() {},
    };
    const { handler, push, errors, outcomes } = openHandler({
      exclusiveSource: source,
      bufferSize: 2,
    });
    handler.registerProcessor("trades", () => {}, { overflow: "block" });
    push(message(1), message(2));
    expect(errors.map(({ code }) => code)).toEqual(["ERR_HANDLER"]);
    expect(outcomes("trades#1").queued).toBe(2);
  });
});
