import { describe, expect, test } from "vitest";
import {
  HoldingProcessor,
  message,
  type Numbered,
  numbers,
  openHandler,
  range,
} from "../../../test/support/opened-handler.ts";

function collected(batches: number[][]) {
  return async (batch: readonly Numbered[]) => void batches.push(numbers(batch));
}

describe("a batch", () => {
  test("is handed over when it is full, and the rest when its first message has waited long enough", async () => {
    const { clock, handler, push } = openHandler({ batchSize: 3, batchTimeoutMs: 50 });
    const batches: number[][] = [];
    handler.registerProcessor("trades", collected(batches));
    handler.start();
    push(...range(1, 7).map((n) => message(n)));
    await clock.advance(0);
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    await clock.advance(30);
    push(message(8));
    await clock.advance(19);
    expect(batches).toHaveLength(2);
    await clock.advance(1);
    expect(batches[2]).toEqual([7, 8]);
  });

  test("waits from its own first message on, not from that of the batch before", async () => {
    const { clock, handler, push } = openHandler({ batchSize: 2, batchTimeoutMs: 50 });
    const batches: number[][] = [];
    handler.registerProcessor("trades", collected(batches));
    handler.start();
    push(message(1));
    await clock.advance(40);
    push(message(2));
    await clock.advance(0);
    push(message(3));
    await clock.advance(49);
    expect(batches).toEqual([[1, 2]]);
    await clock.advance(1);
    expect(batches).toEqual([[1, 2], [3]]);
  });

  test("that began while the processor was busy waits from its own first message on, too", async () => {
    const { clock, handler, push } = openHandler({ batchSize: 2, batchTimeoutMs: 50 });
    const processor = new HoldingProcessor();
    handler.registerProcessor("trades", processor.process);
    handler.start();
    push(message(1), message(2));
    await clock.advance(0);
    push(message(3), message(4));
    await clock.advance(40);
    push(message(5));
    processor.releaseAll();
    await clock.advance(0);
    processor.releaseAll();
    await clock.advance(49);
    expect(processor.seen).toEqual([
      [1, 2],
      [3, 4],
    ]);
    await clock.advance(1);
    expect(processor.seen).toEqual([[1, 2], [3, 4], [5]]);
  });

  test("that became due while the processor was busy is handed over as soon as it is free", async () => {
    const { clock, handler, push } = openHandler({ batchSize: 3, batchTimeoutMs: 50 });
    const processor = new HoldingProcessor();
    handler.registerProcessor("trades", processor.process);
    handler.start();
    push(message(1), message(2), message(3));
    await clock.advance(0);
    push(message(4));
    await clock.advance(500);
    expect(processor.seen).toEqual([[1, 2, 3]]);
    processor.releaseAll();
    await clock.advance(0);
    expect(processor.seen).toEqual([[1, 2, 3], [4]]);
  });

  test("is never handed over from within push", async () => {
    const { clock, handler, push } = openHandler({ batchSize: 1 });
    const batches: number[][] = [];
    handler.registerProcessor("trades", collected(batches));
    handler.start();
    push(message(1));
    expect(batches).toEqual([]);
    await clock.advance(0);
    expect(batches).toEqual([[1]]);
  });

  test("waits for start, then comes with everything that was pushed before", async () => {
    const { clock, handler, push, outcomes } = openHandler({ batchTimeoutMs: 20 });
    const batches: number[][] = [];
    handler.registerProcessor("trades", collected(batches));
    push(message(1), message(2));
    await clock.advance(1_000);
    expect(batches).toEqual([]);
    expect(outcomes("trades#1")).toMatchObject({ pushed: 2, queued: 2 });
    handler.start();
    handler.start();
    await clock.advance(0);
    expect(batches).toEqual([[1, 2]]);
  });

  test("has the size and the patience that its processor asked for", async () => {
    const { clock, handler, push } = openHandler({ batchSize: 100, batchTimeoutMs: 1_000 });
    const [pairs, hurried]: [number[][], number[][]] = [[], []];
    handler.registerProcessor("trades", collected(pairs), { batchSize: 2 });
    handler.registerProcessor("trades", collected(hurried), { batchTimeoutMs: 5 });
    handler.start();
    push(message(1), message(2), message(3));
    await clock.advance(5);
    expect(pairs).toEqual([[1, 2]]);
    expect(hurried).toEqual([[1, 2, 3]]);
  });
});

