import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { HandlerError } from "../core/errors.ts";
import type { Unsubscribe } from "../core/listeners.ts";
import { type Routed, Router } from "./router.ts";
import { NO_SYMBOL_ID, SymbolTable } from "./symbol-table.ts";

interface Opened {
  readonly router: Router<Routed>;
  readonly symbols: SymbolTable;
  readonly errors: HandlerError[];
  readonly send: (message: Routed) => void;
}

function opened(capacity = 100): Opened {
  const errors: HandlerError[] = [];
  const symbols = new SymbolTable(capacity);
  const router = new Router<Routed>(symbols, (error) => errors.push(error));
  const send = (message: Routed): void =>
    router.dispatch(message, message.symbol ? symbols.idOf(message.symbol) : NO_SYMBOL_ID);
  return { router, symbols, errors, send };
}

const trade = (symbol: string): Routed => ({ type: "trade", symbol });
const quote = (symbol: string): Routed => ({ type: "quote", symbol });
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("Router", () => {
  test("calls those of the symbol, then those of every symbol, and those of other types never", () => {
    const { router, send } = opened();
    const calls: string[] = [];
    router.add("trade", "*", () => void calls.push("all"));
    router.add("trade", "AAPL", () => void calls.push("first"));
    router.add("trade", "MSFT", () => void calls.push("other"));
    router.add("trade", "AAPL", () => void calls.push("second"));
    router.add("quote", "AAPL", () => void calls.push("quote"));
    send(trade("AAPL"));
    expect(calls).toEqual(["first", "second", "all"]);
    send(trade("TSLA"));
    expect(calls).toEqual(["first", "second", "all", "all"]);
    send(quote("AAPL"));
    expect(calls.at(-1)).toBe("quote");
  });

  test("one that throws or rejects is reported with type and symbol, and the others still run", async () => {
    const { router, errors, send } = opened();
    const now = new Error("now");
    const later = new Error("later");
    const after = vi.fn();
    router.add("trade", "AAPL", () => {
      throw now;
    });
    router.add("trade", "AAPL", async () => {
      await undefined;
      throw later;
    });
    router.add("trade", "AAPL", after);
    send(trade("AAPL"));
    await settled();
    expect(after).toHaveBeenCalledOnce();
    expect(errors).toMatchObject([
      { code: "ERR_HANDLER", channel: "trade", symbol: "AAPL", cause: now },
      { code: "ERR_HANDLER", channel: "trade", symbol: "AAPL", cause: later },
    ]);
  });

  test("a sink may add and remove while a message is on its way", () => {
    const { router, send } = opened();
    const calls: string[] = [];
    let removeSecond: Unsubscribe = () => {};
    router.add("trade", "AAPL", () => {
      calls.push("first");
      removeSecond();
      router.add("trade", "AAPL", () => void calls.push("added"));
    });
    removeSecond = router.add("trade", "AAPL", () => void calls.push("second"));
    router.add("trade", "AAPL", () => void calls.push("third"));
    send(trade("AAPL"));
    expect(calls).toEqual(["first", "third"]);
    send(trade("AAPL"));
    expect(calls).toEqual(["first", "third", "first", "third", "added"]);
  });

  test("the same function twice is two routes, and taking one off twice takes one off", () => {
    const { router, send } = opened();
    const sink = vi.fn();
    const remove = router.add("trade", "AAPL", sink);
    router.add("trade", "AAPL", sink);
    remove();
    remove();
    send(trade("AAPL"));
    expect(sink).toHaveBeenCalledOnce();
  });

  test("a message about several instruments reaches each route once", () => {
    const { router } = opened();
    const both = vi.fn();
    const one = vi.fn();
    const all = vi.fn();
    router.add("news", "AAPL", both);
    router.add("news", "MSFT", one);
    router.add("news", "*", all);
    router.dispatch({ type: "news", symbol: "", symbols: ["AAPL", "AAPL", "MSFT"] }, NO_SYMBOL_ID);
    router.dispatch({ type: "news", symbol: "", symbols: [] }, NO_SYMBOL_ID);
    expect([both, one, all].map((sink) => sink.mock.calls.length)).toEqual([1, 1, 2]);
  });

  test("symbols beyond the table's bound are routed by name", () => {
    const { router, send } = opened(1);
    const sink = vi.fn();
    router.add("trade", "AAPL", vi.fn());
    const remove = router.add("trade", "MSFT", sink);
    send(trade("MSFT"));
    send(trade("TSLA"));
    expect(sink).toHaveBeenCalledOnce();
    remove();
    send(trade("MSFT"));
    expect(sink).toHaveBeenCalledOnce();
  });

  test("counts every message by its type, routed or not", () => {
    const { router, send } = opened();
    router.add("bar", "*", vi.fn());
    send(trade("AAPL"));
    send(trade("MSFT"));
    send(quote("AAPL"));
    expect(router.counts()).toEqual({ trade: 2, quote: 1 });
  });

  test("every sink sees exactly the messages of its type and symbol, in their order", () => {
    const symbol = fc.constantFrom("AAPL", "MSFT", "TSLA", "NVDA");
    const type = fc.constantFrom("trade", "quote");
    const action = fc.oneof(
      fc.record({ act: fc.constant("send" as const), type, symbol }),
      fc.record({
        act: fc.constant("add" as const),
        type,
        symbol: fc.oneof(symbol, fc.constant("*")),
      }),
      fc.record({ act: fc.constant("remove" as const), which: fc.nat(20) }),
    );
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 80 }),
        fc.integer({ min: 1, max: 4 }),
        (acts, size) => {
          const { router, send } = opened(size);
          const routes: {
            wants(m: Routed): boolean;
            got: Routed[];
            due: Routed[];
            off: Unsubscribe;
          }[] = [];
          const live = new Set<number>();
          for (const action of acts) {
            if (action.act === "add") {
              const got: Routed[] = [];
              const off = router.add(
                action.type,
                action.symbol,
                (message) => void got.push(message),
              );
              const wants = (m: Routed): boolean =>
                m.type === action.type && (action.symbol === "*" || m.symbol === action.symbol);
              live.add(routes.push({ wants, got, due: [], off }) - 1);
            } else if (action.act === "remove") {
              routes[action.which]?.off();
              live.delete(action.which);
            } else {
              const message = { type: action.type, symbol: action.symbol };
              for (const at of live) if (routes[at]?.wants(message)) routes[at].due.push(message);
              send(message);
            }
          }
          for (const { got, due } of routes) expect(got).toEqual(due);
        },
      ),
    );
  });
});
