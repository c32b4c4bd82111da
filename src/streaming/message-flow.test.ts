import { describe, expect, test } from "vitest";
import { ConfigError, type HandlerError } from "../core/errors.ts";
import { type Gate, MessageFlow } from "./message-flow.ts";
import type { Routed } from "./router.ts";
import { SymbolTable } from "./symbol-table.ts";

interface Message extends Routed {
  readonly symbol: string;
  readonly n: number;
}

function opened(gate?: Gate<Message>) {
  const symbols = new SymbolTable();
  const dropped: number[] = [];
  const errors: HandlerError[] = [];
  const askedGates: string[] = [];
  const flow = new MessageFlow<Message>({
    symbols,
    gate: (type) => {
      askedGates.push(type);
      return type === "trade" ? gate : undefined;
    },
    dropped: (message) => dropped.push(message.n),
    failed: (error) => errors.push(error),
  });
  const receive = (n: number, type = "trade"): void =>
    flow.receive({ type, symbol: "AAPL", n }, symbols.idOf("AAPL"));
  return { flow, receive, dropped, errors, askedGates };
}

/** What a loop gets until the flow ends. */
async function all<T>(loop: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of loop) list.push(value);
  return list;
}

const stale = { type: "stale", channel: "trades", finding: "mute", silentMs: 1 } as const;

describe("MessageFlow", () => {
  test("callbacks, loops and batches get the same messages in the same order; events where they belong", async () => {
    const { flow, receive } = opened();
    const called: number[] = [];
    flow.add("trade", "*", ({ n }) => called.push(n));
    const loops = [flow.messages({}), flow.messagesAndEvents({})] as const;
    const batches = flow.batches({ maxBatch: 2 });
    receive(1);
    flow.tell(stale);
    receive(2);
    receive(3);
    flow.end();
    expect(called).toEqual([1, 2, 3]);
    expect((await all(loops[0])).map(({ n }) => n)).toEqual([1, 2, 3]);
    expect((await all(loops[1])).map((value) => ("n" in value ? value.n : value.type))).toEqual([
      1,
      "stale",
      2,
      3,
    ]);
    expect((await all(batches)).map((batch) => batch.map(({ n }) => n))).toEqual([[1, 2], [3]]);
  });

  test("what the gate does not admit reaches nobody, until it is delivered", async () => {
    const admitted: [number, number][] = [];
    const { flow, receive } = opened({
      admit: ({ n }, symbolId) => {
        admitted.push([n, symbolId]);
        return n % 2 === 0;
      },
    });
    const loop = flow.messages({});
    const called: number[] = [];
    flow.add("trade", "AAPL", ({ n }) => called.push(n));
    receive(1);
    expect(flow.latest).toBeUndefined();
    receive(2);
    flow.deliver({ type: "trade", symbol: "AAPL", n: 1 }, 0);
    flow.end();
    expect(admitted).toEqual([
      [1, 0],
      [2, 0],
    ]);
    expect(called).toEqual([2, 1]);
    expect((await all(loop)).map(({ n }) => n)).toEqual([2, 1]);
    expect(flow.latest?.n).toBe(1);
    expect(flow.counts()).toEqual({ trade: 2 });
  });

  test("each type has its own gate, whatever came before", () => {
    const { flow, receive, askedGates } = opened({ admit: () => false });
    const called: string[] = [];
    for (const type of ["trade", "quote"]) flow.add(type, "*", () => called.push(type));
    for (const type of ["trade", "trade", "quote", "trade", "bar", "quote"]) receive(0, type);
    expect(called).toEqual(["quote", "quote"]);
    // Of the last two types nobody is asked again.
    expect(askedGates).toEqual(["trade", "quote", "bar", "quote"]);
  });

  test("what a full buffer drops is told, of loops and of batches, and events are not", () => {
    const { flow, receive, dropped } = opened();
    flow.messages({ capacity: 1 });
    flow.messagesAndEvents({ capacity: 1, overflow: "dropNewest" });
    flow.batches({ capacity: 1 });
    receive(1);
    expect(dropped).toEqual([]);
    receive(2);
    expect(dropped).toEqual([1, 1, 2]);
    flow.tell(stale);
    expect(dropped).toEqual([1, 1, 2]);
  });

  test("a loop that has been left gets nothing more and drops nothing", async () => {
    const { flow, receive, dropped } = opened();
    const loop = flow.messages({ capacity: 1 });
    await loop.return();
    receive(1);
    receive(2);
    expect(dropped).toEqual([]);
  });

  test("an error ends every loop; callbacks stay", async () => {
    const { flow, receive } = opened();
    const called: number[] = [];
    flow.add("trade", "*", ({ n }) => called.push(n));
    const loops = [flow.messages({}), flow.messagesAndEvents({}), flow.batches({})];
    const failure = new Error("over");
    flow.end(failure);
    for (const loop of loops) await expect(loop.next()).rejects.toBe(failure);
    receive(1);
    expect(called).toEqual([1]);
  });

  test("a callback that ends the flow, or throws, harms nobody else", async () => {
    const { flow, receive, errors } = opened();
    const called: number[] = [];
    flow.add("trade", "*", () => flow.end());
    flow.add("trade", "*", () => {
      throw new Error("mine");
    });
    flow.add("trade", "*", ({ n }) => called.push(n));
    const loop = flow.messages({});
    receive(1);
    expect(called).toEqual([1]);
    expect(errors.map(({ code }) => code)).toEqual(["ERR_HANDLER"]);
    expect(await all(loop)).toEqual([]);
  });

  test.each([[{ capacity: 0 }], [{ capacity: 1.5 }], [{ overflow: "no" as never }]])(
    "a buffer of %j is refused",
    (buffer) => {
      const { flow } = opened();
      for (const make of ["messages", "messagesAndEvents", "batches"] as const) {
        expect(() => flow[make](buffer)).toThrow(ConfigError);
      }
    },
  );

  test("every fault of a batch's buffer is named at once", () => {
    const { flow } = opened();
    expect(() => flow.batches({ capacity: 0, overflow: "no" as never, maxBatch: 0 })).toThrow(
      expect.objectContaining({
        faults: [expect.anything(), expect.anything(), expect.anything()],
      }),
    );
  });
});
