import { describe, expect, test } from "vitest";
import { place, type Shelf } from "./placement.ts";

const shelf = (name: string, load: number, room: number, symbols: string[] = [], rank = 0) => ({
  name,
  load,
  room,
  rank,
  symbols: new Set(symbols),
});
const items = (...symbols: string[]) => symbols.map((symbol) => ({ symbol }));

function placed(symbols: readonly string[], shelves: readonly (Shelf & { name: string })[]) {
  const plan = place(items(...symbols), shelves);
  return (
    plan &&
    Object.fromEntries(
      [...plan].map(([{ name }, group]) => [name, group.map(({ symbol }) => symbol)]),
    )
  );
}

describe("placing", () => {
  test("prefers the connection that holds the symbols, however loaded", () => {
    expect(placed(["A", "B"], [shelf("empty", 0, 9), shelf("holder", 5, 4, ["A"])])).toEqual({
      holder: ["A", "B"],
    });
  });

  test("takes the least loaded one otherwise, and opens another only when there is no room", () => {
    const shelves = [shelf("full", 5, 2), shelf("fuller", 6, 2), shelf("new", 0, 9, [], 2)];
    expect(placed(["A", "B"], shelves)).toEqual({ full: ["A", "B"] });
    expect(placed(["A", "B", "C"], shelves)).toEqual({ new: ["A", "B", "C"] });
  });

  test("spreads what fits on none, keeping a symbol's channels together", () => {
    const shelves = [shelf("one", 0, 3), shelf("other", 0, 3)];
    expect(placed(["A", "A", "B", "B", "C"], shelves)).toEqual({
      one: ["A", "A", "C"],
      other: ["B", "B"],
    });
  });

  test("parts a symbol's channels before it gives up", () => {
    const shelves = [shelf("one", 0, 1), shelf("other", 0, 1)];
    expect(placed(["A", "A"], shelves)).toEqual({ one: ["A"], other: ["A"] });
    expect(placed(["A", "A", "A"], shelves)).toBeUndefined();
  });
});
