import { describe, expect, test, vi } from "vitest";
import type { HandlerError } from "../core/errors.ts";
import { CallbackTable } from "./callback-table.ts";

interface Message {
  readonly channel: string;
  readonly symbol?: string;
}

const TRADE: Message = { channel: "trade", symbol: "AAPL" };

function table(): { callbacks: CallbackTable<Message>; errors: HandlerError[] } {
  const errors: HandlerError[] = [];
  return {
    errors,
    callbacks: new CallbackTable(
      (error) => errors.push(error),
      (value) => value,
    ),
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("CallbackTable", () => {
  test("calls the callbacks of a key, in the order of their registration, and no others", () => {
    const { callbacks } = table();
    const calls: string[] = [];
    callbacks.add("AAPL", () => void calls.push("first"));
    callbacks.add("MSFT", () => void calls.push("other"));
    callbacks.add("AAPL", () => void calls.push("second"));
    callbacks.dispatch("AAPL", TRADE);
    callbacks.dispatch("TSLA", TRADE);
    expect(calls).toEqual(["first", "second"]);
  });

  test("one that throws is reported with its symbol and channel, and the others still run", () => {
    const { callbacks, errors } = table();
    const fault = new Error("callback broke");
    const after = vi.fn();
    callbacks.add("AAPL", () => {
      throw fault;
    });
    callbacks.add("AAPL", after);
    callbacks.dispatch("AAPL", TRADE);
    expect(after).toHaveBeenCalledWith(TRADE);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: "ERR_HANDLER", channel: "trade", symbol: "AAPL" });
    expect(errors[0]?.cause).toBe(fault);
  });

  test("one that rejects is reported with its symbol and channel, and the others still run", async () => {
    const { callbacks, errors } = table();
    const fault = new Error("callback broke later");
    const after = vi.fn();
    callbacks.add("AAPL", async () => {
      await undefined;
      throw fault;
    });
    callbacks.add("AAPL", after);
    callbacks.dispatch("AAPL", TRADE);
    expect(after).toHaveBeenCalledOnce();
    await settled();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ channel: "trade", symbol: "AAPL", cause: fault });
  });

  test("a promise of another make that rejects is reported as well", async () => {
    const { callbacks, errors } = table();
    // biome-ignore lint/suspicious/noThenProperty: what is tested is a thenable that is no Promise
    const foreign = { then: (_: unknown, reject: (reason: unknown) => void) => reject("broke") };
    callbacks.add("AAPL", () => foreign as Promise<void>);
    callbacks.dispatch("AAPL", TRADE);
    await settled();
    expect(errors.map(({ cause }) => cause)).toEqual(["broke"]);
  });

  test("a slow callback does not hold up the next one, nor the next message", () => {
    const { callbacks } = table();
    const fast = vi.fn();
    callbacks.add("AAPL", () => new Promise<void>(() => {}));
    callbacks.add("AAPL", fast);
    callbacks.dispatch("AAPL", TRADE);
    callbacks.dispatch("AAPL", TRADE);
    expect(fast).toHaveBeenCalledTimes(2);
  });

  test("the same function registered twice runs twice, and is taken away once at a time", () => {
    const { callbacks } = table();
    const callback = vi.fn();
    const stop = callbacks.add("AAPL", callback);
    callbacks.add("AAPL", callback);
    callbacks.dispatch("AAPL", TRADE);
    expect(callback).toHaveBeenCalledTimes(2);
    stop();
    stop();
    expect(callbacks.count("AAPL")).toBe(1);
    callbacks.dispatch("AAPL", TRADE);
    expect(callback).toHaveBeenCalledTimes(3);
  });

  test("callbacks may be added and removed while a message is dispatched", () => {
    const { callbacks } = table();
    const calls: string[] = [];
    const stop = callbacks.add("AAPL", () => {
      calls.push("once");
      stop();
      callbacks.add("AAPL", () => void calls.push("added"));
    });
    callbacks.add("AAPL", () => void calls.push("always"));
    callbacks.dispatch("AAPL", TRADE);
    expect(calls).toEqual(["once", "always"]);
    callbacks.dispatch("AAPL", TRADE);
    expect(calls).toEqual(["once", "always", "always", "added"]);
  });

  test("one key's callbacks can be taken away together; taking one away later is harmless", () => {
    const { callbacks } = table();
    const callback = vi.fn();
    const stop = callbacks.add("AAPL", callback);
    callbacks.add("MSFT", callback);
    callbacks.removeAll("AAPL");
    stop();
    expect([callbacks.count("AAPL"), callbacks.count("MSFT")]).toEqual([0, 1]);
    callbacks.clear();
    callbacks.dispatch("MSFT", TRADE);
    expect(callback).not.toHaveBeenCalled();
  });
});