describe("a processor", () => {
  test("gets the messages of its channel, and one of * those of all channels in the order they came", async () => {
    const { clock, handler, push } = openHandler();
    const [quotes, all]: [number[][], number[][]] = [[], []];
    handler.registerProcessor("quotes", collected(quotes));
    handler.registerProcessor("*", collected(all));
    handler.start();
    push(message(1, "A", "trade"), message(2, "A", "quote"), message(3, "A", "somethingNew"));
    await clock.advance(100);
    expect(quotes).toEqual([[2]]);
    expect(all).toEqual([[1, 2, 3]]);
    expect(handler.getMetrics().byType["other"]).toMatchObject({ received: 1, delivered: 1 });
  });

  test("is given each type of the model under the name of its channel", async () => {
    const { clock, handler, push } = openHandler({ batchTimeoutMs: 0 });
    const channels = {
      quote: "quotes",
      trade: "trades",
      bar: "bars",
      updatedBar: "updatedBars",
      dailyBar: "dailyBars",
      tradingStatus: "statuses",
      limitBand: "lulds",
      correction: "corrections",
      cancellation: "cancelErrors",
      imbalance: "imbalances",
      orderBook: "orderbooks",
      pricing: "pricing",
      news: "news",
    } as const;
    const got: string[] = [];
    for (const channel of Object.values(channels)) {
      handler.registerProcessor(channel, (batch) => {
        got.push(`${channel} ${batch.map(({ type }) => type).join()}`);
      });
    }
    handler.start();
    push(...Object.keys(channels).map((type, n) => message(n, "A", type)));
    await clock.advance(0);
    expect(got.sort()).toEqual(
      Object.entries(channels)
        .map(([type, channel]) => `${channel} ${type}`)
        .sort(),
    );
  });

  test("may be registered while messages come, and gets those after that", async () => {
    const { clock, handler, push } = openHandler();
    const batches: number[][] = [];
    handler.start();
    push(message(1));
    handler.registerProcessor("trades", collected(batches));
    push(message(2));
    await clock.advance(100);
    expect(batches).toEqual([[2]]);
    expect(handler.getMetrics().byType["trades"]).toMatchObject({ received: 2, unclaimed: 1 });
  });

  test("that is taken off gets nothing more, its waiting messages are told as a gap, and its counts stay", async () => {
    const { clock, handler, push, gaps } = openHandler({ batchSize: 2, workerCount: 1 });
    const processor = new HoldingProcessor();
    const takeOff = handler.registerProcessor("trades", processor.process, { name: "store" });
    handler.start();
    push(message(1), message(2), message(3));
    await clock.advance(0);
    takeOff();
    takeOff();
    push(message(4));
    expect(gaps).toMatchObject([{ reason: "stopped", consumer: "store", dropped: 1 }]);
    expect(handler.getMetrics().totals).toMatchObject({ pushed: 3, inFlight: 2, dropped: 1 });
    processor.releaseAll();
    await clock.advance(1_000);
    expect(handler.getMetrics().totals).toMatchObject({ pushed: 3, delivered: 2, dropped: 1 });
    expect(processor.seen).toEqual([[1, 2]]);
  });

  test("may push, register and take off from within its own batch", async () => {
    const { clock, handler, push } = openHandler({ batchTimeoutMs: 10, batchSize: 2 });
    const batches: number[][] = [];
    const takeOff = handler.registerProcessor("trades", async (batch) => {
      batches.push(numbers(batch));
      push(message(10), message(11));
      takeOff();
      handler.registerProcessor("trades", collected(batches));
      push(message(12));
    });
    handler.start();
    push(message(1));
    await clock.advance(100);
    expect(batches).toEqual([[1], [12]]);
  });
});
