import { HandlerError } from "../../core/errors.ts";
import type { Unsubscribe } from "../../core/listeners.ts";
import type { MarketData } from "../../model/market-data.ts";
import type { MarketSink } from "../../ports/market-stream.ts";
import type { PoolMember } from "./pool-member.ts";

interface PooledRoute {
  readonly channel: string;
  readonly symbol: string;
  readonly sink: MarketSink;
  /** The connections it is attached to. */
  readonly attached: Map<PoolMember, Unsubscribe>;
}

/** What the book has to know of who carries what. */
export interface Carriers {
  /** The connections that may bring the channel for the symbol. */
  carriersOf(channel: string, symbol: string): readonly PoolMember[];
}

/**
 * The users' routes, kept on whichever connections carry their symbols. A route is handed to the
 * stream as it is, so that a message costs nothing on its way through the pool.
 */
export class RouteBook {
  readonly #bySymbol = new Map<string, Set<PooledRoute>>();
  /** Where something stands between the streams and the users' routes, by channel and symbol. */
  readonly #gates = new Map<string, PooledRoute>();
  readonly #carriers: Carriers;
  readonly #report: (error: HandlerError) => void;

  constructor(carriers: Carriers, report: (error: HandlerError) => void) {
    this.#carriers = carriers;
    this.#report = report;
  }

  add(channel: string, symbol: string, sink: MarketSink): Unsubscribe {
    const route: PooledRoute = { channel, symbol, sink, attached: new Map() };
    const routes = this.#bySymbol.get(symbol) ?? new Set();
    this.#bySymbol.set(symbol, routes.add(route));
    this.#place(route);
    return () => {
      if (!routes.delete(route)) return;
      if (routes.size === 0) this.#bySymbol.delete(symbol);
      detach(route);
    };
  }

  /** Channels on which anybody listens for the symbol. */
  channelsOf(symbol: string): ReadonlySet<string> {
    return new Set([...this.#routesOf(symbol)].map(({ channel }) => channel));
  }

  /** To be called whenever another connection may carry any channel of the symbol. */
  follow(symbol: string): void {
    for (const route of this.#routesOf(symbol)) this.#place(route);
    for (const gate of this.#gates.values()) if (gate.symbol === symbol) this.#place(gate);
  }

  /**
   * From now on the streams' messages go to `sink`, which passes on what is due with `deliver`.
   * What it returns gives them back to the users' routes, unless another gate has come since.
   */
  gate(channel: string, symbol: string, sink: MarketSink): Unsubscribe {
    const name = `${channel} ${symbol}`;
    const gate: PooledRoute = { channel, symbol, sink, attached: new Map() };
    const previous = this.#gates.get(name);
    if (previous) detach(previous);
    this.#gates.set(name, gate);
    this.follow(symbol);
    return () => {
      if (this.#gates.get(name) !== gate) return;
      this.#gates.delete(name);
      detach(gate);
      this.follow(symbol);
    };
  }

  /** Takes every route off a connection: it delivers nothing any more. */
  leave(member: PoolMember): void {
    const everyRoute = [...this.#bySymbol.values(), [...this.#gates.values()]];
    for (const routes of everyRoute) {
      for (const { attached } of routes) {
        attached.get(member)?.();
        attached.delete(member);
      }
    }
  }

  /** Calls everybody who listens, as a stream would. */
  deliver(channel: string, symbol: string, message: MarketData): void {
    for (const route of [...this.#routesOf(symbol)]) {
      if (route.channel === channel) this.#call(route, message);
    }
  }

  clear(): void {
    for (const routes of this.#bySymbol.values()) routes.forEach(detach);
    this.#gates.forEach(detach);
    this.#bySymbol.clear();
    this.#gates.clear();
  }

  #routesOf(symbol: string): ReadonlySet<PooledRoute> {
    return this.#bySymbol.get(symbol) ?? NO_ROUTES;
  }

  #place(route: PooledRoute): void {
    const { channel, symbol, attached } = route;
    const gate = this.#gates.get(`${channel} ${symbol}`);
    const isBehindGate = gate !== undefined && gate !== route;
    const carriers = isBehindGate ? [] : this.#carriers.carriersOf(channel, symbol);
    for (const [member, stop] of attached) {
      if (carriers.includes(member)) continue;
      attached.delete(member);
      stop();
    }
    for (const member of carriers) {
      if (!attached.has(member)) attached.set(member, this.#attach(member, route));
    }
  }

  #attach(member: PoolMember, { channel, symbol, sink }: PooledRoute): Unsubscribe {
    try {
      return member.stream.route(channel, symbol, sink);
    } catch (cause) {
      // One that the venue does not know must not get into the way of the others.
      this.#report(new HandlerError(channel, symbol, { cause }));
      return () => {};
    }
  }

  #call(route: PooledRoute, message: MarketData): void {
    const failed = (cause: unknown): void =>
      this.#report(new HandlerError(route.channel, route.symbol, { cause }));
    try {
      const result = route.sink(message);
      if (isThenable(result)) result.then(undefined, failed);
    } catch (thrown) {
      failed(thrown);
    }
  }
}

const NO_ROUTES: ReadonlySet<PooledRoute> = new Set();

function detach(route: PooledRoute): void {
  for (const stop of route.attached.values()) stop();
  route.attached.clear();
}

/** Promises of other makes and realms are no instances of ours; unheard, they end the process. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}
