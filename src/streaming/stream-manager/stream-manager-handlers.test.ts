import { describe, expect, test, vi } from "vitest";
import { quoteAt } from "../../../test/support/alpaca-models.ts";
import { managedStream } from "../../../test/support/managed-stream.ts";
import type { MarketData } from "../../model/market-data.ts";

const QUOTES = ["quotes"] as const;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a handler", () => {
  test("has the messages of its own symbols and channels, in order, until it is closed", async () => {
    const { manager, stream, clock } = await managedStream({ changeIntervalMs: 0 });
    const heard: MarketData[] = [];
    const subscription = await manager.subscribe({
      symbols: ["AAPL"],
      dataTypes: QUOTES,
      handler: (message) => heard.push(message),
    });
    const [first, other, second] = [quoteAt(1), quoteAt(2, "MSFT"), quoteAt(3)];
    stream.deliver("quotes", first);
    stream.deliver("quotes", other);
    stream.deliver("trades", quoteAt(4));
    stream.deliver("quotes", second);
    expect(heard).toEqual([first, second]);
    const closing = subscription.close();
    stream.deliver("quotes", quoteAt(5)); // already on its way
    await clock.advance(1);
    await closing;
    expect(heard).toHaveLength(2);
  });

  test("is called once with a message that matches a symbol and `*`", async () => {
    const { manager, stream } = await managedStream();
    const handler = vi.fn();
    const request = { symbols: ["AAPL", "*"], dataTypes: QUOTES, handler };
    await manager.subscribe(request);
    stream.deliver("quotes", quoteAt(1));
    stream.deliver("quotes", quoteAt(2, "MSFT"));
    stream.deliver("quotes", quoteAt(3));
    expect(handler).toHaveBeenCalledTimes(3);
  });

  test("of two subscriptions is called for each of them", async () => {
    const { manager, stream } = await managedStream();
    const handler = vi.fn();
    const request = { symbols: ["AAPL"], dataTypes: QUOTES, handler };
    await Promise.all([manager.subscribe(request), manager.subscribe(request)]);
    stream.deliver("quotes", quoteAt(1));
    expect(handler).toHaveBeenCalledTimes(2);
  });

  test("has only what its filter lets through, and other callers have all of it", async () => {
    const { manager, stream } = await managedStream();
    const [dear, all] = [vi.fn(), vi.fn()];
    await manager.subscribe({
      symbols: ["AAPL"],
      dataTypes: QUOTES,
      handler: dear,
      filter: (message) => "bidPrice" in message && message.bidPrice > 100,
    });
    await manager.subscribe({ symbols: ["AAPL"], dataTypes: QUOTES, handler: all });
    stream.deliver("quotes", quoteAt(1, "AAPL", 100));
    stream.deliver("quotes", quoteAt(2, "AAPL", 101));
    expect([dear.mock.calls.length, all.mock.calls.length]).toEqual([1, 2]);
  });

  test("or filter that throws or rejects is reported, and harms nobody else", async () => {
    const { manager, stream, errors } = await managedStream();
    const broken = ["handler", "filter", "promise"].map((what) => new Error(what));
    const both = { symbols: ["AAPL", "*"], dataTypes: QUOTES };
    await manager.subscribe({
      ...both,
      handler() {
        throw broken[0];
      },
    });
    const behindFilter = vi.fn();
    await manager.subscribe({
      ...both,
      handler: behindFilter,
      filter() {
        throw broken[1];
      },
    });
    await manager.subscribe({ ...both, handler: () => Promise.reject(broken[2]) });
    const fine = vi.fn();
    await manager.subscribe({ ...both, handler: fine });
    manager.onError(() => {
      throw new Error("a listener that is broken as well");
    });
    stream.deliver("quotes", quoteAt(1));
    await settled();
    expect(errors.map(({ cause }) => cause)).toEqual(broken);
    expect(errors[0]).toMatchObject({ code: "ERR_HANDLER", channel: "quote", symbol: "AAPL" });
    expect(fine).toHaveBeenCalledOnce();
    expect(behindFilter).not.toHaveBeenCalled();
  });

  test("for which the stream has no route leaves nothing behind", async () => {
    const { manager, stream } = await managedStream();
    const really = stream.route.bind(stream);
    stream.route = (channel, symbol, sink) => {
      if (channel === "news") throw new TypeError("no news here");
      return really(channel, symbol, sink);
    };
    await expect(
      manager.subscribe({ symbols: ["AAPL"], dataTypes: ["quotes", "news"], handler() {} }),
    ).rejects.toThrow("no news here");
    expect(stream.routes.size).toBe(0);
    expect(manager.getSubscriptionStats().subscriptions).toBe(0);
  });

  test("may subscribe and close while it is called", async () => {
    const { manager, stream, clock } = await managedStream({ changeIntervalMs: 0 });
    const later = vi.fn();
    const subscription = await manager.subscribe({
      symbols: ["AAPL"],
      dataTypes: QUOTES,
      handler() {
        void subscription.close();
        void manager.subscribe({ symbols: ["AAPL"], dataTypes: QUOTES, handler: later });
      },
    });
    stream.deliver("quotes", quoteAt(1));
    await clock.advance(1);
    stream.deliver("quotes", quoteAt(2));
    expect(later).toHaveBeenCalledTimes(1);
    expect(stream.calls).toHaveLength(1); // it never stopped being wanted
  });
});
