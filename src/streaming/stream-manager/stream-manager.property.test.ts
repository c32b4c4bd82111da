import fc from "fast-check";
import { expect, test } from "vitest";
import { type RecordedCall, RecordingStream } from "../../../test/support/recording-stream.ts";
import { ConnectionClosedError } from "../../core/errors.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import type { MarketChannel } from "../channels.ts";
import { StreamManager } from "./stream-manager.ts";
import type { StreamSubscription } from "./stream-subscription.ts";

const INTERVAL_MS = 500;
const CUT = new ConnectionClosedError(1006);
const CHANNELS = ["trades", "quotes"] as const;
const SYMBOLS = ["A", "B", "C", "D", "E"];

interface Caller {
  readonly keys: Set<string>;
  readonly priority: number;
  readonly order: number;
  readonly abort: AbortController;
  subscription?: StreamSubscription;
  /** Closed, given up or turned away. */
  isOver: boolean;
}

type Step =
  | {
      readonly do: "subscribe";
      readonly symbols: readonly string[];
      readonly dataTypes: readonly MarketChannel[];
      readonly priority: number;
    }
  | { readonly do: "close" | "abort"; readonly caller: number }
  | { readonly do: "unsubscribe"; readonly symbol: string; readonly dataType: MarketChannel }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "answer" | "cut" | "reconnect" }
  | { readonly do: "refuse"; readonly key: string; readonly isRefused: boolean };

/** Callers, the manager and a venue with faults; what must always hold is checked on the way. */
class Scene {
  readonly clock = new ManualClock();
  readonly callers: Caller[] = [];
  readonly stream: RecordingStream;
  readonly manager: StreamManager;
  /** The venue refused these at some time. */
  readonly everRefused = new Set<string>();
  readonly #limit: number;
  isStopping = false;
  #lastCall: RecordedCall | undefined;

  constructor(limit: number) {
    this.#limit = limit;
    this.stream = new RecordingStream({
      monotonicMs: () => this.clock.monotonicMs(),
      watch: (call) => this.#watch(call),
    });
    this.stream.answersByItself = false;
    this.stream.mostSymbols = limit; // one symbol too many at any time is a refusal nobody expects
    this.manager = new StreamManager(this.stream, {
      clock: this.clock,
      changeIntervalMs: INTERVAL_MS,
      symbolLimits: limit,
    });
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case "subscribe":
        this.#subscribe(step);
        break;
      case "close":
        this.#close(this.callers[step.caller % this.callers.length]);
        break;
      case "abort":
        this.#abort(this.callers[step.caller % this.callers.length]);
        break;
      case "unsubscribe":
        void this.manager.unsubscribe({ symbols: [step.symbol], dataTypes: [step.dataType] });
        for (const { keys } of this.callers) keys.delete(`${step.dataType} ${step.symbol}`);
        break;
      case "pass":
        await this.clock.advance(step.ms);
        break;
      case "answer":
        this.stream.answer();
        break;
      case "cut":
        this.stream.cut();
        break;
      case "reconnect":
        if (!this.stream.isLive) this.stream.reconnect(CUT);
        break;
      case "refuse":
        if (step.isRefused) this.stream.refuses.add(step.key);
        else this.stream.refuses.delete(step.key);
        if (step.isRefused) this.everRefused.add(step.key);
        break;
      default:
        step satisfies never;
    }
    await this.clock.advance(0);
  }

  /** No more faults, and time for everything. */
  async quiet(): Promise<void> {
    if (!this.stream.isLive) this.stream.reconnect(CUT);
    this.stream.answersByItself = true;
    while (this.stream.answer());
    await this.clock.advance(200 * INTERVAL_MS);
  }

  /** What is still wanted of the open subscriptions, and by whom most. */
  wants(): Map<string, Caller> {
    const wants = new Map<string, Caller>();
    for (const caller of this.callers.filter(({ isOver }) => !isOver)) {
      for (const key of caller.keys) {
        if (this.#isDenied(caller, key)) continue;
        const first = wants.get(key);
        if (!first || caller.priority > first.priority) wants.set(key, caller);
      }
    }
    return wants;
  }

  /** What of it should be there: the limit's number of the most important. */
  admitted(): Set<string> {
    const ranked = [...this.wants()].sort(
      ([a, one], [b, two]) =>
        two.priority - one.priority ||
        one.order - two.order ||
        [...one.keys].indexOf(a) - [...two.keys].indexOf(b),
    );
    return new Set(ranked.slice(0, this.#limit).map(([key]) => key));
  }

  #isDenied({ subscription }: Caller, key: string): boolean {
    const denied = subscription?.refused.some(
      ({ channel, symbol, reason }) => reason === "venue" && key === `${channel} ${symbol}`,
    );
    if (denied) expect(this.everRefused).toContain(key);
    return denied ?? false;
  }

  #subscribe({ symbols, dataTypes, priority }: Extract<Step, { do: "subscribe" }>): void {
    const abort = new AbortController();
    const keys = new Set(dataTypes.flatMap((type) => symbols.map((symbol) => `${type} ${symbol}`)));
    const order = this.callers.length;
    const caller: Caller = { keys, priority, order, abort, isOver: false };
    this.callers.push(caller);
    const { signal } = abort;
    this.manager.subscribe({ symbols, dataTypes, priority, signal }).then(
      (subscription) => {
        caller.subscription = subscription;
      },
      () => {
        caller.isOver = true;
      },
    );
  }

  #close(caller: Caller | undefined): void {
    if (!caller?.subscription) return;
    caller.isOver = true;
    void caller.subscription.close();
  }

  #abort(caller: Caller | undefined): void {
    if (!caller || caller.subscription) return; // too late
    caller.isOver = true;
    caller.abort.abort();
  }

  #watch(call: RecordedCall): void {
    if (this.isStopping) return;
    expect(this.stream.isLive).toBe(true);
    const last = this.#lastCall;
    const isSameChange = last?.action === "unsubscribe" && call.action === "subscribe";
    if (last && !isSameChange) {
      expect(call.atMs - last.atMs).toBeGreaterThanOrEqual(INTERVAL_MS);
    }
    this.#lastCall = call;
    if (call.action !== "unsubscribe" || !this.#isCertain()) return;
    const admitted = this.admitted();
    for (const key of call.keys) {
      if (!this.everRefused.has(key)) expect(admitted).not.toContain(key);
    }
  }

  /**
   * What we think is admitted is what the manager thinks: nobody waits who may have been refused, and
   * so has made room, without our knowing.
   */
  #isCertain(): boolean {
    const all = this.callers.every(({ isOver, subscription }) => isOver || subscription);
    return all || this.#limit === Number.POSITIVE_INFINITY;
  }
}

