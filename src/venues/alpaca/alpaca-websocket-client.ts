import { BoundedStream, BUFFER_DEFAULTS, type BufferOptions } from "../../core/bounded-stream.ts";
import { withDefaults } from "../../core/defaults.ts";
import { ClosedError, ConfigError, HandlerError } from "../../core/errors.ts";
import { Faults } from "../../core/faults.ts";
import type { HoldfastError } from "../../core/holdfast-error.ts";
import { Listeners, type Unsubscribe } from "../../core/listeners.ts";
import { LiveSocket, type StateChange } from "../../socket/live-socket.ts";
import type { SocketState } from "../../socket/state.ts";
import { type Callback, CallbackTable } from "../../streaming/callback-table.ts";
import { StreamCounters, type StreamMetrics } from "../../streaming/stream-metrics.ts";
import type { SubscriptionDesk } from "../../streaming/subscription-desk.ts";
import { DataProtocol, type StreamSink } from "./data-protocol.ts";
import {
  type HandlerCode,
  type MessageByCode,
  type StreamMessage,
  TYPE_OF_CODE,
} from "./handler-codes.ts";
import { TradingProtocol } from "./trading-protocol.ts";
import {
  type AlpacaSelection,
  type AlpacaWebSocketOptions,
  checkSelection,
  type ResolvedWebSocketOptions,
  resolveWebSocketOptions,
} from "./websocket-options.ts";

/** What {@link AlpacaWebSocketClient.getMetrics} tells. @public */
export interface AlpacaStreamMetrics extends StreamMetrics {
  readonly state: SocketState["kind"];
  /** What the venue has acknowledged. */
  readonly subscriptions: AlpacaSelection;
}

/** A connection was replaced; what was sent meanwhile did not arrive. @public */
export interface Reconnected {
  /** Why the old connection was given up. */
  readonly cause: HoldfastError;
  /** From the loss to the new authenticated connection, in milliseconds. */
  readonly downMs: number;
  /** How many attempts it took. */
  readonly attempts: number;
}

interface Outage {
  readonly cause: HoldfastError;
  readonly sinceMs: number;
  attempts: number;
}

interface Current {
  readonly socket: LiveSocket;
  readonly opened: Promise<void>;
}

/**
 * One Alpaca stream that stays up: market data, or with `streamType: "trading"` what happens to the
 * account's orders. It reconnects by itself, restores its subscriptions, and reports what it could
 * not do through {@link AlpacaWebSocketClient.onError}.
 *
 * Source: docs.alpaca.markets, real-time data and websocket streaming pages, January 2026.
 * @public
 */
export class AlpacaWebSocketClient implements AsyncDisposable {
  readonly #options: ResolvedWebSocketOptions;
  readonly #counters = new StreamCounters();
  readonly #protocol: DataProtocol | TradingProtocol;
  readonly #callbacks: CallbackTable<StreamMessage>;
  readonly #errors: Listeners<HoldfastError>;
  readonly #states: Listeners<StateChange>;
  readonly #reconnects: Listeners<Reconnected>;
  readonly #streams = new Set<BoundedStream<StreamMessage>>();
  #current: Current | undefined;
  #goodbye: Promise<void> | undefined;
  #outage: Outage | undefined;
  #forgetErrorHandler: Unsubscribe = () => {};

