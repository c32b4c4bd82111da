import type { BatchOptions, BoundedBatches } from "../../core/bounded-batches.ts";
import type { BoundedStream, BufferOptions } from "../../core/bounded-stream.ts";
import {
  type ChannelSymbols,
  ClosedError,
  ConfigError,
  HandlerError,
  StaleError,
} from "../../core/errors.ts";
import { Faults } from "../../core/faults.ts";
import type { HoldfastError } from "../../core/holdfast-error.ts";
import { Listeners, type Unsubscribe } from "../../core/listeners.ts";
import { Bar } from "../../model/bar.ts";
import type { Gap } from "../../model/gap.ts";
import type { Stale, StreamEvent } from "../../model/stream-event.ts";
import type { MarketSink, MarketStream, SeenMarks } from "../../ports/market-stream.ts";
import { LiveSocket, type StateChange } from "../../socket/live-socket.ts";
import type { SocketState } from "../../socket/state.ts";
import { CHANNELS, channelOfType, typeOfChannel } from "../../streaming/channels.ts";
import type { GapPolicy } from "../../streaming/gap-ledger/channel-rules.ts";
import { GapLedger } from "../../streaming/gap-ledger/gap-ledger.ts";
import type { LedgerReport } from "../../streaming/gap-ledger/ledger-report.ts";
import { OverflowGaps } from "../../streaming/gap-ledger/overflow-gaps.ts";
import { type RepairedGap, repairGap } from "../../streaming/gap-ledger/repair-gap.ts";
import { type Gate, MessageFlow } from "../../streaming/message-flow.ts";
import { type Callback, EVERY_SYMBOL } from "../../streaming/router.ts";
import { StreamCounters, type StreamMetrics } from "../../streaming/stream-metrics.ts";
import type { SubscriptionDesk } from "../../streaming/subscription-desk.ts";
import { SymbolTable } from "../../streaming/symbol-table.ts";
import { DataProtocol, type StreamSink } from "./data-protocol.ts";
import {
  type HandlerCode,
  type MessageByCode,
  type StreamMessage,
  TYPE_OF_CODE,
} from "./handler-codes.ts";
import { LEDGER_CHANNELS } from "./ledger-channels.ts";
import { StreamWitness } from "./stream-witness.ts";
import { TradingProtocol } from "./trading-protocol.ts";
import {
  type AlpacaSelection,
  type AlpacaWebSocketOptions,
  checkPolicy,
  checkSelection,
  checkSymbol,
  type ResolvedWebSocketOptions,
  resolveWebSocketOptions,
} from "./websocket-options.ts";

/** What {@link AlpacaWebSocketClient.getMetrics} tells. @public */
export interface AlpacaStreamMetrics extends StreamMetrics {
  readonly state: SocketState["kind"];
  /** What the venue has acknowledged. */
  readonly subscriptions: AlpacaSelection;
  /** How long an isolated connection read nothing because its buffer was full, in milliseconds. */
  readonly readingPausedMs: number;
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

/** The account that a stream keeps of what it missed. @public */
export interface StreamLedger {
  /** What every channel and symbol that is subscribed now has been through. */
  report(): LedgerReport;
}

/** What a subscription may say beside its symbols. @public */
export interface SubscribeOptions {
  /**
   * What is done about messages of these symbols that are missed.
   * @defaultValue the client's `backfill.policy`
   */
  readonly gaps?: GapPolicy;
  /**
   * Another connection had these until there: what came since counts as missed.
   * @defaultValue nothing was missed
   */
  readonly since?: SeenMarks;
}

/** What a loop over everything that arrives may ask for. @public */
export interface MessageLoopOptions extends BufferOptions {
  /**
   * Whether gaps, silence and reconnects come between the messages, at the place where they belong.
   * A full buffer drops them like anything else; `onGap` and its like are always told.
   * @defaultValue false
   */
  readonly events?: boolean;
}

/**
 * One Alpaca stream that stays up: market data, or with `streamType: "trading"` what happens to the
 * account's orders. It reconnects by itself, restores its subscriptions, repairs what was missed or
 * says that it is lost, and reports what it could not do through {@link AlpacaWebSocketClient.onError}.
 *
 * Source: docs.alpaca.markets, real-time data and websocket streaming pages, January 2026.
 * @public
 */
export class AlpacaWebSocketClient implements MarketStream {
  readonly #options: ResolvedWebSocketOptions;
  readonly #counters = new StreamCounters();
  readonly #protocol: DataProtocol | TradingProtocol;
  readonly #flow: MessageFlow<StreamMessage>;
  readonly #ledger: GapLedger;
  readonly #overflow: OverflowGaps;
  readonly #errors: Listeners<HoldfastError>;
  readonly #states: Listeners<StateChange>;
  readonly #reconnects: Listeners<Reconnected>;
  readonly #gaps: Listeners<Gap>;
  readonly #stales: Listeners<Stale>;
  #current: Current | undefined;
  #goodbye: Promise<void> | undefined;
  #outage: Outage | undefined;
  #isPaused = false;
  #forgetErrorHandler: Unsubscribe = () => {};

