import { describe, expect, test, vi } from "vitest";
import { barAt, quoteAt } from "../../test/support/alpaca-models.ts";
import { ConfigError } from "../core/errors.ts";
import type { MarketData } from "../model/market-data.ts";
import { channelOfType } from "../streaming/channels.ts";
import { Router } from "../streaming/router.ts";
import { SymbolTable } from "../streaming/symbol-table.ts";
import { StreamCallbacks } from "./symbol-callbacks.ts";

function opened(): { callbacks: StreamCallbacks; send: (message: MarketData) => void } {
  const symbols = new SymbolTable();
  const router = new Router<MarketData>(symbols, (error) => {
    throw error;
  });
  const callbacks = new StreamCallbacks({
    route: (channel, symbol, sink) => router.add(channel, symbol, sink),
  });
  const send = (message: MarketData): void => {
    const channel = channelOfType(message.type) ?? "";
    const routed = Object.create(message, { type: { value: channel } }) as MarketData;
    router.dispatch(routed, symbols.idOf(message.symbol));
  };
  return { callbacks, send };
}

describe("StreamCallbacks", () => {
  test("calls those of the symbol, then those of all symbols, and those of other kinds never", () => {
    const { callbacks, send } = opened();
    const calls: string[] = [];
    callbacks.quotes.add("*", () => void calls.push("all"));
    callbacks.quotes.add(" aapl", () => void calls.push("AAPL"));
    callbacks.quotes.add("MSFT", () => void calls.push("MSFT"));
    callbacks.bars.add("AAPL", () => void calls.push("bar"));
    send(quoteAt(0));
    expect(calls).toEqual(["AAPL", "all"]);
    send(barAt(0));
    expect(calls).toEqual(["AAPL", "all", "bar"]);
  });

  test("removing a symbol's callbacks takes those of every kind, and leaves those of all symbols", () => {
    const { callbacks, send } = opened();
    const gone = vi.fn();
    const kept = vi.fn();
    callbacks.quotes.add("AAPL", gone);
    callbacks.bars.add("AAPL", gone);
    callbacks.trades.add("AAPL", gone);
    callbacks.quotes.add("*", kept);
    callbacks.removeAll(" aapl ");
    send(quoteAt(0));
    expect(gone).not.toHaveBeenCalled();
    expect(kept).toHaveBeenCalledOnce();
  });

  test("one callback can be taken away, and the symbol's others stay", () => {
    const { callbacks, send } = opened();
    const gone = vi.fn();
    const kept = vi.fn();
    const remove = callbacks.quotes.add("AAPL", gone);
    callbacks.quotes.add("AAPL", kept);
    remove();
    remove();
    send(quoteAt(0));
    expect(gone).not.toHaveBeenCalled();
    expect(kept).toHaveBeenCalledOnce();
  });

  test.each(["", "  ", "A B"])("%j is no symbol", (symbol) => {
    const { callbacks } = opened();
    expect(() => callbacks.quotes.add(symbol, () => {})).toThrow(ConfigError);
    expect(() => callbacks.removeAll(symbol)).toThrow(ConfigError);
  });
});
