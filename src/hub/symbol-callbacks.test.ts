import { describe, expect, test, vi } from "vitest";
import { barAt, quoteAt } from "../../test/support/alpaca-models.ts";
import { ConfigError, type HandlerError } from "../core/errors.ts";
import { StreamCallbacks } from "./symbol-callbacks.ts";

function opened(): { callbacks: StreamCallbacks; errors: HandlerError[] } {
  const errors: HandlerError[] = [];
  return { errors, callbacks: new StreamCallbacks((error) => errors.push(error)) };
}

describe("StreamCallbacks", () => {
  test("calls those of the symbol, then those of all symbols, and those of other kinds never", () => {
    const { callbacks } = opened();
    const calls: string[] = [];
    callbacks.quotes.add("*", () => void calls.push("all"));
    callbacks.quotes.add(" aapl", () => void calls.push("AAPL"));
    callbacks.quotes.add("MSFT", () => void calls.push("MSFT"));
    callbacks.bars.add("AAPL", () => void calls.push("bar"));
    callbacks.quotes.dispatch(quoteAt(0));
    expect(calls).toEqual(["AAPL", "all"]);
    callbacks.bars.dispatch(barAt(0));
    expect(calls).toEqual(["AAPL", "all", "bar"]);
  });

  test("one that fails is reported with its channel and symbol, and the others still run", async () => {
    const { callbacks, errors } = opened();
    const after = vi.fn();
    callbacks.quotes.add("AAPL", () => {
      throw new Error("now");
    });
    callbacks.quotes.add("AAPL", async () => {
      throw new Error("later");
    });
    callbacks.quotes.add("*", after);
    callbacks.quotes.dispatch(quoteAt(0));
    await Promise.resolve();
    expect(after).toHaveBeenCalledOnce();
    expect(errors).toMatchObject([
      { channel: "quote", symbol: "AAPL" },
      { channel: "quote", symbol: "AAPL" },
    ]);
  });

  test("removing a symbol's callbacks takes those of every kind, and leaves those of all symbols", () => {
    const { callbacks } = opened();
    const gone = vi.fn();
    const kept = vi.fn();
    callbacks.quotes.add("AAPL", gone);
    callbacks.bars.add("AAPL", gone);
    callbacks.trades.add("AAPL", gone);
    callbacks.quotes.add("*", kept);
    callbacks.removeAll(" aapl ");
    callbacks.quotes.dispatch(quoteAt(0));
    callbacks.bars.dispatch(barAt(0));
    expect(gone).not.toHaveBeenCalled();
    expect(kept).toHaveBeenCalledOnce();
  });

  test.each(["", "  ", "A B"])("%j is no symbol", (symbol) => {
    const { callbacks } = opened();
    expect(() => callbacks.quotes.add(symbol, () => {})).toThrow(ConfigError);
    expect(() => callbacks.removeAll(symbol)).toThrow(ConfigError);
  });
});
