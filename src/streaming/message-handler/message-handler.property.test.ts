import fc from "fast-check";
import { expect, test } from "vitest";
import {
  HoldingProcessor,
  message,
  type Numbered,
  numbers,
} from "../../../test/support/opened-handler.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import type { ConsumerGap } from "./consumer-gap.ts";
import { MessageHandler } from "./message-handler.ts";
import type { MessageOverflow, ProcessorOptions } from "./message-handler-options.ts";
import { ProcessorError } from "./processor-error.ts";

const TYPES = ["trade", "quote", "orderBook"] as const;
const SYMBOLS = ["A", "B", "C", "D", "E"] as const;
const CHANNEL_OF = { trade: "trades", quote: "quotes", orderBook: "orderbooks" } as const;

interface Registration {
  readonly channel: "trades" | "quotes" | "orderbooks" | "*";
  readonly options: ProcessorOptions & { readonly overflow: MessageOverflow };
}

type Step =
  | { readonly do: "push"; readonly type: number; readonly symbol: number; readonly times: number }
  | { readonly do: "release"; readonly which: number; readonly fails: boolean }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "start" };

/** A processor, and what a bystander can know about it. */
class Watched {
  readonly processor = new HoldingProcessor();
  readonly registration: Registration;
  /** What was pushed for it, under `channel symbol`. */
  readonly pushed = new Map<string, number[]>();
  readonly #inLane = new Set<string>();

  constructor(registration: Registration) {
    this.registration = registration;
  }

  takes(type: (typeof TYPES)[number]): boolean {
    return this.registration.channel === "*" || this.registration.channel === CHANNEL_OF[type];
  }

  /** As the processor; a symbol may be in one batch at a time. */
  readonly process: HoldingProcessor["process"] = async (batch, context) => {
    const symbols = new Set(batch.map(({ symbol }) => symbol));
    for (const symbol of symbols) {
      expect(this.#inLane.has(symbol), `${symbol} is in two batches at a time`).toBe(false);
      this.#inLane.add(symbol);
    }
    try {
      await this.processor.process(batch, context);
    } finally {
      for (const symbol of symbols) this.#inLane.delete(symbol);
    }
  };
}

class Run {
  readonly clock = new ManualClock();
  readonly handler: MessageHandler<Numbered>;
  readonly watched: ReadonlyMap<string, Watched>;
  readonly failed = new Map<string, number>();
  readonly gaps: ConsumerGap[] = [];
  paused = false;
  #n = 0;

  constructor(workerCount: number, registrations: readonly Registration[]) {
    const exclusiveSource = {
      pauseReading: () => {
        this.paused = true;
      },
      resumeReading: () => {
        this.paused = false;
      },
    };
    this.handler = new MessageHandler<Numbered>({
      clock: this.clock,
      workerCount,
      exclusiveSource,
    });
    this.handler.onGap((gap) => this.gaps.push(gap));
    this.handler.onError((error) => {
      if (!(error instanceof ProcessorError)) return;
      const before = this.failed.get(error.processor) ?? 0;
      this.failed.set(error.processor, before + error.messageCount);
    });
    this.watched = new Map(
      registrations.map((registration, index) => [`p${index}`, new Watched(registration)]),
    );
    for (const [name, { registration, process }] of this.watched) {
      this.handler.registerProcessor(registration.channel, process, {
        ...registration.options,
        name,
      });
    }
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case "push":
        for (let time = 0; time < step.times; time++) {
          this.#push(TYPES[step.type] ?? "trade", SYMBOLS[step.symbol] ?? "A");
        }
        break;
      case "release": {
        const held = [...this.watched.values()].flatMap(({ processor }) => processor.held);
        held[step.which % held.length]?.release(step.fails ? new Error("away") : undefined);
        await this.clock.advance(0);
        break;
      }
      case "wait":
        await this.clock.advance(step.ms);
        break;
      case "start":
        this.handler.start();
        break;
      default:
        step satisfies never;
    }
    this.check();
  }

