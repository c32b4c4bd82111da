import type { Clock } from "../../src/core/clock.ts";
import {
  type ChannelSymbols,
  ClosedError,
  ConnectionClosedError,
  RetriesExhaustedError,
} from "../../src/core/errors.ts";
import type { HoldfastError } from "../../src/core/holdfast-error.ts";
import { Listeners, type Unsubscribe } from "../../src/core/listeners.ts";
import type { MarketData } from "../../src/model/market-data.ts";
import { Trade } from "../../src/model/trade.ts";
import type { MarketSink, MarketStream, SeenMarks } from "../../src/ports/market-stream.ts";

/** How long things take with one connection, in milliseconds. */
export interface Lags {
  readonly connectMs: number;
  /** How far its server is behind the market. */
  readonly serverMs: number;
  /** From us to the venue. */
  requestMs(): number;
  /** From the venue to us. */
  deliveryMs(): number;
}

export const NO_LAGS: Lags = {
  connectMs: 10,
  serverMs: 0,
  requestMs: () => 1,
  deliveryMs: () => 1,
};

interface Published {
  readonly pair: string;
  readonly sequence: number;
  readonly atMs: number;
  readonly message: MarketData;
}

/** A market whose trades are numbered per symbol, as several connections see it, each with its lag. */
export class FakeMarketVenue {
  readonly clock: Clock;
  readonly history: Published[] = [];
  readonly streams: FakeMarketStream[] = [];
  /** The lags of the connections to come. */
  lags: () => Lags = () => NO_LAGS;
  readonly #sequences = new Map<string, number>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  readonly open = (credential: number): FakeMarketStream => {
    const stream = new FakeMarketStream(this, credential, this.lags());
    this.streams.push(stream);
    return stream;
  };

  publish(channel: string, symbol: string): number {
    const pair = `${channel} ${symbol}`;
    const sequence = (this.#sequences.get(pair) ?? 0) + 1;
    this.#sequences.set(pair, sequence);
    this.publishMessage(channel, symbol, numberedTrade(symbol, sequence), sequence);
    return sequence;
  }

  publishMessage(channel: string, symbol: string, message: MarketData, sequence = 0): void {
    const atMs = this.clock.monotonicMs();
    const published = { pair: `${channel} ${symbol}`, sequence, atMs, message };
    this.history.push(published);
    for (const stream of this.streams) stream.happened(published);
  }

  lastSequence(channel: string, symbol: string): number {
    return this.#sequences.get(`${channel} ${symbol}`) ?? 0;
  }

  /** Connections that take a slot now. */
  get openStreams(): FakeMarketStream[] {
    return this.streams.filter(({ isOpen }) => isOpen);
  }

  /** The one connection that carries a pair. */
  carrierOf(channel: string, symbol: string): FakeMarketStream {
    const pair = `${channel} ${symbol}`;
    const carriers = this.openStreams.filter((stream) => stream.granted.has(pair));
    if (carriers.length !== 1) throw new Error(`${carriers.length} carriers of ${pair}`);
    return carriers[0] as FakeMarketStream;
  }
}

function numberedTrade(symbol: string, sequence: number): Trade {
  return Trade.from(symbol, { seconds: sequence, nanos: 0 }, 0, {
    rawId: sequence,
    price: 1,
    size: 1,
    conditions: [],
    exchange: "V",
    tape: "C",
    takerSide: "unknown",
  });
}

interface OpenCall {
  readonly pairs: readonly string[];
  resolve(value: ChannelSymbols): void;
  reject(cause: HoldfastError): void;
}

/**
 * A connection to the fake venue. It keeps the port's promises: what was sent before the
 * acknowledgement of an unsubscribe arrives before it; what a connection missed, by itself or before
 * it took over, it fetches from the venue's history and delivers first.
 */
