import { HandlerError } from "../core/errors.ts";
import type { Unsubscribe } from "../core/listeners.ts";
import { isThenable } from "../core/thenable.ts";
import { NO_SYMBOL_ID, type SymbolTable } from "./symbol-table.ts";

/**
 * A user's function for messages. If it returns a promise, a rejection is reported; nothing waits
 * for it.
 * @public
 */
export type Callback<T> = (value: T) => unknown;

/** What the router looks at. */
export interface Routed {
  readonly type: string;
  /** The instrument; nothing or empty where there is no single one. */
  readonly symbol?: string;
  /** Where a message is about several instruments. */
  readonly symbols?: readonly string[];
}

interface Route {
  readonly sink: Callback<never>;
  /** Taken off while a message was on its way: not called any more. */
  removed: boolean;
}

/** Under this name a route gets every symbol. */
export const EVERY_SYMBOL = "*";

/**
 * The routes of one type of message. Lists are replaced, never changed, so that a sink may add and
 * remove routes; the one being gone through stays as it was.
 */
class RouteTable<T extends Routed> {
  /** How many messages there were, routed or not. */
  messages = 0;
  readonly #symbols: SymbolTable;
  readonly #failed: (message: T, thrown: unknown) => void;
  #all: readonly Route[] = [];
  readonly #byId: (readonly Route[] | undefined)[] = [];
  /** For symbols that found the table of numbers full. */
  readonly #byName = new Map<string, readonly Route[]>();

  constructor(symbols: SymbolTable, failed: (message: T, thrown: unknown) => void) {
    this.#symbols = symbols;
    this.#failed = failed;
  }

  add(symbol: string, sink: Callback<T>): Unsubscribe {
    const route: Route = { sink: sink as Callback<never>, removed: false };
    this.#change(symbol, (routes) => [...routes, route]);
    return () => {
      if (route.removed) return;
      route.removed = true;
      this.#change(symbol, (routes) => routes.filter((other) => other !== route));
    };
  }

  dispatch(message: T, symbolId: number): void {
    this.messages++;
    if (symbolId !== NO_SYMBOL_ID) {
      const routes = this.#byId[symbolId];
      if (routes !== undefined) this.#call(routes, message);
    } else if (message.symbols !== undefined) {
      this.#callForEach(message.symbols, message);
    } else if (message.symbol) {
      this.#call(this.#routesOf(message.symbol), message);
    }
    if (this.#all.length > 0) this.#call(this.#all, message);
  }

  /** Once per route, however many of the message's instruments it is for. */
  #callForEach(symbols: readonly string[], message: T): void {
    this.#call([...new Set(symbols.flatMap((symbol) => this.#routesOf(symbol)))], message);
  }

  #call(routes: readonly Route[], message: T): void {
    for (let at = 0; at < routes.length; at++) {
      const route = routes[at] as Route;
      if (route.removed) continue;
      try {
        const result = (route.sink as Callback<T>)(message);
        if (result !== undefined && isThenable(result)) {
          result.then(undefined, (thrown: unknown) => this.#failed(message, thrown));
        }
      } catch (thrown) {
        this.#failed(message, thrown);
      }
    }
  }

  #routesOf(symbol: string): readonly Route[] {
    const id = this.#symbols.find(symbol);
    return (id === NO_SYMBOL_ID ? this.#byName.get(symbol) : this.#byId[id]) ?? [];
  }

  #change(symbol: string, change: (routes: readonly Route[]) => readonly Route[]): void {
    if (symbol === EVERY_SYMBOL) {
      this.#all = change(this.#all);
      return;
    }
    const id = this.#symbols.idOf(symbol);
    if (id !== NO_SYMBOL_ID) {
      const routes = change(this.#byId[id] ?? []);
      this.#byId[id] = routes.length > 0 ? routes : undefined;
      return;
    }
    const routes = change(this.#byName.get(symbol) ?? []);
    if (routes.length > 0) this.#byName.set(symbol, routes);
    else this.#byName.delete(symbol);
  }
}

/**
 * Brings each message to whoever asked for its type and symbol, those of the symbol before those of
 * every symbol, each in the order in which they came. A sink that throws or rejects is reported and
 * harms no other.
 */
export class Router<T extends Routed> {
  readonly #symbols: SymbolTable;
  readonly #tables = new Map<string, RouteTable<T>>();
  readonly #report: (error: HandlerError) => void;
  /** A busy stream goes to and fro between two types, and a map costs more than all the rest. */
  #lastType = "";
  #lastTable: RouteTable<T> | undefined;
  #otherType = "";
  #otherTable: RouteTable<T> | undefined;

  constructor(symbols: SymbolTable, report: (error: HandlerError) => void) {
    this.#symbols = symbols;
    this.#report = report;
  }

  /** @param symbol - {@link EVERY_SYMBOL} for all of them */
  add(type: string, symbol: string, sink: Callback<T>): Unsubscribe {
    return this.#table(type).add(symbol, sink);
  }

  dispatch(message: T, symbolId: number): void {
    const { type } = message;
    let table = this.#lastTable;
    if (type !== this.#lastType || table === undefined) {
      table = (type === this.#otherType && this.#otherTable) || this.#table(type);
      this.#otherType = this.#lastType;
      this.#otherTable = this.#lastTable;
      this.#lastType = type;
      this.#lastTable = table;
    }
    table.dispatch(message, symbolId);
  }

  /** Messages of each type so far. */
  counts(): Record<string, number> {
    const seen = [...this.#tables].filter(([, { messages }]) => messages > 0);
    return Object.fromEntries(seen.map(([type, { messages }]) => [type, messages]));
  }

  #table(type: string): RouteTable<T> {
    const known = this.#tables.get(type);
    if (known) return known;
    const table = new RouteTable<T>(this.#symbols, (message, cause) => {
      this.#report(new HandlerError(message.type, message.symbol || undefined, { cause }));
    });
    this.#tables.set(type, table);
    return table;
  }
}
