import { describe, expect, test } from "vitest";
import { SLICE_MS, STALE_MS, watching } from "../../../test/support/watched-market.ts";
import { SymbolTable } from "../../streaming/symbol-table.ts";
import { Halts } from "./halts.ts";

function halting() {
  const symbols = new SymbolTable();
  const halts = new Halts(symbols);
  const { make, makeStatus, clock } = watching();
  const status = (code: string, symbol = "AAPL"): void =>
    halts.changed(makeStatus(code, symbol), symbols.idOf(symbol));
  const trade = (agoMs = 0, symbol = "AAPL"): void =>
    halts.traded(make("trade", symbol, agoMs), symbols.idOf(symbol));
  const held = (channel: string, ...names: string[]): boolean =>
    halts.holdAll(channel, names.length > 0 ? names : ["AAPL"]);
  return { halts, clock, status, trade, held };
}

describe("Halts", () => {
  test.each([
    ["2", "3"],
    ["H", "T"],
    ["P", "T"],
    ["H", "s"],
  ])("begin with %s and end with %s", (halt, resume) => {
    const { status, held, halts } = halting();
    status(halt);
    for (const channel of ["trades", "quotes", "orderbooks", "bars"]) {
      expect(held(channel)).toBe(true);
    }
    status(resume);
    expect(held("trades")).toBe(false);
    expect(halts.size).toBe(0);
  });

  test.each(["5", "6", "7", "8", "9", "A", "C", "D", "E", "F", "", "new"])(
    "are neither begun nor ended by %j",
    (code) => {
      const { status, held } = halting();
      status(code);
      expect(held("trades")).toBe(false);
      status("H");
      status(code);
      expect(held("trades")).toBe(true);
    },
  );

  test("let quotes come back before trades", () => {
    const { status, held } = halting();
    status("H");
    status("Q");
    expect(held("quotes")).toBe(false);
    expect(held("trades")).toBe(true);
    expect(held("bars")).toBe(true);
  });

  test("end with a trade, but not with one from before", () => {
    const { status, trade, held } = halting();
    status("H");
    trade(1);
    expect(held("trades")).toBe(true);
    trade(-1);
    expect(held("trades")).toBe(false);
  });

  test("hold a channel only when all of its symbols are halted", () => {
    const { status, held } = halting();
    status("H", "AAPL");
    status("H", "MSFT");
    expect(held("trades", "AAPL", "MSFT")).toBe(true);
    expect(held("trades", "AAPL", "TSLA")).toBe(false);
    expect(held("trades", "AAPL", "MSFT", "TSLA")).toBe(false);
    expect(held("trades", "*")).toBe(false);
  });

  test("are forgotten where nothing will tell of their end", () => {
    const { status, held, halts } = halting();
    for (const symbol of ["AAPL", "MSFT"]) status("H", symbol);
    halts.keepOnly(["*"]);
    expect(halts.size).toBe(2);
    halts.keepOnly(["MSFT"]);
    expect([held("trades", "AAPL"), held("trades", "MSFT")]).toEqual([false, true]);
    halts.clear();
    expect(held("trades", "MSFT")).toBe(false);
  });

  test("have room for as many symbols as have a number, and for no other", () => {
    const symbols = new SymbolTable(200);
    const halts = new Halts(symbols);
    const { make, makeStatus } = watching();
    for (let i = 0; i < 1_000; i++) {
      halts.changed(makeStatus("H", `S${i}`), symbols.idOf(`S${i}`));
      halts.traded(make("trade", `S${i}`, 1), symbols.idOf(`S${i}`));
    }
    expect(halts.size).toBe(200);
    expect(halts.holdAll("trades", ["S199"])).toBe(true);
    expect(halts.holdAll("trades", ["S200"])).toBe(false);
  });
});

describe("a watch over halted symbols", () => {
  const state = { trades: ["AAPL", "MSFT"], statuses: ["AAPL", "MSFT"] };

  test("is owed nothing until one of them trades again", async () => {
    const { clock, connect, hear, makeStatus, told } = watching();
    connect(state);
    for (const symbol of ["AAPL", "MSFT"]) hear(makeStatus("H", symbol));
    await clock.advance(10 * STALE_MS);
    expect(told).toEqual([]);
    hear(makeStatus("T", "MSFT"));
    await clock.advance(STALE_MS + 2 * SLICE_MS);
    expect(told).toMatchObject([{ channel: "trades" }]);
  });

  test("is owed data while one of them is not halted: the control", async () => {
    const { clock, connect, hear, makeStatus, told } = watching();
    connect(state);
    hear(makeStatus("H", "AAPL"));
    await clock.advance(STALE_MS + 2 * SLICE_MS);
    expect(told).toMatchObject([{ channel: "trades" }]);
  });

  test("forgets the halts with the connection, which may have missed their end", async () => {
    const { clock, connect, watch, hear, makeStatus, told } = watching();
    connect(state);
    for (const symbol of ["AAPL", "MSFT"]) hear(makeStatus("H", symbol));
    watch.stop();
    connect(state);
    await clock.advance(STALE_MS + SLICE_MS);
    expect(told).toHaveLength(1);
  });
});