export class FakeMarketStream implements MarketStream {
  readonly credential: number;
  /** `connect`, `subscribe trades AAPL`, `disconnect` …, in order. */
  readonly calls: string[] = [];
  /** What the venue has granted. */
  readonly granted: Set<string> = new Set();
  isLive = false;
  isOpen = false;
  /** Subscriptions are neither answered nor granted. */
  isDeaf = false;
  /** What connecting fails with. */
  connectFault: HoldfastError | undefined;
  readonly #venue: FakeMarketVenue;
  readonly #lags: Lags;
  readonly #desired = new Set<string>();
  readonly #seen = new Map<string, number>();
  /** Where a grant began of what has brought nothing yet. */
  readonly #begun = new Map<string, number>();
  readonly #routes = new Map<string, Set<MarketSink>>();
  readonly #errors = new Listeners<HoldfastError>((thrown) => {
    throw thrown;
  });
  readonly #reconnects = new Listeners<{ cause: HoldfastError; downMs: number }>((thrown) => {
    throw thrown;
  });
  #session = 0;
  #requestsDueMs = 0;
  #deliveriesDueMs = 0;
  #subscribing: OpenCall[] = [];
  #unsubscribing: OpenCall[] = [];
  #rejectConnect: (cause: HoldfastError) => void = () => {};

  constructor(venue: FakeMarketVenue, credential: number, lags: Lags) {
    this.#venue = venue;
    this.credential = credential;
    this.#lags = lags;
    for (const published of venue.history) this.happened(published); // its server may be behind
  }

  get desiredSubscriptions(): ChannelSymbols {
    return selectionOf(this.#desired);
  }

  connect({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    this.calls.push("connect");
    this.isOpen = true;
    return new Promise((resolve, reject) => {
      this.#rejectConnect = reject;
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      const fault = this.connectFault;
      this.#venue.clock.setTimer(() => {
        if (!this.isOpen) return;
        if (fault) {
          this.#errors.emit(fault);
          reject(fault);
          return;
        }
        this.#goLive();
        resolve();
      }, this.#lags.connectMs);
    });
  }

  async disconnect(): Promise<void> {
    if (!this.isOpen) return;
    this.calls.push("disconnect");
    this.#end(new ClosedError("the stream"));
    this.isOpen = false;
    await Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disconnect();
  }

  subscribe(
    selection: ChannelSymbols,
    { since }: { readonly since?: SeenMarks } = {},
  ): Promise<ChannelSymbols> {
    const pairs = pairsOf(selection);
    this.calls.push(`subscribe ${pairs.join(", ")}${since ? " since" : ""}`);
    if (pairs.length === 0) throw new Error("nothing to subscribe to");
    const repairs = new Map<string, number>();
    for (const pair of pairs) {
      const [channel = "", symbol = ""] = pair.split(" ");
      const mark = since?.get(channel)?.get(symbol);
      if (typeof mark === "number") {
        this.#seen.set(pair, mark);
        repairs.set(pair, mark);
      }
      this.#desired.add(pair);
    }
    return new Promise((resolve, reject) => {
      this.#subscribing.push({ pairs, resolve, reject });
      if (this.isLive) this.#request(() => this.#grant(pairs, repairs));
    });
  }

  unsubscribe(selection: ChannelSymbols): Promise<ChannelSymbols> {
    const pairs = pairsOf(selection);
    this.calls.push(`unsubscribe ${pairs.join(", ")}`);
    if (pairs.length === 0) throw new Error("nothing to unsubscribe from");
    for (const pair of pairs) this.#desired.delete(pair);
    return new Promise((resolve, reject) => {
      if (!this.isLive) {
        resolve({});
        return;
      }
      this.#unsubscribing.push({ pairs, resolve, reject });
      this.#request(() => {
        for (const pair of pairs) this.granted.delete(pair);
        this.#deliver(() => {
          for (const pair of pairs) {
            this.#seen.delete(pair);
            this.#begun.delete(pair);
          }
          this.#answer(this.#unsubscribing, pairs);
        });
      });
    });
  }

  route(channel: string, symbol: string, sink: MarketSink): Unsubscribe {
    const pair = `${channel} ${symbol}`;
    const sinks = this.#routes.get(pair) ?? new Set();
    const own: MarketSink = (message) => sink(message);
    this.#routes.set(pair, sinks.add(own));
    return () => sinks.delete(own);
  }

  get routeCount(): number {
    return [...this.#routes.values()].reduce((sum, { size }) => sum + size, 0);
  }

  marks(selection: ChannelSymbols): SeenMarks {
    const marks = new Map<string, Map<string, unknown>>();
    for (const pair of pairsOf(selection)) {
      const [channel = "", symbol = ""] = pair.split(" ");
      const seen = this.#seen.get(pair) ?? this.#begun.get(pair);
      if (seen === undefined) continue;
      marks.set(channel, (marks.get(channel) ?? new Map()).set(symbol, seen));
    }
    return marks;
  }

  onReconnect(
    listener: (reconnected: { readonly cause: HoldfastError; readonly downMs: number }) => void,
  ): Unsubscribe {
    return this.#reconnects.on(listener);
  }

  onError(listener: (error: HoldfastError) => void): Unsubscribe {
    return this.#errors.on(listener);
  }

  /** The connection is lost; it is back after a while, or never. */
  cut(backAfterMs: number): void {
    if (!this.isLive) return;
    const cause = new ConnectionClosedError(1006);
    this.#lose();
    this.#errors.emit(cause);
    if (backAfterMs === Number.POSITIVE_INFINITY) return;
    this.#venue.clock.setTimer(() => {
      if (!this.isOpen || this.isLive) return;
      this.#goLive();
      this.#reconnects.emit({ cause, downMs: backAfterMs });
    }, backAfterMs);
  }

  /** The connection is lost, and the stream has given up. */
  die(): void {
    if (!this.isOpen) return;
    const cause = new RetriesExhaustedError(3);
    this.#lose();
    this.#errors.emit(cause);
    this.#end(cause);
  }

  fail(error: HoldfastError): void {
    this.#errors.emit(error);
  }

  /** Something was published; this connection's server sees it a little later. */
  happened(published: Published): void {
    const dueInMs = published.atMs + this.#lags.serverMs - this.#venue.clock.monotonicMs();
    const see = (): void => {
      if (this.granted.has(published.pair)) this.#send(published);
    };
    if (dueInMs === 0) see();
    else if (dueInMs > 0) this.#venue.clock.setTimer(see, dueInMs);
  }

  #goLive(): void {
    this.#session++;
    this.isLive = true;
    this.#requestsDueMs = 0;
    this.#deliveriesDueMs = 0;
    const pairs = [...this.#desired];
    if (pairs.length === 0) return;
    const known = [...this.#begun, ...this.#seen];
    const repairs = new Map(known.filter(([pair]) => this.#desired.has(pair)));
    this.#request(() => this.#grant(pairs, repairs));
  }

  #lose(): void {
    this.#session++;
    this.isLive = false;
    this.granted.clear();
    for (const { resolve } of this.#unsubscribing.splice(0)) resolve({});
  }

  #end(cause: HoldfastError): void {
    this.#lose();
    this.#rejectConnect(cause);
    for (const { reject } of this.#subscribing.splice(0)) reject(cause);
  }

  #grant(pairs: readonly string[], repairs: ReadonlyMap<string, number>): void {
    if (this.isDeaf) return;
    const seenUntilMs = this.#venue.clock.monotonicMs() - this.#lags.serverMs;
    for (const pair of pairs) this.granted.add(pair);
    for (const pair of pairs) if (!repairs.has(pair)) this.#begun.set(pair, 0);
    for (const published of this.#venue.history) {
      const isNew = pairs.includes(published.pair) && !repairs.has(published.pair);
      if (isNew && published.atMs <= seenUntilMs) {
        this.#begun.set(published.pair, published.sequence);
      }
      const since = repairs.get(published.pair);
      if (since === undefined || published.sequence <= since) continue;
      if (published.atMs <= seenUntilMs && pairs.includes(published.pair)) this.#send(published);
    }
    this.#deliver(() => this.#answer(this.#subscribing, pairs));
  }

  #send({ pair, sequence, message }: Published): void {
    this.#deliver(() => {
      // As a repair leaves out what was seen before, and nothing else does.
      const seen = this.#seen.get(pair);
      if (seen !== undefined && sequence !== 0 && sequence <= seen) return;
      if (sequence !== 0) this.#seen.set(pair, sequence);
      for (const sink of [...(this.#routes.get(pair) ?? [])]) sink(message);
    });
  }

  #answer(calls: OpenCall[], pairs: readonly string[]): void {
    for (const call of [...calls]) {
      if (!call.pairs.every((pair) => pairs.includes(pair))) continue;
      calls.splice(calls.indexOf(call), 1);
      call.resolve(selectionOf(this.granted));
    }
  }

  /** Requests arrive in order. */
  #request(act: () => void): void {
    this.#requestsDueMs = this.#later(this.#requestsDueMs, this.#lags.requestMs(), act);
  }

  /** Deliveries arrive in order. */
  #deliver(act: () => void): void {
    this.#deliveriesDueMs = this.#later(this.#deliveriesDueMs, this.#lags.deliveryMs(), act);
  }

  #later(notBeforeMs: number, lagMs: number, act: () => void): number {
    const session = this.#session;
    const nowMs = this.#venue.clock.monotonicMs();
    const dueMs = Math.max(notBeforeMs, nowMs + lagMs);
    this.#venue.clock.setTimer(() => {
      if (session === this.#session && this.isOpen) act();
    }, dueMs - nowMs);
    return dueMs;
  }
}

function pairsOf(selection: ChannelSymbols): string[] {
  return Object.entries(selection).flatMap(([channel, symbols]) =>
    symbols.map((symbol) => `${channel} ${symbol}`),
  );
}

function selectionOf(pairs: Iterable<string>): ChannelSymbols {
  const selection: Record<string, string[]> = {};
  for (const pair of pairs) {
    const [channel = "", symbol = ""] = pair.split(" ");
    selection[channel] = [...(selection[channel] ?? []), symbol];
  }
  return selection;
}
