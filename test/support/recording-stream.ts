import {
  type ChannelSymbols,
  SubscriptionIncompleteError,
  SubscriptionRejectedError,
} from "../../src/core/errors.ts";
import type { HoldfastError } from "../../src/core/holdfast-error.ts";
import { Listeners, type Unsubscribe } from "../../src/core/listeners.ts";
import type { MarketData } from "../../src/model/market-data.ts";
import type { MarketSink, MarketStream, SeenMarks } from "../../src/ports/market-stream.ts";
import { toKeys, toSelection } from "../../src/streaming/stream-manager/channel-symbol.ts";

/** One call of `subscribe` or `unsubscribe`, as `trades AAPL` texts. */
export interface RecordedCall {
  readonly action: "subscribe" | "unsubscribe";
  readonly keys: readonly string[];
  readonly atMs: number;
}

interface OpenCall extends RecordedCall {
  resolve(acknowledged: ChannelSymbols): void;
  reject(error: HoldfastError): void;
}

export interface RecordingStreamOptions {
  readonly monotonicMs: () => number;
  /** Asked at each call, before anything else. */
  readonly watch?: (call: RecordedCall) => void;
}

/**
 * A stream without a connection, which wants, acknowledges, refuses and restores as a real one does,
 * and remembers what it was asked. It answers by itself unless `answersByItself` is off.
 */
export class RecordingStream implements MarketStream {
  isLive = false;
  answersByItself = true;
  /** Symbols the venue refuses, wherever they are named, as `trades AAPL` texts. */
  readonly refuses: Set<string> = new Set();
  /** More than so many the venue refuses. */
  mostSymbols: number = Number.POSITIVE_INFINITY;
  /** Acknowledged without these, always. */
  readonly leavesOut: Set<string> = new Set();
  readonly calls: RecordedCall[] = [];
  /** What the venue has granted. */
  readonly granted: Set<string> = new Set();
  readonly routes: Map<string, Set<MarketSink>> = new Map();
  connects = 0;
  readonly #desired = new Set<string>();
  readonly #options: RecordingStreamOptions;
  readonly #reconnects = new Listeners<{ cause: HoldfastError; downMs: number }>(rethrow);
  readonly #errors = new Listeners<HoldfastError>(rethrow);
  #open: OpenCall[] = [];

  constructor(options: RecordingStreamOptions) {
    this.#options = options;
  }

  get desiredSubscriptions(): ChannelSymbols {
    return toSelection(this.#desired);
  }

  get listeners(): number {
    return this.#reconnects.size + this.#errors.size;
  }

  async connect(): Promise<void> {
    this.connects++;
    this.isLive = true;
  }

  async disconnect(): Promise<void> {
    this.isLive = false;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disconnect();
  }

  subscribe(selection: ChannelSymbols): Promise<ChannelSymbols> {
    return this.#call("subscribe", selection);
  }

  unsubscribe(selection: ChannelSymbols): Promise<ChannelSymbols> {
    return this.#call("unsubscribe", selection);
  }

  route(channel: string, symbol: string, sink: MarketSink): Unsubscribe {
    const key = `${channel} ${symbol}`;
    const sinks = this.routes.get(key) ?? new Set();
    this.routes.set(key, sinks.add(sink));
    return () => {
      sinks.delete(sink);
      if (sinks.size === 0) this.routes.delete(key);
    };
  }

  marks(): SeenMarks {
    return new Map();
  }

  onReconnect(
    listener: (reconnected: { cause: HoldfastError; downMs: number }) => void,
  ): Unsubscribe {
    return this.#reconnects.on(listener);
  }

  onError(listener: (error: HoldfastError) => void): Unsubscribe {
    return this.#errors.on(listener);
  }

  /** A message as the venue sends it: to the routes of its symbol, then to those of `*`. */
  deliver(channel: string, message: MarketData): void {
    for (const symbol of [message.symbol, "*"]) {
      for (const sink of this.routes.get(`${channel} ${symbol}`) ?? []) sink(message);
    }
  }

  /** Answers the oldest open call, if there is one and a connection. */
  answer(): boolean {
    const call = this.isLive ? this.#open.shift() : undefined;
    if (!call) return false;
    if (call.action === "unsubscribe") {
      for (const key of call.keys) this.granted.delete(key);
      call.resolve(toSelection(this.granted));
      return true;
    }
    const asked = call.keys.filter((key) => this.#desired.has(key));
    const missing = asked.filter((key) => !this.granted.has(key));
    if (missing.length > 0 && this.#isRefused(asked)) {
      for (const key of missing) this.#desired.delete(key);
      const error = new SubscriptionRejectedError(405, "no", toSelection(missing));
      this.#errors.emit(error);
      call.reject(error);
      return true;
    }
    const leftOut = missing.filter((key) => this.leavesOut.has(key));
    for (const key of asked) if (!this.leavesOut.has(key)) this.granted.add(key);
    if (leftOut.length === 0) call.resolve(toSelection(this.granted));
    else call.reject(new SubscriptionIncompleteError(toSelection(leftOut)));
    return true;
  }

  /** The connection is lost, and with it what was granted. */
  cut(): void {
    this.isLive = false;
    this.granted.clear();
    const goodbyes = this.#open.filter(({ action }) => action === "unsubscribe");
    this.#open = this.#open.filter(({ action }) => action === "subscribe");
    for (const { resolve } of goodbyes) resolve({});
  }

  /** A new connection: what is wanted is asked for again, and what is refused now is reported. */
  reconnect(cause: HoldfastError): void {
    this.isLive = true;
    this.#reconnects.emit({ cause, downMs: 0 });
    const dropped: string[] = [];
    for (const key of [...this.#desired]) {
      if (!this.#isRefused([key])) {
        if (!this.leavesOut.has(key)) this.granted.add(key);
        continue;
      }
      this.#desired.delete(key);
      dropped.push(key);
    }
    if (dropped.length > 0) {
      this.#errors.emit(new SubscriptionRejectedError(405, "no", toSelection(dropped)));
    }
    const open = this.#open;
    this.#open = [];
    for (const call of open) {
      const refused = call.keys.filter((key) => !this.#desired.has(key));
      if (refused.length === 0) call.resolve(toSelection(this.granted));
      else call.reject(new SubscriptionRejectedError(405, "no", toSelection(refused)));
    }
  }

  /** Tells its listeners of an error. */
  tell(error: HoldfastError): void {
    this.#errors.emit(error);
  }

  /** The stream ends for good, as after refused credentials. */
  end(cause: HoldfastError): void {
    this.isLive = false;
    this.granted.clear();
    for (const call of this.#open.splice(0)) call.reject(cause);
  }

  #isRefused(keys: readonly string[]): boolean {
    const all = new Set([...this.granted, ...keys]);
    return keys.some((key) => this.refuses.has(key)) || all.size > this.mostSymbols;
  }

  #call(action: RecordedCall["action"], selection: ChannelSymbols): Promise<ChannelSymbols> {
    const call = { action, keys: toKeys(selection), atMs: this.#options.monotonicMs() };
    this.#options.watch?.(call);
    this.calls.push(call);
    for (const key of call.keys) {
      if (action === "subscribe") this.#desired.add(key);
      else this.#desired.delete(key);
    }
    if (!this.isLive && action === "unsubscribe") return Promise.resolve({});
    return new Promise((resolve, reject) => {
      this.#open.push({ ...call, resolve, reject });
      if (this.answersByItself) queueMicrotask(() => this.answer());
    });
  }
}

function rethrow(thrown: unknown): void {
  throw thrown;
}
