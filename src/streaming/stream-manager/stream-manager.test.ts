import { describe, expect, test, vi } from "vitest";
import { managedStream } from "../../../test/support/managed-stream.ts";
import { RecordingStream } from "../../../test/support/recording-stream.ts";
import { ConnectionClosedError } from "../../core/errors.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { StreamManager } from "./stream-manager.ts";
import { STREAM_MANAGER_DEFAULTS } from "./stream-manager-options.ts";

const CUT = new ConnectionClosedError(1006);

describe("subscribing", () => {
  test("asks for each symbol on each channel, and resolves once acknowledged", async () => {
    const { stream, manager, clock, asked } = await managedStream();
    stream.answersByItself = false;
    const done = vi.fn();
    const subscribing = manager.subscribe({
      symbols: ["AAPL", " MSFT "],
      dataTypes: ["trades", "quotes"],
    });
    void subscribing.then(done);
    await clock.advance(0);
    expect(asked()).toEqual(["+trades AAPL,trades MSFT,quotes AAPL,quotes MSFT"]);
    expect(done).not.toHaveBeenCalled();
    expect(manager.getActiveSymbols()).toEqual({}); // asked for is not acknowledged
    stream.answer();
    const subscription = await subscribing;
    expect(subscription.symbols).toEqual({ trades: ["AAPL", "MSFT"], quotes: ["AAPL", "MSFT"] });
    expect(subscription.refused).toEqual([]);
    expect(manager.getActiveSymbols("quotes")).toEqual(["AAPL", "MSFT"]);
    expect(manager.getActiveSymbols("bars")).toEqual([]);
  });

  test("to what another caller has resolves at once, and asks nothing", async () => {
    const { manager, clock, asked } = await managedStream();
    await manager.subscribe({ symbols: ["AAPL"], dataTypes: ["trades"] });
    asked();
    const second = await manager.subscribe({ symbols: ["AAPL"], dataTypes: ["trades"] });
    expect(second.symbols).toEqual({ trades: ["AAPL"] });
    await clock.advance(10_000);
    expect(asked()).toEqual([]);
  });

  test("says everything that is wrong with the request at once, and touches nothing", async () => {
    const { stream, manager } = await managedStream();
    const request = {
      symbols: ["AAPL", "", "A B"],
      dataTypes: ["trades", "candles"],
      handler: 7,
      priority: Number.NaN,
      signal: {},
    };
    await expect(manager.subscribe(request as never)).rejects.toMatchObject({
      code: "ERR_CONFIG",
      faults: [
        expect.stringContaining('""'),
        expect.stringContaining('"A B"'),
        expect.stringContaining('"candles"'),
        expect.stringContaining("handler"),
        expect.stringContaining("priority"),
        expect.stringContaining("signal"),
      ],
    });
    await expect(manager.subscribe({ symbols: [], dataTypes: [] })).rejects.toMatchObject({
      faults: [expect.stringContaining("symbols"), expect.stringContaining("dataTypes")],
    });
    await expect(manager.subscribe(undefined as never)).rejects.toThrow(/symbols must be a list/);
    await expect(manager.unsubscribe({ symbols: [] })).rejects.toThrow(/symbols must be a list/);
    expect(() => manager.getActiveSymbols("candles" as never)).toThrow(/candles/);
    expect(stream.calls).toEqual([]);
    expect(stream.routes.size).toBe(0);
    expect(manager.getSubscriptionStats().subscriptions).toBe(0);
  });

  test("is given up when its signal aborts, with the signal's reason", async () => {
    const { stream, manager, clock, asked } = await managedStream();
    stream.answersByItself = false;
    const giveUp = new AbortController();
    const reason = new Error("enough");
    const handler = vi.fn();
    const subscribing = manager.subscribe({
      symbols: ["AAPL"],
      dataTypes: ["trades"],
      handler,
      signal: giveUp.signal,
    });
    await clock.advance(0);
    giveUp.abort(reason);
    await expect(subscribing).rejects.toBe(reason);
    stream.answersByItself = true;
    stream.answer();
    await clock.advance(500);
    expect(asked()).toEqual(["+trades AAPL", "-trades AAPL"]);
    expect(stream.routes.size).toBe(0);
    await expect(
      manager.subscribe({ symbols: ["A"], dataTypes: ["bars"], signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
  });
});

describe("changes", () => {
  test("of one turn go together, the next no sooner than the interval", async () => {
    const { manager, stream, clock, asked } = await managedStream();
    const first = ["AAPL", "MSFT", "NVDA"].map((symbol) =>
      manager.subscribe({ symbols: [symbol], dataTypes: ["trades"] }),
    );
    await Promise.all(first);
    expect(asked()).toEqual(["+trades AAPL,trades MSFT,trades NVDA"]);
    const next = manager.subscribe({ symbols: ["SPY"], dataTypes: ["trades"] });
    await clock.advance(300);
    void manager.subscribe({ symbols: ["QQQ"], dataTypes: ["bars"] });
    await clock.advance(199);
    expect(asked()).toEqual([]);
    await clock.advance(1);
    expect(asked()).toEqual(["+trades SPY,bars QQQ"]);
    await next;
    expect(stream.calls.map(({ atMs }) => atMs)).toEqual([0, 500]);
    expect(STREAM_MANAGER_DEFAULTS.changeIntervalMs).toBe(500);
  });

  test("that undo each other within the interval are never sent", async () => {
    const { manager, clock, asked } = await managedStream();
    const held = await manager.subscribe({ symbols: ["AAPL"], dataTypes: ["trades"] });
    asked();
    const aborts = new AbortController();
    const { signal } = aborts;
    const fleeting = manager.subscribe({ symbols: ["MSFT"], dataTypes: ["trades"], signal });
    const closing = held.close();
    await clock.advance(100);
    aborts.abort();
    await expect(fleeting).rejects.toThrow();
    await manager.subscribe({ symbols: ["AAPL"], dataTypes: ["trades"] });
    await closing; // somebody wants it again: there is nothing to wait for
    await clock.advance(5_000);
    expect(asked()).toEqual([]);
    expect(manager.getSubscriptionStats()).toMatchObject({ calls: 4, changes: 1, coalesced: 3 });
  });

  test("give up first, and ask for more once that is acknowledged", async () => {
    const { manager, stream, clock, asked } = await managedStream();
    const held = await manager.subscribe({ symbols: ["AAPL"], dataTypes: ["trades"] });
    asked();
    stream.answersByItself = false;
    void held.close();
    void manager.subscribe({ symbols: ["MSFT"], dataTypes: ["trades"] });
    await clock.advance(500);
    expect(asked()).toEqual(["-trades AAPL"]);
    await clock.advance(200);
    stream.answer();
    await clock.advance(0);
    expect(asked()).toEqual(["+trades MSFT"]);
    stream.answer();
    void manager.subscribe({ symbols: ["NVDA"], dataTypes: ["trades"] });
    await clock.advance(499);
    expect(asked()).toEqual([]); // the interval begins with the last message
    await clock.advance(1);
    expect(asked()).toEqual(["+trades NVDA"]);
  });
});

test("what nobody wants any more by the time its turn comes is not asked for", async () => {
  const { manager, stream, clock, asked } = await managedStream();
  const held = await manager.subscribe({ symbols: ["AAPL"], dataTypes: ["trades"] });
  asked();
  stream.answersByItself = false;
  void held.close();
  const giveUp = new AbortController();
  const { signal } = giveUp;
  const fleeting = manager.subscribe({ symbols: ["MSFT"], dataTypes: ["trades"], signal });
  await clock.advance(500);
  giveUp.abort();
  await expect(fleeting).rejects.toThrow();
  stream.answer();
  await clock.advance(5_000);
  expect(asked()).toEqual(["-trades AAPL"]);
});

describe("giving up", () => {
  test("tells the venue only when nobody wants the symbol any more", async () => {
    const { manager, clock, asked } = await managedStream();
    const one = await manager.subscribe({ symbols: ["AAPL"], dataTypes: ["trades"] });
    const two = await manager.subscribe({ symbols: ["AAPL"], dataTypes: ["trades"] });
    asked();
    await one.close();
    await clock.advance(1_000);
    expect(asked()).toEqual([]);
    expect(manager.getActiveSymbols()).toEqual({ trades: ["AAPL"] });
    await one.close();
    const closed = vi.fn();
    void two.close().then(closed);
    await clock.advance(0);
    expect(asked()).toEqual(["-trades AAPL"]);
    expect(closed).toHaveBeenCalled();
    expect([one.isClosed, two.isClosed, two.symbols]).toEqual([true, true, {}]);
    expect(manager.getActiveSymbols()).toEqual({});
  });

  test("by `await using` is closing", async () => {
    const { manager, stream, clock } = await managedStream({ changeIntervalMs: 0 });
    {
      await using _ = await manager.subscribe({
        symbols: ["AAPL"],
        dataTypes: ["trades"],
        handler() {},
      });
      expect([...stream.granted]).toEqual(["trades AAPL"]);
      setImmediate(() => void clock.advance(1));
    }
    expect([...stream.granted]).toEqual([]);
    expect(stream.routes.size).toBe(0);
  });

  test("by symbol takes it from everybody, or from the subscriptions of one handler", async () => {
    const { manager, clock, asked } = await managedStream({ changeIntervalMs: 0 });
    const handler = vi.fn();
    const mine = await manager.subscribe({
      symbols: ["AAPL", "MSFT"],
      dataTypes: ["trades", "quotes"],
      handler,
    });
    const other = await manager.subscribe({ symbols: ["AAPL"], dataTypes: ["trades"] });
    asked();
    const removing = manager.unsubscribe({ symbols: ["AAPL"], handler });
    await clock.advance(1);
    await removing;
    expect(asked()).toEqual(["-quotes AAPL"]);
    expect(mine.symbols).toEqual({ trades: ["MSFT"], quotes: ["MSFT"] });
    expect(other.symbols).toEqual({ trades: ["AAPL"] });
    void manager.unsubscribe({ symbols: ["AAPL", "MSFT"], dataTypes: ["trades"] });
    await clock.advance(1);
    expect(asked()).toEqual(["-trades AAPL,trades MSFT"]);
    expect([mine.isClosed, other.isClosed]).toEqual([false, true]);
    void manager.unsubscribeAll();
    await clock.advance(1);
    expect(asked()).toEqual(["-quotes MSFT"]);
    expect(mine.isClosed).toBe(true);
    expect((await manager.subscribe({ symbols: ["SPY"], dataTypes: ["bars"] })).isClosed).toBe(
      false,
    );
  });
});

describe("the connection", () => {
  test("is made by start, and what was subscribed to before goes with it", async () => {
    const clock = new ManualClock();
    const stream = new RecordingStream({ monotonicMs: () => clock.monotonicMs() });
    const manager = new StreamManager(stream, { clock });
    const early = manager.subscribe({ symbols: ["AAPL"], dataTypes: ["trades"] });
    await clock.advance(5_000);
    expect(stream.calls).toEqual([]);
    expect(manager.getSubscriptionStats().state).toBe("idle");
    await Promise.all([manager.start(), manager.start()]);
    expect((await early).symbols).toEqual({ trades: ["AAPL"] });
    expect(stream.connects).toBe(1);
  });

  test("that cannot be made rejects start, which may then be called again", async () => {
    const clock = new ManualClock();
    const stream = new RecordingStream({ monotonicMs: () => clock.monotonicMs() });
    const manager = new StreamManager(stream, { clock });
    vi.spyOn(stream, "connect").mockRejectedValueOnce(CUT);
    await expect(manager.start()).rejects.toBe(CUT);
    await manager.start();
    expect(manager.getSubscriptionStats()).toMatchObject({ state: "started", isLive: true });
  });

  test("while it is away takes no change, and afterwards is told only what is new", async () => {
    const { manager, stream, clock, asked } = await managedStream();
    const held = await manager.subscribe({ symbols: ["AAPL", "MSFT"], dataTypes: ["trades"] });
    asked();
    stream.cut();
    const fresh = manager.subscribe({ symbols: ["NVDA"], dataTypes: ["trades"] });
    await manager.unsubscribe({ symbols: ["MSFT"] }); // what is cut off needs no goodbye
    await clock.advance(60_000);
    expect(asked()).toEqual([]);
    stream.reconnect(CUT);
    await clock.advance(0);
    expect(asked()).toEqual(["-trades MSFT", "+trades NVDA"]);
    await fresh;
    expect(held.symbols).toEqual({ trades: ["AAPL"] });
    expect([...stream.granted].sort()).toEqual(["trades AAPL", "trades NVDA"]);
  });

  test("cut while something is asked for is left to the stream, which asks again", async () => {
    const { manager, stream, clock, asked } = await managedStream();
    stream.answersByItself = false;
    const subscribing = manager.subscribe({ symbols: ["AAPL"], dataTypes: ["trades"] });
    await clock.advance(0);
    stream.cut();
    await clock.advance(5_000);
    stream.reconnect(CUT);
    expect((await subscribing).symbols).toEqual({ trades: ["AAPL"] });
    await clock.advance(5_000);
    expect(asked()).toEqual(["+trades AAPL"]);
  });

  test("that was ended and made anew by somebody else is noticed", async () => {
    const { manager, stream, clock } = await managedStream();
    await stream.disconnect();
    const subscribing = manager.subscribe({ symbols: ["AAPL"], dataTypes: ["trades"] });
    await clock.advance(5_000);
    await stream.connect();
    await clock.advance(500);
    expect((await subscribing).symbols).toEqual({ trades: ["AAPL"] });
  });
});

describe("stop", () => {
  test("gives up everything, answers whoever waits, and leaves nothing behind", async () => {
    const { manager, stream, clock, asked } = await managedStream();
    const held = await manager.subscribe({
      symbols: ["AAPL"],
      dataTypes: ["trades"],
      handler() {},
    });
    const waiting = manager.subscribe({ symbols: ["MSFT"], dataTypes: ["trades"] });
    const refusal = expect(waiting).rejects.toMatchObject({ code: "ERR_CLOSED" });
    asked();
    await Promise.all([manager.stop(), manager.stop(), manager[Symbol.asyncDispose]()]);
    await refusal;
    expect(asked()).toEqual(["-trades AAPL"]);
    expect(held.isClosed).toBe(true);
    await held.close();
    expect(stream.routes.size + stream.listeners + stream.granted.size).toBe(0);
    expect(stream.isLive).toBe(true);
    expect(clock.pendingTimers).toBe(0);
    await expect(manager.start()).rejects.toMatchObject({ code: "ERR_CLOSED" });
    await expect(manager.subscribe({ symbols: ["A"], dataTypes: ["bars"] })).rejects.toMatchObject({
      code: "ERR_CLOSED",
    });
    await manager.unsubscribeAll();
    expect(manager.getSubscriptionStats()).toMatchObject({ state: "stopped", subscriptions: 0 });
  });

  test("while something is asked for takes that back, too", async () => {
    const { manager, stream, clock, asked } = await managedStream();
    stream.answersByItself = false;
    const waiting = manager.subscribe({ symbols: ["AAPL"], dataTypes: ["trades"] });
    const refusal = expect(waiting).rejects.toMatchObject({ code: "ERR_CLOSED" });
    await clock.advance(0);
    const stopping = manager.stop();
    await refusal;
    while (stream.answer());
    await stopping;
    expect(asked()).toEqual(["+trades AAPL", "-trades AAPL"]);
    expect(stream.granted.size + clock.pendingTimers).toBe(0);
    expect(stream.desiredSubscriptions).toEqual({});
  });

  test("before start is harmless", async () => {
    const clock = new ManualClock();
    const stream = new RecordingStream({ monotonicMs: () => clock.monotonicMs() });
    const manager = new StreamManager(stream, { clock });
    const waiting = manager.subscribe({ symbols: ["AAPL"], dataTypes: ["trades"] });
    await Promise.all([
      expect(waiting).rejects.toMatchObject({ code: "ERR_CLOSED" }),
      manager.stop(),
    ]);
    expect(stream.calls).toEqual([]);
  });
});

describe("the statistics", () => {
  test("count each channel, and are plain JSON", async () => {
    const { manager, stream, clock } = await managedStream({ symbolLimits: { trades: 2 } });
    stream.refuses.add("quotes BAD");
    const both = ["trades", "quotes"] as const;
    const first = manager.subscribe({ symbols: ["AAPL", "BAD"], dataTypes: both });
    await clock.advance(5_000);
    await first;
    const second = manager.subscribe({ symbols: ["AAPL", "MSFT"], dataTypes: both });
    await clock.advance(5_000);
    await second;
    const stats = manager.getSubscriptionStats();
    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
    expect(stats).toMatchObject({
      state: "started",
      isLive: true,
      subscriptions: 2,
      channels: {
        trades: { wanted: 3, acknowledged: 2, waiting: 1, refused: 0, subscribers: 2 },
        quotes: { wanted: 2, acknowledged: 2, waiting: 0, refused: 1, subscribers: 2 },
      },
      calls: 2,
      lastChangeMs: clock.nowMs() - 5_000,
    });
  });
});

test("options that cannot be are listed in one error", () => {
  const stream = new RecordingStream({ monotonicMs: () => 0 });
  const options = { changeIntervalMs: -1, symbolLimits: { trades: -2, candles: 3 } };
  expect(() => new StreamManager(stream, options as never)).toThrow(
    expect.objectContaining({
      code: "ERR_CONFIG",
      faults: [
        expect.stringContaining("changeIntervalMs"),
        expect.stringContaining("candles"),
        expect.stringContaining("symbolLimits.trades"),
      ],
    }),
  );
});
