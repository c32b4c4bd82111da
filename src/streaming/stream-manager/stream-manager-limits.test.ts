import { describe, expect, test, vi } from "vitest";
import { managedStream } from "../../../test/support/managed-stream.ts";
import type { SubscriptionChange } from "./stream-subscription.ts";

const TRADES = ["trades"] as const;

describe("with a limit of symbols", () => {
  test("who comes first stays, and a newcomer without any room is refused at once", async () => {
    const { manager, clock, asked } = await managedStream({ symbolLimits: 2 });
    const first = await manager.subscribe({ symbols: ["AAPL", "MSFT"], dataTypes: TRADES });
    const handler = vi.fn();
    await expect(
      manager.subscribe({ symbols: ["NVDA", "SPY"], dataTypes: TRADES, handler }),
    ).rejects.toMatchObject({
      name: "SymbolLimitError",
      code: "ERR_SUBSCRIPTION_REJECTED",
      venueCode: 0,
      rejected: { trades: ["NVDA", "SPY"] },
      message: "no room within the symbol limits for trades NVDA, trades SPY",
    });
    expect(asked()).toEqual(["+trades AAPL,trades MSFT"]);
    void first.close();
    await clock.advance(5_000); // the one who was refused has gone, and is not let in
    expect(asked()).toEqual(["-trades AAPL,trades MSFT"]);
    expect(manager.getSubscriptionStats()).toMatchObject({ subscriptions: 0, channels: {} });
  });

  test("a newcomer with some room has that, and the rest as soon as somebody leaves", async () => {
    const { manager, stream, clock, asked } = await managedStream({ symbolLimits: 2 });
    const first = await manager.subscribe({ symbols: ["AAPL"], dataTypes: TRADES });
    const subscribing = manager.subscribe({
      symbols: ["MSFT", "NVDA"],
      dataTypes: TRADES,
      handler() {},
    });
    await clock.advance(500);
    const second = await subscribing;
    expect(second.symbols).toEqual({ trades: ["MSFT"] });
    expect(second.refused).toEqual([{ channel: "trades", symbol: "NVDA", reason: "limit" }]);
    expect([...stream.routes.keys()]).toEqual(["trades MSFT"]);
    const changes: SubscriptionChange[] = [];
    second.onChange((change) => changes.push(change));
    asked();
    void first.close();
    await clock.advance(500);
    expect(asked()).toEqual(["-trades AAPL", "+trades NVDA"]); // never above the limit
    expect(second.symbols).toEqual({ trades: ["MSFT", "NVDA"] });
    expect(second.refused).toEqual([]);
    expect(changes).toEqual([{ kind: "admitted", channel: "trades", symbol: "NVDA" }]);
    expect([...stream.routes.keys()]).toEqual(["trades MSFT", "trades NVDA"]);
  });

  test("a higher priority takes the room of the lowest, who is told and gets it back", async () => {
    const { manager, stream, clock, asked } = await managedStream({ symbolLimits: 2 });
    stream.mostSymbols = 2; // the venue would refuse a third
    const low = await manager.subscribe({
      symbols: ["AAPL", "MSFT"],
      dataTypes: TRADES,
      priority: -1,
      handler() {},
    });
    const changes: SubscriptionChange[] = [];
    low.onChange((change) => changes.push(change));
    asked();
    const urgent = manager.subscribe({ symbols: ["NVDA"], dataTypes: TRADES, priority: 7 });
    await clock.advance(500);
    const high = await urgent;
    expect(asked()).toEqual(["-trades MSFT", "+trades NVDA"]);
    expect(low.refused).toEqual([{ channel: "trades", symbol: "MSFT", reason: "evicted" }]);
    expect(changes).toEqual([
      { kind: "refused", channel: "trades", symbol: "MSFT", reason: "evicted" },
    ]);
    expect([...stream.routes.keys()]).toEqual(["trades AAPL"]);
    void high.close();
    await clock.advance(500);
    expect(low.symbols).toEqual({ trades: ["AAPL", "MSFT"] });
    expect(changes.at(-1)).toEqual({ kind: "admitted", channel: "trades", symbol: "MSFT" });
  });

  test("the waiting are let in by priority, then by age", async () => {
    const { manager, clock } = await managedStream({ symbolLimits: 2 });
    const wanting = async (symbols: readonly string[], priority: number) => {
      const subscribing = manager.subscribe({ symbols, dataTypes: TRADES, priority });
      await clock.advance(500);
      return await subscribing;
    };
    const holder = await wanting(["AAPL"], 9);
    const early = await wanting(["SHARED", "EARLY"], 0);
    const late = await wanting(["SHARED", "LATE"], 0);
    const high = await wanting(["SHARED", "HIGH"], 1);
    expect([early, late, high].map((one) => one.refused.map(({ symbol }) => symbol))).toEqual([
      ["EARLY"],
      ["LATE"],
      ["HIGH"],
    ]);
    void holder.close();
    await clock.advance(500);
    expect(high.symbols).toEqual({ trades: ["SHARED", "HIGH"] });
    void manager.unsubscribe({ symbols: ["HIGH"] });
    await clock.advance(500);
    expect(early.symbols).toEqual({ trades: ["SHARED", "EARLY"] });
    expect(late.refused).toMatchObject([{ symbol: "LATE", reason: "limit" }]);
  });

  test("sharing an important symbol makes it no less important", async () => {
    const { manager, clock } = await managedStream({ symbolLimits: 1 });
    await manager.subscribe({ symbols: ["AAPL"], dataTypes: TRADES, priority: 2 });
    const shared = await manager.subscribe({ symbols: ["AAPL"], dataTypes: TRADES, priority: 0 });
    await expect(
      manager.subscribe({ symbols: ["MSFT"], dataTypes: TRADES, priority: 1 }),
    ).rejects.toThrow(/no room/);
    await clock.advance(500);
    expect(shared.symbols).toEqual({ trades: ["AAPL"] });
  });

  test("one who is evicted before the acknowledgement is refused", async () => {
    const { manager, stream, clock } = await managedStream({ symbolLimits: 1 });
    stream.answersByItself = false;
    const low = manager.subscribe({ symbols: ["AAPL"], dataTypes: TRADES });
    const refusal = expect(low).rejects.toMatchObject({ rejected: { trades: ["AAPL"] } });
    await clock.advance(0);
    stream.answersByItself = true;
    const high = manager.subscribe({ symbols: ["MSFT"], dataTypes: TRADES, priority: 1 });
    await refusal;
    stream.answer();
    await clock.advance(500);
    expect((await high).symbols).toEqual({ trades: ["MSFT"] });
    expect([...stream.granted]).toEqual(["trades MSFT"]);
  });

  test("a listener that closes while room is given away leaves the others their due", async () => {
    const { manager, clock, errors } = await managedStream({ symbolLimits: 3 });
    const [closing, staying] = await Promise.all([
      manager.subscribe({ symbols: ["AAPL", "MSFT"], dataTypes: TRADES }),
      manager.subscribe({ symbols: ["NVDA"], dataTypes: TRADES }),
    ]);
    const failure = new Error("listener broke");
    closing.onChange(() => {
      void closing.close();
      throw failure;
    });
    // Takes the room of MSFT and NVDA, and AAPL goes of itself: so there is room for NVDA.
    const high = manager.subscribe({ symbols: ["SPY", "QQQ"], dataTypes: TRADES, priority: 1 });
    await clock.advance(5_000);
    await high;
    expect(manager.getActiveSymbols()).toEqual({ trades: ["NVDA", "SPY", "QQQ"] });
    expect(staying.symbols).toEqual({ trades: ["NVDA"] });
    expect(staying.refused).toEqual([]);
    expect(errors).toMatchObject([{ code: "ERR_HANDLER", cause: failure }]);
  });
});
