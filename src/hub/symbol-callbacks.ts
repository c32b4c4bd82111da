import type { HandlerError } from "../core/errors.ts";
import type { Unsubscribe } from "../core/listeners.ts";
import type { Bar } from "../model/bar.ts";
import type { MarketEvent } from "../model/market-event.ts";
import type { Quote } from "../model/quote.ts";
import type { Trade } from "../model/trade.ts";
import { type Callback, CallbackTable } from "../streaming/callback-table.ts";
import { checkSymbol } from "./check-symbols.ts";

/** Callbacks for the events of one kind, by symbol; under `*` for every symbol. */
class SymbolCallbacks<T extends MarketEvent> {
  readonly #table: CallbackTable<T>;

  constructor(report: (error: HandlerError) => void) {
    this.#table = new CallbackTable(report, ({ type, symbol }) => ({ channel: type, symbol }));
  }

  add(symbol: string, callback: Callback<T>): Unsubscribe {
    return this.#table.add(checkSymbol(symbol), callback);
  }

  removeAll(symbol: string): void {
    this.#table.removeAll(symbol);
  }

  dispatch(event: T): void {
    this.#table.dispatch(event.symbol, event);
    this.#table.dispatch("*", event);
  }
}

/** The callbacks of a client's stream. */
export class StreamCallbacks {
  readonly quotes: SymbolCallbacks<Quote>;
  readonly trades: SymbolCallbacks<Trade>;
  readonly bars: SymbolCallbacks<Bar>;

  constructor(report: (error: HandlerError) => void) {
    this.quotes = new SymbolCallbacks(report);
    this.trades = new SymbolCallbacks(report);
    this.bars = new SymbolCallbacks(report);
  }

  removeAll(symbol: string): void {
    const key = checkSymbol(symbol);
    this.quotes.removeAll(key);
    this.trades.removeAll(key);
    this.bars.removeAll(key);
  }
}
