import { describe, expect, expectTypeOf, test } from "vitest";
import { ConfigError } from "../../core/errors.ts";
import type { Bar } from "../../model/bar.ts";
import type { MarketData } from "../../model/market-data.ts";
import type { Quote } from "../../model/quote.ts";
import { MessageHandler } from "./message-handler.ts";
import {
  MESSAGE_HANDLER_DEFAULTS,
  type MessageHandlerOptions,
  PROCESSOR_BREAKER_DEFAULTS,
  PROCESSOR_RETRY_DEFAULTS,
  type ProcessorOptions,
} from "./message-handler-options.ts";

function faultsOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.faults;
    throw thrown;
  }
  return [];
}

describe("a handler's options", () => {
  test("are refused with everything that is wrong with them", () => {
    const wrong = {
      bufferSize: 0,
      batchSize: 1.5,
      batchTimeoutMs: -1,
      overflow: "drop",
      workerCount: Number.NaN,
      maxSymbols: "many",
    } as unknown as MessageHandlerOptions;
    const faults = faultsOf(() => new MessageHandler(wrong));
    expect(faults).toHaveLength(6);
    for (const name of Object.keys(wrong)) expect(faults.join("\n")).toContain(name);
  });

  test("that are not given are the defaults", () => {
    expect(faultsOf(() => new MessageHandler({ bufferSize: undefined }))).toEqual([]);
    expect(MESSAGE_HANDLER_DEFAULTS).toEqual({
      bufferSize: 10_000,
      batchSize: 100,
      batchTimeoutMs: 100,
      overflow: "dropOldest",
      workerCount: 4,
      maxSymbols: 65_536,
    });
    for (const defaults of [
      MESSAGE_HANDLER_DEFAULTS,
      PROCESSOR_BREAKER_DEFAULTS,
      PROCESSOR_RETRY_DEFAULTS,
    ]) {
      expect(Object.isFrozen(defaults)).toBe(true);
    }
  });

  test("may say block only where a connection is the handler's alone", () => {
    const overflow = "block";
    const refused = ['overflow "block" needs exclusiveSource: a connection that nobody else reads'];
    expect(faultsOf(() => new MessageHandler({ overflow }))).toEqual(refused);
    const handler = new MessageHandler();
    expect(faultsOf(() => handler.registerProcessor("trades", () => {}, { overflow }))).toEqual(
      refused,
    );
    const exclusiveSource = { pauseReading() {}, resumeReading() {} };
    expect(faultsOf(() => new MessageHandler({ overflow, exclusiveSource }))).toEqual([]);
  });
});

describe("a processor's registration", () => {
  test("is refused with everything that is wrong with it", () => {
    const handler = new MessageHandler();
    const wrong = {
      bufferSize: -5,
      overflow: "forget",
      priority: Number.POSITIVE_INFINITY,
      retry: { attempts: 0, baseMs: -1, maxMs: Number.NaN, jitter: "some" },
      breaker: { failuresToOpen: 0, firstPauseMs: 50, maxPauseMs: 10 },
    } as unknown as ProcessorOptions;
    const register = () =>
      handler.registerProcessor("candles" as "bars", undefined as never, wrong);
    const faults = faultsOf(register).join("\n");
    for (const name of [
      "bufferSize",
      "overflow",
      "priority",
      "retry.attempts",
      "retry.baseMs",
      "retry.maxMs",
      "retry.jitter",
      "breaker.failuresToOpen",
      "breaker.maxPauseMs",
      'no channel "candles"; there are trades, quotes, bars,',
      "a processor must be a function",
    ]) {
      expect(faults).toContain(name);
    }
    expect(handler.getMetrics().byProcessor).toEqual({});
  });

  test("needs a name of its own, until the other is taken off", () => {
    const handler = new MessageHandler();
    const name = "store";
    const takeOff = handler.registerProcessor("trades", () => {}, { name });
    expect(faultsOf(() => handler.registerProcessor("quotes", () => {}, { name }))).toEqual([
      'there is a processor "store" already',
    ]);
    takeOff();
    handler.registerProcessor("quotes", () => {}, { name });
  });

  test("gives the processor messages of the type that its channel has", () => {
    const handler = new MessageHandler();
    handler.registerProcessor("quotes", (batch) => {
      expectTypeOf(batch).toEqualTypeOf<readonly Quote[]>();
    });
    handler.registerProcessor("dailyBars", (batch) => {
      expectTypeOf(batch).toEqualTypeOf<readonly Bar[]>();
    });
    handler.registerProcessor("*", (batch) => {
      expectTypeOf(batch).toEqualTypeOf<readonly MarketData[]>();
    });
  });
});