  /** @throws ConfigError listing everything that is wrong with the options; nothing is connected yet */
  constructor(options: AlpacaWebSocketOptions) {
    this.#options = resolveWebSocketOptions(options);
    const { address, connection, staleAfterMs, expectsData, streamType } = this.#options;
    const { backfill, history } = this.#options;
    const { clock } = connection;
    const { ackMs } = connection.timeouts;
    const listeners = <T>(what: string): Listeners<T> =>
      new Listeners((cause) => this.#failed(new HandlerError(what, undefined, { cause })));
    // A listener for errors that fails itself is counted; there is nobody left to tell.
    this.#errors = new Listeners(() => this.#counters.handlerErrors++);
    this.#states = listeners("state");
    this.#reconnects = listeners("reconnect");
    this.#gaps = listeners("gap");
    this.#stales = listeners("stale");
    const symbols = new SymbolTable();
    const report = (error: HoldfastError): void => this.#errors.emit(error);
    this.#overflow = new OverflowGaps(clock, (gap) => this.#told(gap));
    this.#ledger = new GapLedger({
      clock,
      symbols,
      channels: LEDGER_CHANNELS,
      backfill,
      source: history,
      deliver: (message, symbolId) => this.#flow.deliver(message, symbolId),
      tell: (gap) => this.#told(gap),
      report,
    });
    this.#flow = new MessageFlow<StreamMessage>({
      symbols,
      gate: (type) => this.#ledger.channel(channelOfType(type) ?? "") as Gate<StreamMessage>,
      dropped: (message) => {
        if (message.type !== "tradeUpdate") this.#overflow.add(message);
      },
      failed: (error) => this.#failed(error),
    });
    const sink: StreamSink = {
      frame: (bytes) => this.#counters.frame(bytes),
      message: (message, symbolId) => this.#flow.receive(message, symbolId),
      decoded: () => this.#sample(),
      granted: () => this.#granted(),
      stale: (stale) => {
        this.#stales.emit(stale);
        this.#flow.tell(stale);
      },
      unknown: () => this.#counters.unknownMessages++,
      undecodable: (error) => {
        this.#counters.decodeErrors++;
        this.#errors.emit(error);
        this.#ledger.suspect("undecodable");
      },
      report,
    };
    this.#protocol =
      streamType === "data"
        ? new DataProtocol(
            {
              address,
              clock,
              symbols,
              ackTimeoutMs: ackMs,
              staleAfterMs,
              expectsData: () => !this.#isPaused && expectsData(),
              witness: new StreamWitness(
                (channel) => this.#ledger.channel(channel)?.marks,
                symbols,
                history,
              ),
            },
            sink,
          )
        : new TradingProtocol(address, sink, clock, ackMs);
  }

  /** What the connection is doing now; `idle` before `connect` and after the end. */
  get state(): SocketState {
    return this.#current?.socket.state ?? { kind: "idle" };
  }

  /** Whether the connection is authenticated now. */
  get isLive(): boolean {
    return this.state.kind === "live";
  }

  /** Keeps account of what every subscribed channel and symbol has been through. */
  get ledger(): StreamLedger {
    return this.#ledger;
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
   * @param options - what is done about what is missed of these
   * @throws ConfigError for unknown channels and blank symbols; nothing is sent
   * @throws SubscriptionRejectedError when the venue refuses; these are then no longer wanted
   * @throws SubscriptionIncompleteError when it keeps acknowledging without them
   */
  async subscribe(
    selection: AlpacaSelection,
    options: SubscribeOptions = {},
  ): Promise<AlpacaSelection> {
    const desk = this.#desk();
    const checked = checkSelection(selection, this.#options.feed);
    const { gaps, since } = options;
    if (gaps !== undefined) this.#ledger.setPolicy(checked, checkPolicy(gaps));
    if (since) this.#ledger.takeOver(since);
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

  /** Where these are now, for another connection that takes them over. */
  marks(selection: AlpacaSelection): SeenMarks {
    return this.#ledger.marks(selection as ChannelSymbols);
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
    return this.#flow.add(TYPE_OF_CODE[code], EVERY_SYMBOL, handler as Callback<StreamMessage>);
  }

  /**
   * Calls `sink` with every message of a channel (`trades`, `bars` …) and a symbol, or of all symbols
   * for `*`, in order. It subscribes to nothing. `corrections` and `cancelErrors` come with `trades`.
   * @throws ConfigError for an unknown channel or a blank symbol
   */
  route(channel: string, symbol: string, sink: MarketSink): Unsubscribe {
    const type = typeOfChannel(channel);
    const faults = new Faults();
    faults.oneOf("channel", channel, CHANNELS);
    const name = checkSymbol(channel, symbol, faults);
    faults.throwIfAny();
    return this.#flow.add(type ?? "", name, sink as Callback<StreamMessage>);
  }

  /**
   * Everything that arrives, for a `for await` loop; leaving the loop frees the buffer. What a full
   * buffer drops is counted, and told as a gap.
   */
  messages(buffer?: MessageLoopOptions & { readonly events?: false }): BoundedStream<StreamMessage>;
  messages(
    buffer: MessageLoopOptions & { readonly events: true },
  ): BoundedStream<StreamMessage | StreamEvent>;
  messages(
    buffer: MessageLoopOptions = {},
  ): BoundedStream<StreamMessage> | BoundedStream<StreamMessage | StreamEvent> {
    const { events = false, ...options } = buffer;
    return events ? this.#flow.messagesAndEvents(options) : this.#flow.messages(options);
  }

  /**
   * Everything that arrives, in batches of whatever has come since the last turn of a `for await`
   * loop: the cheapest way to read a busy stream asynchronously.
   */
  batches(buffer: BatchOptions = {}): BoundedBatches<StreamMessage> {
    return this.#flow.batches(buffer);
  }

  /**
   * Asks the venue's history for everything within a gap that was told as lost. What is found is
   * given here and nowhere else: its turn in the stream has passed.
   * @throws ConfigError when the channel has no history, or the client has none to ask
   */
  async repair(gap: Gap, options: { readonly signal?: AbortSignal } = {}): Promise<RepairedGap> {
    const signal = options.signal ?? new AbortController().signal;
    const repaired = await repairGap(gap, this.#options.history, signal);
    this.#ledger.found(gap);
    return repaired;
  }

  /**
   * Reads nothing more until `resumeReading`, beyond what is under way: the venue is held back, and may
   * cut us off when it has held too much. Meanwhile no silence is held against it. For a consumer that
   * is alone on this connection, such as a `MessageHandler` with the policy `block`.
   */
  pauseReading(): void {
    this.#isPaused = true;
    this.#current?.socket.pauseReading();
  }

  /** Goes on reading after `pauseReading`. */
  resumeReading(): void {
    this.#isPaused = false;
    this.#current?.socket.resumeReading();
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

  /** Tells of everything that was missed, once it is known what became of it. */
  onGap(listener: (gap: Gap) => void): Unsubscribe {
    return this.#gaps.on(listener);
  }

  /** Tells of channels that are silent while data is due. */
  onStale(listener: (stale: Stale) => void): Unsubscribe {
    return this.#stales.on(listener);
  }

  /** What the stream has done so far: plain JSON without a secret. */
  getMetrics(): AlpacaStreamMetrics {
    const desk = this.#protocol instanceof DataProtocol ? this.#protocol.desk : undefined;
    return {
      ...this.#counters.snapshot(this.#flow.counts()),
      state: this.state.kind,
      subscriptions: desk?.acknowledged ?? {},
      readingPausedMs: this.#current?.socket.readingPausedMs ?? 0,
    };
  }

  #open(signal: AbortSignal | undefined): Current {
    const socket = new LiveSocket(this.#options.connection, this.#protocol, (thrown) =>
      this.#failed(new HandlerError("state", undefined, { cause: thrown })),
    );
    const current: Current = { socket, opened: this.#whenOpened(socket, signal) };
    socket.onState((change) => this.#changed(current, change));
    if (this.#isPaused) socket.pauseReading();
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
        this.#ledger.lost(isMute(state.cause) ? "mute" : "disconnect");
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
    const downMs = this.#monotonicMs() - sinceMs;
    this.#reconnects.emit({ cause, attempts, downMs });
    this.#flow.tell({ type: "reconnected", downMs });
  }

  #granted(): void {
    if (!(this.#protocol instanceof DataProtocol)) return;
    const { acknowledged, desired } = this.#protocol.desk;
    this.#ledger.granted(acknowledged, desired);
  }

  #told(gap: Gap): void {
    this.#gaps.emit(gap);
    this.#flow.tell(gap);
  }

  #sample(): void {
    const { latest } = this.#flow;
    if (!latest) return;
    // A bar's time is its beginning, and what history gave was late because of us: neither says how late
    // the stream is. An update's time is text.
    const isTimed =
      latest.type !== "tradeUpdate" && !(latest instanceof Bar) && !latest.isRecovered;
    this.#counters.sample(latest.receivedMs, isTimed ? latest.timestampMs : undefined);
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
    this.#ledger.close();
    this.#overflow.flush();
    this.#flow.end(cause);
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

function isMute(cause: HoldfastError): boolean {
  return cause instanceof StaleError && cause.reason === "no-data";
}