  /** @throws ConfigError listing everything that is wrong with the options; nothing is connected yet */
  constructor(options: AlpacaWebSocketOptions) {
    this.#options = resolveWebSocketOptions(options);
    const { address, connection, staleAfterMs, expectsData, streamType } = this.#options;
    const { clock } = connection;
    const { ackMs } = connection.timeouts;
    // A listener for errors that fails itself is counted; there is nobody left to tell.
    this.#errors = new Listeners(() => this.#counters.handlerErrors++);
    this.#states = new Listeners((thrown) =>
      this.#failed(new HandlerError("state", undefined, { cause: thrown })),
    );
    this.#reconnects = new Listeners((thrown) =>
      this.#failed(new HandlerError("reconnect", undefined, { cause: thrown })),
    );
    this.#callbacks = new CallbackTable((error) => this.#failed(error), channelAndSymbol);
    const sink: StreamSink = {
      frame: (bytes) => this.#counters.frame(bytes),
      message: (message) => this.#deliver(message),
      unknown: () => this.#counters.unknownMessages++,
      undecodable: (error) => {
        this.#counters.decodeErrors++;
        this.#errors.emit(error);
      },
      report: (error) => this.#errors.emit(error),
    };
    this.#protocol =
      streamType === "data"
        ? new DataProtocol({ address, clock, ackTimeoutMs: ackMs, staleAfterMs, expectsData }, sink)
        : new TradingProtocol(address, sink, clock, ackMs);
  }

  /** What the connection is doing now; `idle` before `connect` and after the end. */
  get state(): SocketState {
    return this.#current?.socket.state ?? { kind: "idle" };
  }

  /**
   * Connects and stays connected. Resolves at the first authenticated connection; until then it
   * keeps trying. A second call, at whatever time, returns the same promise and makes no second
   * socket.
   * @param options - `signal` gives up connecting; afterwards it has no effect
   * @throws AuthRejectedError, NotEntitledError and other errors with the disposition `fatal`
   * @throws RetriesExhaustedError after `maxReconnectAttempts`
   */
  connect(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (!this.#current && options.signal?.aborted) return Promise.reject(options.signal.reason);
    this.#current ??= this.#open(options.signal);
    return this.#current.opened;
  }

  /** Says goodbye to the venue and resolves when no socket is left. What is wanted stays wanted. */
  disconnect(): Promise<void> {
    const current = this.#current;
    if (current) this.#end(current, undefined);
    return this.#goodbye ?? Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disconnect();
  }

  /**
   * Wants these symbols from now on, also after every reconnect. Resolves with everything the venue
   * has acknowledged once these are among it; before `connect` it only takes note.
   * @throws ConfigError for unknown channels and blank symbols; nothing is sent
   * @throws SubscriptionRejectedError when the venue refuses; these are then no longer wanted
   * @throws SubscriptionIncompleteError when it keeps acknowledging without them
   */
  async subscribe(selection: AlpacaSelection): Promise<AlpacaSelection> {
    const desk = this.#desk();
    const checked = checkSelection(selection, this.#options.feed);
    if (this.#current) await desk.subscribe(checked);
    else desk.want(checked);
    return desk.acknowledged;
  }

  /**
   * Wants these symbols no longer. Resolves with what is still acknowledged. Messages the venue had
   * already sent may still arrive.
   * @throws ConfigError for unknown channels and blank symbols; nothing is sent
   */
  async unsubscribe(selection: AlpacaSelection): Promise<AlpacaSelection> {
    const desk = this.#desk();
    await desk.unsubscribe(checkSelection(selection, this.#options.feed));
    return desk.acknowledged;
  }

  /** What is wanted, acknowledged or not. */
  get desiredSubscriptions(): AlpacaSelection {
    return this.#protocol instanceof DataProtocol ? this.#protocol.desk.desired : {};
  }

  /**
   * Calls `handler` with every message of the venue's code, in order. One that throws or rejects is
   * reported and harms nobody else.
   */
  registerHandler<Code extends HandlerCode>(
    code: Code,
    handler: Callback<MessageByCode[Code]>,
  ): Unsubscribe {
    const faults = new Faults();
    faults.oneOf("code", code, Object.keys(TYPE_OF_CODE));
    faults.throwIfAny();
    return this.#callbacks.add(TYPE_OF_CODE[code], handler as Callback<StreamMessage>);
  }

  /** Everything that arrives, for a `for await` loop; leaving the loop frees the buffer. */
  messages(buffer: BufferOptions = {}): BoundedStream<StreamMessage> {
    const options = withDefaults(BUFFER_DEFAULTS, buffer);
    const faults = new Faults();
    faults.integer("capacity", options.capacity, { min: 1 });
    faults.oneOf("overflow", options.overflow, ["dropOldest", "dropNewest", "close"]);
    faults.throwIfAny();
    const stream: BoundedStream<StreamMessage> = new BoundedStream(options, () => {
      this.#streams.delete(stream);
    });
    this.#streams.add(stream);
    return stream;
  }

  /** The one function that is told of every error; setting another replaces it. */
  setErrorHandler(handler: (error: HoldfastError) => void): void {
    this.#forgetErrorHandler();
    this.#forgetErrorHandler = this.#errors.on(handler);
  }

  /** Tells of everything that went wrong: lost connections, refusals, bad frames, failing handlers. */
  onError(listener: (error: HoldfastError) => void): Unsubscribe {
    return this.#errors.on(listener);
  }

  /** Tells of every change of the connection's state, in order. */
  onState(listener: (change: StateChange) => void): Unsubscribe {
    return this.#states.on(listener);
  }

  /** Tells of every connection after the first. */
  onReconnect(listener: (reconnected: Reconnected) => void): Unsubscribe {
    return this.#reconnects.on(listener);
  }

  /** What the stream has done so far: plain JSON without a secret. */
  getMetrics(): AlpacaStreamMetrics {
    const desk = this.#protocol instanceof DataProtocol ? this.#protocol.desk : undefined;
    return {
      ...this.#counters.snapshot(),
      state: this.state.kind,
      subscriptions: desk?.acknowledged ?? {},
    };
  }

  #open(signal: AbortSignal | undefined): Current {
    const socket = new LiveSocket(this.#options.connection, this.#protocol, (thrown) =>
      this.#failed(new HandlerError("state", undefined, { cause: thrown })),
    );
    const current: Current = { socket, opened: this.#whenOpened(socket, signal) };
    socket.onState((change) => this.#changed(current, change));
    // The venue allows one session: the old one must be gone before the new one knocks.
    if (this.#goodbye === undefined) socket.start();
    else void this.#goodbye.then(() => socket.start());
    return current;
  }

  async #whenOpened(socket: LiveSocket, signal: AbortSignal | undefined): Promise<void> {
    try {
      await socket.whenLive(signal);
    } catch (reason) {
      if (this.#current?.socket === socket) this.#end(this.#current, undefined);
      throw reason;
    }
  }

  #changed(current: Current, change: StateChange): void {
    const { state, previous } = change;
    if (state.kind === "waiting") {
      if (previous.kind === "live") {
        this.#outage = { cause: state.cause, sinceMs: this.#monotonicMs(), attempts: 0 };
      }
      this.#errors.emit(state.cause);
    }
    if (state.kind === "connecting" && this.#outage) this.#outage.attempts++;
    if (state.kind === "live") this.#endOutage();
    if (state.kind === "closed" && state.cause) {
      this.#errors.emit(state.cause);
      this.#end(current, state.cause);
    }
    this.#states.emit(change);
  }

  #endOutage(): void {
    const outage = this.#outage;
    if (!outage) return;
    this.#outage = undefined;
    this.#counters.reconnects++;
    const { cause, attempts, sinceMs } = outage;
    this.#reconnects.emit({ cause, attempts, downMs: this.#monotonicMs() - sinceMs });
  }

  #monotonicMs(): number {
    return this.#options.connection.clock.monotonicMs();
  }

  #end(current: Current, cause: HoldfastError | undefined): void {
    if (this.#current === current) this.#current = undefined;
    this.#outage = undefined;
    this.#goodbye = current.socket.close();
    if (this.#protocol instanceof DataProtocol) {
      this.#protocol.desk.close(cause ?? new ClosedError("the stream"));
    }
    for (const stream of [...this.#streams]) stream.end(cause);
  }

  #deliver(message: StreamMessage): void {
    const venueMs = "timestampMs" in message ? message.timestampMs : message.receivedMs;
    this.#counters.message(message.type, message.receivedMs, venueMs);
    this.#callbacks.dispatch(message.type, message);
    for (const stream of this.#streams) stream.push(message);
  }

  #failed(error: HandlerError): void {
    this.#counters.handlerErrors++;
    this.#errors.emit(error);
  }

  #desk(): SubscriptionDesk {
    if (this.#protocol instanceof DataProtocol) return this.#protocol.desk;
    throw new ConfigError([
      "the trading stream has no subscriptions; it always listens to trade_updates",
    ]);
  }
}

function channelAndSymbol(message: StreamMessage): { channel: string; symbol?: string } {
  const hasSymbol = "symbol" in message && message.symbol !== "";
  return { channel: message.type, ...(hasSymbol && { symbol: message.symbol }) };
}