const caller = fc.nat(20);
const symbol = fc.constantFrom(...SYMBOLS);
const dataType = fc.constantFrom(...CHANNELS);
const only = <Name extends string>(name: Name) => fc.constant({ do: name });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("subscribe" as const),
      symbols: fc.uniqueArray(symbol, { minLength: 1, maxLength: 4 }),
      dataTypes: fc.uniqueArray(dataType, { minLength: 1 }),
      priority: fc.integer({ min: 0, max: 2 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("close" as const), caller }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("abort" as const), caller }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("unsubscribe" as const), symbol, dataType }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(2 * INTERVAL_MS) }),
  },
  { weight: 10, arbitrary: only("answer" as const) },
  { weight: 2, arbitrary: only("cut" as const) },
  { weight: 3, arbitrary: only("reconnect" as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("refuse" as const),
      key: fc.tuple(dataType, symbol).map((pair) => pair.join(" ")),
      isRefused: fc.boolean(),
    }),
  },
);
const limit = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 6 }));

test("whatever many callers, cuts and refusals do, the venue ends with what is wanted and admitted", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), limit, async (steps, symbols) => {
      const scene = new Scene(symbols);
      await scene.manager.start();
      for (const one of steps) await scene.take(one);
      await scene.quiet();
      expect(scene.callers.every(({ isOver, subscription }) => isOver || subscription)).toBe(true);
      const admitted = scene.admitted();
      expect(new Set(scene.stream.granted)).toEqual(admitted);
      const active = Object.entries(scene.manager.getActiveSymbols()).flatMap(([channel, names]) =>
        names.map((name) => `${channel} ${name}`),
      );
      expect(new Set(active)).toEqual(admitted);
      for (const { isOver, subscription, keys } of scene.callers) {
        if (isOver || !subscription || subscription.isClosed) continue;
        const had = Object.values(subscription.symbols).flat().length;
        expect(had + subscription.refused.length).toBe(keys.size);
      }
      scene.isStopping = true;
      await scene.manager.stop();
      await scene.clock.advance(0);
      expect(scene.stream.granted.size + scene.clock.pendingTimers).toBe(0);
      expect(scene.stream.desiredSubscriptions).toEqual({});
    }),
    { numRuns: 400 },
  );
});
