import { describe, expect, test } from "vitest";
import {
  HoldingProcessor,
  message,
  numbers,
  openHandler,
  range,
} from "../../../test/support/opened-handler.ts";
import { sleep } from "../../core/clock.ts";
import { seededRandom } from "../../core/random.ts";

describe("the lanes", () => {
  test("keep each symbol's messages in order, however long each batch takes", async () => {
    const { clock, handler, push } = openHandler({ workerCount: 4, batchSize: 3 });
    const random = seededRandom(7);
    const finished = new Map<string, number[]>();
    handler.registerProcessor("trades", async (batch) => {
      await sleep(clock, Math.floor(random.next() * 50));
      for (const { symbol, n } of batch) {
        finished.set(symbol, [...(finished.get(symbol) ?? []), n]);
      }
    });
    handler.start();
    for (const n of range(1, 400)) {
      push(message(n, `S${Math.floor(random.next() * 10)}`));
      if (n % 10 === 0) await clock.advance(5);
    }
    await clock.advance(10_000);
    expect([...finished.values()].flat()).toHaveLength(400);
    for (const seen of finished.values()) expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  test("have one batch each in a processor's hands, and no more", async () => {
    const { clock, handler, push } = openHandler({ workerCount: 3, batchSize: 1 });
    const processor = new HoldingProcessor();
    handler.registerProcessor("trades", processor.process);
    handler.start();
    for (const n of range(1, 30)) push(message(n, `S${n % 10}`));
    await clock.advance(0);
    expect(processor.held).toHaveLength(3);
    processor.held[0]?.release();
    await clock.advance(0);
    expect(processor.held).toHaveLength(3);
    expect(processor.seen).toHaveLength(4);
  });

  test("do not wait for each other", async () => {
    const { clock, handler, push } = openHandler({ workerCount: 2, batchSize: 1 });
    const finished: string[] = [];
    handler.registerProcessor("trades", async ([first]) => {
      if (first?.symbol === "STUCK") await new Promise(() => {});
      finished.push(`${first?.symbol} ${first?.n}`);
    });
    handler.start();
    push(message(1, "STUCK"), message(2, "FREE"), message(3, "STUCK"), message(4, "FREE"));
    await clock.advance(100);
    expect(finished).toEqual(["FREE 2", "FREE 4"]);
  });

  test("keep a symbol in its lane when two sources number their symbols differently", async () => {
    const { clock, handler } = openHandler({ workerCount: 4, batchSize: 1 });
    const processor = new HoldingProcessor();
    handler.registerProcessor("trades", processor.process);
    handler.start();
    handler.push(message(1, "A"), 0);
    handler.push(message(2, "B"), 1);
    handler.push(message(3, "B"), 0);
    handler.push(message(4, "A"), 1);
    handler.push(message(5, "A"));
    await clock.advance(0);
    expect(processor.seen).toEqual([[1], [2]]);
    const bySymbol = handler.getLossReport().map(({ symbol, pushed }) => [symbol, pushed]);
    expect(bySymbol).toEqual([
      ["A", 3],
      ["B", 2],
    ]);
  });

  test("share one, and one line of counts, between the symbols beyond the bound", async () => {
    const { clock, handler, push, outcomes } = openHandler({
      maxSymbols: 2,
      workerCount: 2,
      overflow: "conflate",
      batchSize: 10,
    });
    const got: string[] = [];
    handler.registerProcessor("trades", (batch) => {
      for (const { symbol, n } of batch) got.push(`${symbol}${n}`);
    });
    push(...["A", "B", "C", "D", "C", "D"].map((symbol, n) => message(n, symbol)));
    handler.start();
    await clock.advance(100);
    expect(got.sort()).toEqual(["A0", "B1", "C2", "C4", "D3", "D5"]);
    expect(outcomes("trades#1")).toMatchObject({ delivered: 6, conflated: 0 });
    expect(handler.getLossReport().find(({ symbol }) => symbol === "*")).toMatchObject({
      pushed: 4,
    });
  });
});

describe("processors of one channel", () => {
  test("do not wait for each other when their priority is the same", async () => {
    const { clock, handler, push } = openHandler({ batchSize: 1, bufferSize: 2 });
    const slow = new HoldingProcessor();
    const seen: number[][] = [];
    handler.registerProcessor("trades", slow.process, { name: "slow" });
    handler.registerProcessor("trades", (batch) => seen.push(numbers(batch)), { name: "quick" });
    handler.start();
    for (const n of range(1, 20)) {
      push(message(n));
      await clock.advance(0);
    }
    expect(slow.seen).toEqual([[1]]);
    expect(seen).toEqual(range(1, 20).map((n) => [n]));
  });

  test("are begun in the order of their priority, then of their registration", async () => {
    const { clock, handler, push } = openHandler({ batchSize: 1 });
    const begun: string[] = [];
    for (const [name, priority] of [
      ["low", -1],
      ["first", 0],
      ["second", 0],
      ["high", 5],
    ] as const) {
      handler.registerProcessor("trades", () => begun.push(name), { name, priority });
    }
    handler.start();
    push(message(1));
    await clock.advance(0);
    expect(begun).toEqual(["high", "first", "second", "low"]);
  });

  test("get a message only when those of higher priority are done with it", async () => {
    const { clock, handler, push } = openHandler({ batchSize: 2, workerCount: 1 });
    const high = new HoldingProcessor();
    const [low, all]: [number[][], number[][]] = [[], []];
    handler.registerProcessor("trades", (batch) => low.push(numbers(batch)), { batchSize: 3 });
    handler.registerProcessor("trades", high.process, { priority: 1 });
    handler.registerProcessor("*", (batch) => all.push(numbers(batch)), { priority: -1 });
    handler.start();
    push(...range(1, 4).map((n) => message(n)));
    await clock.advance(1_000);
    expect([high.seen, low, all]).toEqual([[[1, 2]], [], []]);
    high.releaseAll();
    await clock.advance(0);
    expect([high.seen, low, all]).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      [[1, 2]],
      [[1, 2]],
    ]);
    high.releaseAll(new Error("failing is being done with it, too"));
    await clock.advance(0);
    expect([low, all]).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [1, 2],
        [3, 4],
      ],
    ]);
  });

  test("also wait with a message that has taken the place of an earlier one", async () => {
    const { clock, handler, push } = openHandler({ batchSize: 1, workerCount: 1 });
    const high = new HoldingProcessor();
    const low: number[][] = [];
    handler.registerProcessor("trades", (batch) => low.push(numbers(batch)), {
      overflow: "conflate",
    });
    handler.registerProcessor("trades", high.process, { priority: 1 });
    handler.start();
    push(message(1), message(2));
    await clock.advance(0);
    high.releaseAll();
    await clock.advance(0);
    expect([high.seen, low]).toEqual([[[1], [2]], []]);
    high.releaseAll();
    await clock.advance(0);
    expect(low).toEqual([[2]]);
  });

  test("no longer wait for one that was taken off", async () => {
    const { clock, handler, push } = openHandler({ batchSize: 1 });
    const low: number[][] = [];
    handler.registerProcessor("trades", (batch) => low.push(numbers(batch)));
    const takeOff = handler.registerProcessor("trades", () => new Promise(() => {}), {
      priority: 1,
    });
    handler.start();
    push(message(1), message(2));
    await clock.advance(100);
    expect(low).toEqual([]);
    takeOff();
    await clock.advance(0);
    expect(low).toEqual([[1], [2]]);
  });
});
