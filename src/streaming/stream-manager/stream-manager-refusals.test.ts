import { describe, expect, test } from "vitest";
import { managedStream } from "../../../test/support/managed-stream.ts";
import {
  ClosedError,
  ConfigError,
  ConnectionClosedError,
  SubscriptionIncompleteError,
  SubscriptionRejectedError,
} from "../../core/errors.ts";
import type { SubscriptionChange } from "./stream-subscription.ts";

const TRADES = ["trades"] as const;
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".split("");

describe("what the venue refuses", () => {
  test("is told to who asked for it, and everybody else in the message gets theirs", async () => {
    const { manager, stream, clock, errors } = await managedStream();
    stream.refuses.add("trades BAD");
    const fine = ["AAPL", "MSFT", "NVDA"].map((symbol) =>
      manager.subscribe({ symbols: [symbol], dataTypes: TRADES }),
    );
    const bad = manager.subscribe({ symbols: ["BAD"], dataTypes: TRADES, handler() {} });
    const partly = manager.subscribe({ symbols: ["SPY", "BAD"], dataTypes: TRADES });
    const refusal = expect(bad).rejects.toMatchObject({
      code: "ERR_SUBSCRIPTION_REJECTED",
      venueCode: 405,
      rejected: { trades: ["BAD"] },
    });
    await clock.advance(5_000);
    await refusal;
    expect((await Promise.all(fine)).map(({ symbols }) => symbols["trades"])).toEqual([
      ["AAPL"],
      ["MSFT"],
      ["NVDA"],
    ]);
    expect((await partly).symbols).toEqual({ trades: ["SPY"] });
    expect((await partly).refused).toMatchObject([
      { channel: "trades", symbol: "BAD", reason: "venue", error: { venueCode: 405 } },
    ]);
    expect(errors).toEqual([]);
    expect(stream.routes.size).toBe(0);
    const { length } = stream.calls;
    await clock.advance(60_000);
    expect(stream.calls).toHaveLength(length); // and is not asked for again
  });

  test("in one part of a long list leaves the other parts to be acknowledged", async () => {
    const { manager, stream, clock, asked } = await managedStream();
    const really = stream.subscribe.bind(stream);
    // As a stream does that cut the list in two, and had an answer to the first part only.
    stream.subscribe = async (selection) => {
      void really({ trades: ["AAPL"] });
      stream.subscribe = really;
      throw new SubscriptionRejectedError(400, "no", {
        trades: (selection["trades"] ?? []).filter((symbol) => symbol !== "AAPL"),
      });
    };
    stream.answersByItself = false;
    const subscribing = manager.subscribe({ symbols: ["AAPL", "BAD"], dataTypes: TRADES });
    await clock.advance(0);
    expect(manager.getActiveSymbols()).toEqual({});
    stream.answersByItself = true;
    while (stream.answer());
    await clock.advance(500);
    const subscription = await subscribing;
    expect(asked()).toEqual(["+trades AAPL", "+trades AAPL"]); // which a stream sends once
    expect(subscription.symbols).toEqual({ trades: ["AAPL"] });
    expect(subscription.refused).toMatchObject([{ symbol: "BAD" }]);
  });

  test("is looked for by halves, at the pace of any change", async () => {
    const { manager, stream, clock } = await managedStream();
    stream.refuses.add("trades Q");
    const subscribing = manager.subscribe({ symbols: letters, dataTypes: TRADES });
    await clock.advance(60_000);
    expect((await subscribing).symbols["trades"]).toHaveLength(25);
    expect(stream.calls.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(26)));
    const gaps = stream.calls.slice(1).map(({ atMs }, at) => atMs - (stream.calls[at]?.atMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(500);
  });

  test("is not looked for without end, and the most important is found room for", async () => {
    const { manager, stream, clock } = await managedStream();
    stream.mostSymbols = 10;
    const symbols = letters.flatMap((one) => letters.map((two) => one + two));
    const subscribing = manager.subscribe({ symbols, dataTypes: TRADES });
    await clock.advance(120_000);
    const { symbols: had, refused } = await subscribing;
    expect(had["trades"]?.slice(0, 5)).toEqual(symbols.slice(0, 5));
    expect([...stream.granted].sort()).toEqual(had["trades"]?.map((one) => `trades ${one}`).sort());
    expect((had["trades"]?.length ?? 0) + refused.length).toBe(symbols.length);
    expect(stream.calls.length).toBeLessThanOrEqual(70);
  });

  test("does not keep newcomers waiting while it is looked for", async () => {
    const { manager, stream, clock } = await managedStream();
    for (const letter of letters) stream.refuses.add(`trades ${letter}`);
    const hopeless = manager.subscribe({ symbols: letters, dataTypes: TRADES });
    const refusal = expect(hopeless).rejects.toMatchObject({
      code: "ERR_SUBSCRIPTION_REJECTED",
      rejected: { trades: letters },
    });
    await clock.advance(2_000);
    const newcomer = manager.subscribe({ symbols: ["AAPL"], dataTypes: TRADES });
    await clock.advance(1_000);
    expect((await newcomer).symbols).toEqual({ trades: ["AAPL"] });
    await clock.advance(60_000);
    await refusal;
  });

  test("is asked for again when somebody new wants it", async () => {
    const { manager, stream, clock } = await managedStream();
    stream.refuses.add("trades AAPL");
    const wanting = () => manager.subscribe({ symbols: ["AAPL"], dataTypes: TRADES });
    await expect(wanting()).rejects.toThrow(/refused/);
    stream.refuses.clear();
    const again = wanting();
    await clock.advance(500);
    expect((await again).symbols).toEqual({ trades: ["AAPL"] });
  });

  test("after a reconnect is told to who had it", async () => {
    const { manager, stream, clock } = await managedStream();
    const had = await manager.subscribe({
      symbols: ["AAPL", "MSFT"],
      dataTypes: TRADES,
      handler() {},
    });
    const changes: SubscriptionChange[] = [];
    had.onChange((change) => changes.push(change));
    stream.cut();
    stream.refuses.add("trades MSFT");
    stream.reconnect(new ConnectionClosedError(1006));
    await clock.advance(5_000);
    expect(had.symbols).toEqual({ trades: ["AAPL"] });
    expect(had.refused).toMatchObject([{ symbol: "MSFT", reason: "venue" }]);
    expect(changes).toMatchObject([{ kind: "refused", symbol: "MSFT", reason: "venue" }]);
    expect([...stream.routes.keys()]).toEqual(["trades AAPL"]);
    expect(stream.calls).toHaveLength(1);
  });
});

describe("what the stream", () => {
  test("does not know is refused alone, with what it said", async () => {
    const { manager, stream, clock } = await managedStream();
    const really = stream.subscribe.bind(stream);
    stream.subscribe = async (selection) => {
      if (selection["news"]) throw new ConfigError(["this feed has no news"]);
      return await really(selection);
    };
    const fine = manager.subscribe({ symbols: ["AAPL"], dataTypes: TRADES });
    const odd = manager.subscribe({ symbols: ["AAPL", "MSFT"], dataTypes: ["news"] });
    const refusal = expect(odd).rejects.toMatchObject({ faults: ["this feed has no news"] });
    await clock.advance(5_000);
    await refusal;
    expect((await fine).symbols).toEqual({ trades: ["AAPL"] });
  });

  test("is never granted is refused, and taken back from it", async () => {
    const { manager, stream, clock } = await managedStream();
    stream.leavesOut.add("trades SLOW");
    const fine = manager.subscribe({ symbols: ["AAPL"], dataTypes: TRADES });
    const slow = manager.subscribe({ symbols: ["SLOW"], dataTypes: TRADES });
    const refusal = expect(slow).rejects.toMatchObject({
      code: "ERR_SUBSCRIPTION_INCOMPLETE",
      missing: { trades: ["SLOW"] },
    });
    await clock.advance(5_000);
    await refusal;
    expect((await fine).symbols).toEqual({ trades: ["AAPL"] });
    expect(stream.desiredSubscriptions).toEqual({ trades: ["AAPL"] });
  });

  test("says was left out of a restore is asked for again", async () => {
    const { manager, stream, clock, asked } = await managedStream();
    const had = await manager.subscribe({ symbols: ["AAPL", "MSFT"], dataTypes: TRADES });
    asked();
    stream.cut();
    stream.leavesOut.add("trades MSFT");
    stream.reconnect(new ConnectionClosedError(1006));
    stream.leavesOut.clear();
    stream.tell(new SubscriptionIncompleteError({ trades: ["MSFT"] }));
    expect(manager.getActiveSymbols()).toEqual({ trades: ["AAPL"] });
    expect(had.symbols).toEqual({ trades: ["AAPL"] });
    await clock.advance(5_000);
    expect(asked()).toEqual(["+trades MSFT"]);
    expect(had.symbols).toEqual({ trades: ["AAPL", "MSFT"] });
  });

  test("cannot take back is reported, and wanted no more", async () => {
    const { manager, stream, clock, errors } = await managedStream();
    const had = await manager.subscribe({ symbols: ["AAPL"], dataTypes: TRADES });
    const cause = new ConnectionClosedError(1011);
    stream.unsubscribe = () => Promise.reject(cause);
    const closing = had.close();
    await clock.advance(60_000);
    await closing;
    expect(errors).toEqual([cause]);
  });

  test("answers with its own end leaves the wish standing for the next connection", async () => {
    const { manager, stream, clock, errors } = await managedStream();
    stream.answersByItself = false;
    const subscribing = manager.subscribe({ symbols: ["AAPL"], dataTypes: TRADES });
    await clock.advance(0);
    const cause = new ClosedError("the stream");
    stream.end(cause);
    await clock.advance(5_000);
    expect(errors).toEqual([cause]);
    stream.answersByItself = true;
    await stream.connect();
    await clock.advance(500);
    expect((await subscribing).symbols).toEqual({ trades: ["AAPL"] });
  });

  test("fails at while it is live is not asked for ever", async () => {
    const { manager, stream, clock, errors } = await managedStream();
    const cause = new TypeError("broken");
    let asked = 0;
    stream.subscribe = () => {
      asked++;
      return Promise.reject(cause);
    };
    const subscribing = manager.subscribe({ symbols: ["AAPL"], dataTypes: TRADES });
    const refusal = expect(subscribing).rejects.toMatchObject({ code: "ERR_HANDLER", cause });
    await clock.advance(60_000);
    await refusal;
    expect(asked).toBe(5);
    expect(errors).toHaveLength(5);
  });
});
