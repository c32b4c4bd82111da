import type { Unsubscribe } from "../core/listeners.ts";
import type { Bar } from "../model/bar.ts";
import type { Quote } from "../model/quote.ts";
import type { Trade } from "../model/trade.ts";
import type { MarketStream } from "../ports/market-stream.ts";
import type { Callback } from "../streaming/router.ts";
import { checkSymbol } from "./check-symbols.ts";

/** Callbacks by symbol on some channels of a stream; under `*` for every symbol. */
class SymbolCallbacks<T> {
  readonly #stream: Pick<MarketStream, "route">;
  readonly #channels: readonly string[];
  readonly #bySymbol = new Map<string, Set<Unsubscribe>>();

  constructor(stream: Pick<MarketStream, "route">, channels: readonly string[]) {
    this.#stream = stream;
    this.#channels = channels;
  }

  add(symbol: string, callback: Callback<T>): Unsubscribe {
    const name = checkSymbol(symbol);
    const routes = this.#channels.map((channel) =>
      this.#stream.route(channel, name, (message) => callback(message as T)),
    );
    const remove = (): void => {
      for (const unsubscribe of routes) unsubscribe();
      this.#bySymbol.get(name)?.delete(remove);
    };
    const known = this.#bySymbol.get(name) ?? new Set();
    this.#bySymbol.set(name, known.add(remove));
    return remove;
  }

  removeAll(symbol: string): void {
    for (const remove of [...(this.#bySymbol.get(symbol) ?? [])]) remove();
    this.#bySymbol.delete(symbol);
  }
}

/** The callbacks of a client's stream. */
export class StreamCallbacks {
  readonly quotes: SymbolCallbacks<Quote>;
  readonly trades: SymbolCallbacks<Trade>;
  readonly bars: SymbolCallbacks<Bar>;

  constructor(stream: Pick<MarketStream, "route">) {
    this.quotes = new SymbolCallbacks(stream, ["quotes"]);
    this.trades = new SymbolCallbacks(stream, ["trades"]);
    this.bars = new SymbolCallbacks(stream, ["bars", "updatedBars", "dailyBars"]);
  }

  removeAll(symbol: string): void {
    const key = checkSymbol(symbol);
    this.quotes.removeAll(key);
    this.trades.removeAll(key);
    this.bars.removeAll(key);
  }
}
