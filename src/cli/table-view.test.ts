import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { ConnectionClosedError } from "../core/errors.ts";
import { Quote } from "../model/quote.ts";
import { Trade } from "../model/trade.ts";
import type { SocketState } from "../socket/state.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { TableView } from "./table-view.ts";

const HISTORY = { failures: 0, limitedSinceMs: undefined, hasBeenLive: true };
const LIVE: SocketState = { kind: "live", history: HISTORY, sinceMs: 0 };

interface Shown {
  readonly view: TableView;
  readonly clock: ManualClock;
  /** The lines of the picture that is drawn next, as if on an empty terminal. */
  picture(): readonly string[];
}

async function show(symbols: readonly string[], columns: number, rows: number): Promise<Shown> {
  const clock = new ManualClock();
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns, rows });
  const terminal = stream as unknown as NodeJS.WriteStream;
  const facts = { symbols, feed: "iex", venue: "paper", marketMayBeClosed: true };
  const view = await TableView.open(terminal, clock, facts, () => {});
  onTestFinished(() => {
    stream.destroy();
  });
  const picture = (): readonly string[] => {
    stream.read();
    stream.emit("resize"); // erases, and draws the whole
    const drawn = stripVTControlCharacters(String(stream.read()));
    return drawn.trim().split("\n");
  };
  return { view, clock, picture };
}

const time = { seconds: 0, nanos: 0 };
const market = { conditions: [], tape: "C", bidExchange: "V", askExchange: "V" };
const quote = (symbol: string, bidPrice: number, askPrice: number): Quote =>
  Quote.from(symbol, time, 0, { bidPrice, bidSize: 200, askPrice, askSize: 1_100, ...market });
const trade = (symbol: string, price: number): Trade =>
  Trade.from(symbol, time, 0, {
    rawId: 1,
    price,
    size: 100,
    conditions: [],
    exchange: "V",
    tape: "C",
    takerSide: "unknown",
  });

describe("the live table", () => {
  test("shows every symbol from the start, and its figures when they come", async () => {
    const { view, clock, picture } = await show(["AAPL", "BRK.B"], 100, 30);
    view.state({ state: LIVE, previous: { kind: "idle" } });
    view.message(trade("AAPL", 200));
    view.message(trade("AAPL", 201));
    view.message(quote("AAPL", 200.99, 201.01));
    await clock.advance(500);
    const [status, , head, apple, berkshire] = picture();
    expect(status).toMatch(/^● live {2}· {2}0:00 {2}· {2}iex {2}· {2}paper {2}· .*msg\/s$/);
    expect(head).toBe(
      "SYMBOL    LAST  CHANGE     BID  × SIZE     ASK  × SIZE  SPREAD  MSG/S   AGE",
    );
    expect(apple).toBe(
      "AAPL    201.00  +0.50%  200.99  × 200   201.01  × 1100    0.02    3.0  0.5s",
    );
    expect(berkshire).toMatch(/^BRK\.B +– +– +– +– +– +0 +–$/);
  });

  test.each([
    [60, 20],
    [45, 12],
    [30, 10],
    [12, 6],
  ])("fits %d × %d", async (columns, rows) => {
    const symbols = Array.from({ length: 40 }, (_, index) => `SYM${index}`);
    const { view, picture } = await show(symbols, columns, rows);
    view.state({ state: LIVE, previous: { kind: "idle" } });
    for (const symbol of symbols) view.message(quote(symbol, 12_345.67, 12_345.68));
    for (let notice = 0; notice < 20; notice++) {
      view.error(new ConnectionClosedError(1006, "a rather long reason to be given here"), false);
    }
    const lines = picture();
    expect(lines.length).toBeLessThan(rows);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
  });

  test("says how many symbols it has no room for", async () => {
    const symbols = Array.from({ length: 40 }, (_, index) => `SYM${index}`);
    const { picture } = await show(symbols, 80, 20);
    expect(picture().join("\n")).toMatch(/SYM9 .*\n… and 30 more\n/);
  });

  test("tells a loss and the reconnect, with the state on top", async () => {
    const { view, picture } = await show(["AAPL"], 100, 30);
    const cause = new ConnectionClosedError(1006);
    const history = { ...HISTORY, failures: 1 };
    const state = { kind: "waiting", history, delayMs: 412, breaker: "closed", cause } as const;
    view.error(cause, true);
    view.state({ state, previous: LIVE });
    expect(picture()[0]).toMatch(/^● down, trying again in 0\.4 s/);
    view.reconnected({ cause, downMs: 500, attempts: 1 });
    view.state({ state: { ...LIVE, history }, previous: state });
    const lines = picture();
    expect(lines[0]).toMatch(/^● live .* 1 reconnect$/);
    expect(lines.filter((line) => /connection closed/.test(line))).toHaveLength(1);
    expect(lines.filter((line) => /reconnected after 500 ms/.test(line))).toHaveLength(1);
  });

  test("wonders when a connection is up and nothing comes", async () => {
    const { view, clock, picture } = await show(["AAPL"], 100, 30);
    view.state({ state: LIVE, previous: { kind: "idle" } });
    await clock.advance(6_000);
    expect(picture().at(-1)).toMatch(/^No data yet; the market may be closed/);
    view.message(trade("AAPL", 200));
    expect(picture().at(-1)).toMatch(/^Ctrl-C/);
  });
});