  #push(type: (typeof TYPES)[number], symbol: string): void {
    const n = ++this.#n;
    for (const each of this.watched.values()) {
      if (!each.takes(type)) continue;
      const key = `${CHANNEL_OF[type]} ${symbol}`;
      each.pushed.set(key, [...(each.pushed.get(key) ?? []), n]);
    }
    this.handler.push({ ...message(n, symbol, type), snapshot: n % 3 !== 0 } as Numbered);
  }

  check(): void {
    const rows = this.handler.getLossReport();
    for (const [name, { processor, pushed, registration }] of this.watched) {
      const own = rows.filter((row) => row.processor === name);
      expect(new Set(own.map((row) => `${row.channel} ${row.symbol}`))).toEqual(
        new Set(pushed.keys()),
      );
      for (const row of own) {
        const { delivered, failed, dropped, conflated, queued, inFlight } = row;
        expect(row.pushed).toBe(pushed.get(`${row.channel} ${row.symbol}`)?.length);
        expect(delivered + failed + dropped + conflated + queued + inFlight).toBe(row.pushed);
      }
      const sum = (field: "delivered" | "failed" | "queued" | "inFlight" | "conflated") =>
        own.reduce((total, row) => total + row[field], 0);
      const held = processor.held.flatMap(({ batch }) => batch).length;
      const seen = processor.seen.flat();
      expect(sum("inFlight")).toBe(held);
      expect(sum("failed")).toBe(this.failed.get(name) ?? 0);
      expect(sum("delivered") + sum("failed") + held).toBe(seen.length);
      expect(sum("queued")).toBeLessThanOrEqual(registration.options.bufferSize ?? 0);
      if (registration.options.overflow !== "conflate") expect(sum("conflated")).toBe(0);
      expect(new Set(seen).size).toBe(seen.length);
      this.#checkOrder(pushed, seen);
    }
  }

  /** Of a channel and symbol, what the processor saw is a part of what was pushed, in that order. */
  #checkOrder(pushed: ReadonlyMap<string, readonly number[]>, seen: readonly number[]): void {
    for (const [key, order] of pushed) {
      const ofKey = new Set(order);
      const saw = seen.filter((n) => ofKey.has(n));
      expect(saw, key).toEqual([...saw].sort((a, b) => a - b));
    }
  }

  /** Ends everything, and holds what was told of losses against what was counted. */
  async finish(deadlineMs: number): Promise<void> {
    const stopped = this.handler.stop({ deadlineMs });
    for (let round = 0; round < 50; round++) {
      await this.clock.advance(deadlineMs / 50);
      for (const { processor } of this.watched.values()) processor.releaseAll();
      await this.clock.advance(0);
    }
    const report = await stopped;
    this.check();
    const rows = this.handler.getLossReport();
    for (const row of rows) {
      expect(row.queued).toBe(0);
      const told = this.gaps
        .filter(({ consumer, channel }) => consumer === row.processor && channel === row.channel)
        .map(({ droppedBySymbol }) => droppedBySymbol.get(row.symbol) ?? 0);
      expect(told.reduce((sum, count) => sum + count, 0)).toBe(row.dropped);
    }
    for (const { dropped, droppedBySymbol } of this.gaps) {
      expect([...droppedBySymbol.values()].reduce((sum, count) => sum + count, 0)).toBe(dropped);
    }
    const givenUp = this.gaps.filter(({ reason }) => reason === "stopped");
    expect(givenUp.reduce((sum, { dropped = 0 }) => sum + dropped, 0)).toBe(report.dropped);
    expect(this.paused).toBe(false);
    expect(this.clock.pendingTimers).toBe(0);
  }
}

const registration: fc.Arbitrary<Registration> = fc.record({
  channel: fc.constantFrom("trades", "quotes", "orderbooks", "*"),
  options: fc.record({
    overflow: fc.constantFrom("dropOldest", "dropNewest", "conflate", "block", "disconnect"),
    bufferSize: fc.integer({ min: 1, max: 12 }),
    batchSize: fc.integer({ min: 1, max: 5 }),
    batchTimeoutMs: fc.constantFrom(0, 10, 100),
    priority: fc.integer({ min: -1, max: 1 }),
    breaker: fc.constant({ failuresToOpen: Number.POSITIVE_INFINITY }),
  }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("push" as const),
      type: fc.nat(TYPES.length - 1),
      symbol: fc.nat(SYMBOLS.length - 1),
      times: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("release" as const),
      which: fc.nat(20),
      fails: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      ms: fc.constantFrom(0, 5, 60, 1_000),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "start" }) },
);

test("every message is accounted for, in order and exactly once, whatever the policies and the pace", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(registration, { minLength: 1, maxLength: 4 }),
      fc.array(step, { maxLength: 40 }),
      fc.constantFrom(0, 1_000),
      async (workers, registrations, steps, deadlineMs) => {
        const run = new Run(workers, registrations);
        run.handler.start();
        for (const each of steps) await run.take(each);
        await run.finish(deadlineMs);
      },
    ),
    { numRuns: 300 },
  );
}, 30_000);

test("nobody gets a message before those of higher priority are done with it", async () => {
  const options = fc.record({
    batchSize: fc.integer({ min: 1, max: 5 }),
    batchTimeoutMs: fc.constantFrom(0, 10, 100),
    priority: fc.integer({ min: -1, max: 1 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(options, { minLength: 2, maxLength: 4 }),
      fc.array(step, { maxLength: 30 }),
      async (workers, processors, steps) => {
        const run = new Run(
          workers,
          processors.map((each) => ({
            channel: "*",
            options: { ...each, overflow: "dropOldest", bufferSize: 1_000 },
          })),
        );
        for (const each of steps) {
          await run.take(each);
          for (const higher of run.watched.values()) {
            const held = new Set(higher.processor.held.flatMap(({ batch }) => numbers(batch)));
            const isDone = (n: number) => higher.processor.seen.flat().includes(n) && !held.has(n);
            for (const lower of run.watched.values()) {
              const { priority = 0 } = lower.registration.options;
              if (priority >= (higher.registration.options.priority ?? 0)) continue;
              expect(lower.processor.seen.flat().filter((n) => !isDone(n))).toEqual([]);
            }
          }
        }
        await run.finish(1_000);
      },
    ),
    { numRuns: 150 },
  );
}, 30_000);
