import { describe, expect, test } from "vitest";
import type { ChannelSymbols } from "../core/errors.ts";
import { SubscriptionBook } from "./subscription-book.ts";

const trades = (...symbols: string[]): ChannelSymbols => ({ trades: symbols });

function numbered(count: number, prefix = "S"): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

function size(selection: ChannelSymbols | undefined): number {
  return Object.values(selection ?? {}).reduce((sum, symbols) => sum + symbols.length, 0);
}

/** A book on a new connection, which has been granted these. */
function holding(granted: ChannelSymbols): SubscriptionBook {
  const book = new SubscriptionBook();
  book.subscribe(granted);
  book.restore();
  while (book.next()) book.acknowledge(granted);
  return book;
}

describe("SubscriptionBook", () => {
  test("keeps what is wanted apart from what the venue has acknowledged", () => {
    const book = new SubscriptionBook();
    book.subscribe(trades("A", "B"));
    expect(book.desired).toEqual(trades("A", "B"));
    expect(book.acknowledged).toEqual({});
    expect(book.next()).toMatchObject({ action: "subscribe", selection: trades("A", "B") });
    book.acknowledge(trades("A", "B"));
    expect(book.acknowledged).toEqual(trades("A", "B"));
    expect(book.next()).toBeUndefined();
  });

  test("one message is in flight at a time", () => {
    const book = new SubscriptionBook();
    book.subscribe(trades("A"));
    book.subscribe(trades("B"));
    expect(book.next()).toMatchObject({ selection: trades("A") });
    expect(book.next()).toBeUndefined();
    book.acknowledge(trades("A"));
    expect(book.next()).toMatchObject({ selection: trades("B") });
  });

  test("a message names at most 500 symbols over all its channels, and together they name all", () => {
    const book = new SubscriptionBook();
    const wanted = { trades: numbered(700), quotes: numbered(450), bars: numbered(1) };
    book.subscribe(wanted);
    const sizes: number[] = [];
    const asked: Record<string, string[]> = { trades: [], quotes: [], bars: [] };
    for (let request = book.next(); request; request = book.next()) {
      sizes.push(size(request.selection));
      for (const [channel, symbols] of Object.entries(request.selection)) {
        asked[channel]?.push(...symbols);
      }
      book.acknowledge(asked);
    }
    expect(sizes).toEqual([500, 500, 151]);
    expect(asked).toEqual(wanted);
  });

  test("what is granted, or on its way, is not asked for again", () => {
    const book = holding(trades("A"));
    book.subscribe(trades("A"));
    expect(book.next()).toBeUndefined();
    book.subscribe(trades("A", "B"));
    book.subscribe(trades("B", "C"));
    expect(book.next()).toMatchObject({ selection: trades("B") });
    book.acknowledge(trades("A", "B"));
    expect(book.next()).toMatchObject({ selection: trades("C") });
  });

  test("giving up what was not asked for yet takes the question back", () => {
    const book = new SubscriptionBook();
    book.subscribe(trades("A"));
    book.next();
    book.subscribe(trades("B", "C"));
    book.unsubscribe(trades("B"));
    book.acknowledge(trades("A"));
    expect(book.next()).toMatchObject({ action: "subscribe", selection: trades("C") });
  });

  test("wanting again what is about to be given up takes that back", () => {
    const book = holding(trades("A", "B", "C"));
    book.unsubscribe(trades("A"));
    book.next();
    book.unsubscribe(trades("B", "C"));
    book.subscribe(trades("B"));
    book.acknowledge(trades("B", "C"));
    expect(book.next()).toMatchObject({ action: "unsubscribe", selection: trades("C") });
  });

  test("what is wanted again while it is being given up is asked for again and not granted yet", () => {
    const book = holding(trades("A"));
    book.unsubscribe(trades("A"));
    expect(book.next()).toMatchObject({ action: "unsubscribe" });
    book.subscribe(trades("A"));
    expect(book.outstanding(trades("A"))).toEqual(trades("A"));
    expect(book.acknowledge({})).toEqual({});
    expect(book.next()).toMatchObject({ action: "subscribe", selection: trades("A") });
    book.acknowledge(trades("A"));
    expect(book.outstanding(trades("A"))).toEqual({});
  });

  test("a refused call takes its own symbols back and no others", () => {
    const book = holding(trades("A", "B"));
    book.subscribe(trades("B", "C", "D"));
    book.next();
    expect(book.reject()).toEqual({ rejected: trades("C", "D") });
    expect(book.desired).toEqual(trades("A", "B"));
    expect(book.acknowledged).toEqual(trades("A", "B"));
  });

  test("a refusal takes nothing from what the venue has granted already", () => {
    const book = holding(trades("A"));
    book.unsubscribe(trades("A"));
    book.next();
    book.subscribe(trades("A"));
    book.reject(); // the venue still has it
    book.next();
    expect(book.reject()).toEqual({});
    expect(book.desired).toEqual(trades("A"));
  });

  test("a refusal does not empty the next restore", () => {
    const book = holding(trades("A", "B"));
    book.subscribe(trades("C"));
    book.next();
    book.reject();
    book.restore();
    expect(book.next()).toMatchObject({ action: "subscribe", selection: trades("A", "B") });
  });

  test("a refusal of what nobody wants any more is no rejection", () => {
    const book = holding(trades("A"));
    book.subscribe(trades("B"));
    book.next();
    book.unsubscribe(trades("B"));
    expect(book.reject()).toEqual({});
    expect(book.desired).toEqual(trades("A"));
  });

  test("a refused unsubscription says what is still held", () => {
    const book = holding(trades("A", "B"));
    book.unsubscribe(trades("A"));
    book.next();
    expect(book.reject()).toEqual({ stillHeld: trades("A") });
    expect(book.desired).toEqual(trades("B"));
    expect(book.acknowledged).toEqual(trades("A", "B"));
  });

  test("a refusal that answers no question is called unexpected and changes nothing", () => {
    const book = holding(trades("A"));
    expect(book.reject()).toEqual({ unexpected: true });
    expect(book.desired).toEqual(trades("A"));
  });

  test("a channel missing from an acknowledgement is empty, not unchanged", () => {
    const book = holding({ trades: ["A"], quotes: ["A"] });
    book.acknowledge(trades("A"));
    expect(book.acknowledged).toEqual(trades("A"));
    expect(book.next()).toMatchObject({ selection: { quotes: ["A"] } });
  });

  test("what an acknowledgement leaves out is asked for twice more, then reported and still wanted", () => {
    const book = new SubscriptionBook();
    book.subscribe(trades("A", "B"));
    book.next();
    expect(book.acknowledge(trades("A"))).toEqual({});
    expect(book.next()).toMatchObject({ selection: trades("B") });
    expect(book.acknowledge(trades("A"))).toEqual({});
    expect(book.next()).toMatchObject({ selection: trades("B") });
    expect(book.acknowledge(trades("A"))).toEqual({ missing: trades("B") });
    expect(book.next()).toBeUndefined();
    expect(book.desired).toEqual(trades("A", "B"));

    book.restore();
    expect(book.next()).toMatchObject({ selection: trades("A", "B") });
  });

  test("a complete acknowledgement forgives the incomplete ones before it", () => {
    const book = new SubscriptionBook();
    for (const symbols of [["A"], ["A", "B"]]) {
      book.subscribe(trades(...symbols));
      const before = trades(...symbols.slice(0, -1));
      for (let repeat = 0; repeat < 2; repeat++) {
        book.next();
        expect(book.acknowledge(before)).toEqual({});
      }
      book.next();
      expect(book.acknowledge(trades(...symbols))).toEqual({});
    }
  });

  test("an acknowledgement without anybody's question is believed", () => {
    const book = holding(trades("A"));
    book.acknowledge(trades("A", "X"));
    expect(book.acknowledged).toEqual(trades("A", "X"));
    expect(book.next()).toBeUndefined();
  });

  test("a cut forgets what was granted and asked for, never what is wanted", () => {
    const book = holding(trades("A"));
    book.subscribe(trades("B"));
    book.next();
    book.subscribe(trades("C"));
    book.reset();
    expect(book.acknowledged).toEqual({});
    expect(book.next()).toBeUndefined();
    expect(book.desired).toEqual(trades("A", "B", "C"));
    book.restore();
    expect(book.next()).toMatchObject({ selection: trades("A", "B", "C") });
  });
});
