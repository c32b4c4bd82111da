import { untilAborted } from "../../core/abort.ts";
import {
  type ChannelSymbols,
  ClosedError,
  HandlerError,
  SubscriptionIncompleteError,
  SubscriptionRejectedError,
} from "../../core/errors.ts";
import { type HoldfastError, isHoldfastError } from "../../core/holdfast-error.ts";
import { Listeners, type Unsubscribe } from "../../core/listeners.ts";
import type { MarketStream } from "../../ports/market-stream.ts";
import type { MarketChannel } from "../channels.ts";
import { ChangeCounts } from "./change-counts.ts";
import { ChangeSender } from "./change-sender.ts";
import { type ChannelSymbol, toSelection } from "./channel-symbol.ts";
import { ClaimTable } from "./claim-table.ts";
import { Goodbyes } from "./goodbyes.ts";
import { ManagedSubscription } from "./managed-subscription.ts";
import { MessageSink } from "./message-sink.ts";
import {
  type ResolvedStreamManagerOptions,
  resolveStreamManagerOptions,
  type StreamManagerOptions,
} from "./stream-manager-options.ts";
import { countChannels, type StreamManagerStats } from "./stream-manager-stats.ts";
import {
  checkChannel,
  checkRemoval,
  checkRequest,
  type StreamRemoval,
  type StreamRequest,
} from "./stream-request.ts";
import type { StreamSubscription } from "./stream-subscription.ts";

/**
 * Lets many callers share one stream. Each subscribes to what it wants and gets its own messages; the
 * venue is asked for a symbol when the first caller wants it and told when the last one does not,
 * in few messages. Within a plan's limits it chooses by priority and age, and tells who has to wait.
 *
 * It takes the symbols it subscribes to for its own: nobody else should unsubscribe them from the stream.
 * @public
 */
export class StreamManager implements AsyncDisposable {
  readonly #stream: MarketStream;
  readonly #options: ResolvedStreamManagerOptions;
  readonly #claims: ClaimTable;
  readonly #sender: ChangeSender;
  readonly #subscriptions = new Set<ManagedSubscription>();
  /** A listener for errors that fails itself: there is nobody left to tell. */
  readonly #errors = new Listeners<HoldfastError>(() => {});
  readonly #counts = new ChangeCounts();
  readonly #goodbyes: Goodbyes;
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  #stopListening: Unsubscribe[] = [];
  /** Symbols asked for so far, which says who was earlier. */
  #order = 0;

  /** @throws ConfigError listing everything that is wrong with the options; nothing is connected yet */
  constructor(stream: MarketStream, options: StreamManagerOptions = {}) {
    this.#stream = stream;
    this.#options = resolveStreamManagerOptions(options);
    this.#claims = new ClaimTable(this.#options.limits);
    this.#sender = new ChangeSender({
      stream,
      clock: this.#options.clock,
      changeIntervalMs: this.#options.changeIntervalMs,
      wanted: () => this.#claims.admitted,
      refused: (keys, error) => this.#refused(keys, error),
      settled: () => this.#settled(),
      sending: () => this.#counts.sent(this.#options.clock.nowMs()),
      notNeeded: () => this.#counts.notNeeded(),
      report: (error) => this.#errors.emit(error),
    });
    this.#goodbyes = new Goodbyes(
      (key) => this.#claims.isAdmitted(key) || this.#sender.isGone(key),
    );
  }

  /**
   * Connects the stream, unless it is, and begins to send what was and will be subscribed to. A
   * second call returns the same promise.
   * @param options - `signal` gives up connecting
   * @throws what the stream's `connect` throws; then `start` may be called again
   * @throws ClosedError after `stop`
   */
  start(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (this.#stopped !== undefined) return Promise.reject(new ClosedError("the stream manager"));
    this.#started ??= this.#begin(options);
    return this.#started;
  }

  /**
   * Gives up all its subscriptions, for good; the stream stays connected. Whoever still waits for an
   * acknowledgement gets a {@link ClosedError}. A second call returns the same promise.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /**
   * Subscribes to each of the symbols on each of the channels. Resolves once the venue has
   * acknowledged or refused each of them; `refused` of the subscription has what is missing. Calls in
   * one turn, or within the interval, share a message. Before `start`, and without a connection, it
   * waits; the request's `signal` ends that.
   * @throws ConfigError listing everything that is wrong with the request; nothing is sent
   * @throws SymbolLimitError when there is no room for any of it beside what matters more or came earlier
   * @throws SubscriptionRejectedError and what else the stream answers, when nothing of it is left
   * @throws ClosedError after `stop`
   */
  async subscribe(request: StreamRequest): Promise<StreamSubscription> {
    if (this.#stopped !== undefined) throw new ClosedError("the stream manager");
    const keys = checkRequest(request);
    request.signal?.throwIfAborted();
    const { handler, filter, priority = 0, signal } = request;
    const report = (error: HandlerError): void => this.#errors.emit(error);
    const subscription = new ManagedSubscription({
      keys,
      priority,
      order: this.#order,
      handler,
      sink: new MessageSink(this.#stream, handler, filter, report),
      close: (closed) => {
        this.#counts.call();
        return this.#remove([closed], closed.keys);
      },
      listenerFailed: (cause) => report(new HandlerError("change", undefined, { cause })),
    });
    this.#order += keys.length;
    this.#subscriptions.add(subscription);
    this.#claims.add(subscription);
    subscription.look((key) => this.#isActive(key));
    this.#goodbyes.look(); // what is wanted again is not given up
    this.#counts.call();
    this.#sender.wantedChanged();
    try {
      await untilAborted(subscription.acknowledged, signal);
    } catch (reason) {
      void this.#remove([subscription], subscription.keys);
      throw reason;
    }
    return subscription;
  }

  /**
   * Takes these symbols out of every subscription, or of those with that handler. Resolves when the
   * venue has taken back what nobody wants any more, at once without a connection.
   * @throws ConfigError listing everything that is wrong with the request; nothing is sent
   */
  async unsubscribe(removal: StreamRemoval): Promise<void> {
    const keys = checkRemoval(removal);
    const { handler } = removal;
    this.#counts.call();
    const concerned = [...this.#subscriptions].filter(
      (subscription) => handler === undefined || subscription.handler === handler,
    );
    await this.#remove(concerned, keys);
  }

  /** Closes every subscription. The manager goes on and takes new ones. */
  unsubscribeAll(): Promise<void> {
    this.#counts.call();
    const keys = [...this.#subscriptions].flatMap((subscription) => subscription.keys);
    return this.#remove([...this.#subscriptions], keys);
  }

  /** What is wanted and acknowledged, by channel. */
  getActiveSymbols(): ChannelSymbols;
  /**
   * What is wanted and acknowledged on one channel.
   * @throws ConfigError when there is no such channel
   */
  getActiveSymbols(dataType: MarketChannel): readonly string[];
  getActiveSymbols(dataType?: MarketChannel): ChannelSymbols | readonly string[] {
    if (dataType !== undefined) checkChannel(dataType);
    const active = toSelection([...this.#claims.keys].filter((key) => this.#isActive(key)));
    return dataType === undefined ? active : (active[dataType] ?? []);
  }

  /** What is subscribed, what is not and why, and how few messages it took. */
  getSubscriptionStats(): StreamManagerStats {
    const isIdle = this.#started === undefined;
    const state = this.#stopped !== undefined ? "stopped" : isIdle ? "idle" : "started";
    return {
      state,
      isLive: this.#stream.isLive,
      subscriptions: this.#subscriptions.size,
      channels: countChannels(this.#claims, this.#subscriptions, (key) => this.#isActive(key)),
      ...this.#counts.snapshot(),
    };
  }

  /**
   * Tells of handlers and filters that failed, and of what the stream could not do at all. What it
   * refuses is told to the subscriptions concerned.
   */
  onError(listener: (error: HoldfastError) => void): Unsubscribe {
    return this.#errors.on(listener);
  }

  async #begin(options: { readonly signal?: AbortSignal }): Promise<void> {
    try {
      await this.#stream.connect(options);
    } catch (reason) {
      this.#started = undefined;
      throw reason;
    }
    if (this.#stopped !== undefined) throw new ClosedError("the stream manager");
    this.#stopListening = [
      this.#stream.onReconnect(() => this.#sender.reconnected()),
      this.#stream.onError((error) => {
        const isLoss =
          error instanceof SubscriptionRejectedError ||
          error instanceof SubscriptionIncompleteError;
        if (isLoss) this.#sender.lost(error);
      }),
    ];
    this.#sender.start();
  }

  async #end(): Promise<void> {
    for (const stop of this.#stopListening) stop();
    const left = this.#sender.stop();
    for (const subscription of this.#subscriptions) {
      subscription.end(new ClosedError("the stream manager"));
    }
    this.#subscriptions.clear();
    this.#claims.clear();
    try {
      if (left.length > 0) await this.#stream.unsubscribe(toSelection(left));
    } catch (thrown) {
      if (isHoldfastError(thrown)) this.#errors.emit(thrown);
      else throw thrown;
    } finally {
      this.#settled();
      this.#errors.clear();
    }
  }

  #remove(
    subscriptions: readonly ManagedSubscription[],
    keys: readonly ChannelSymbol[],
  ): Promise<void> {
    for (const subscription of subscriptions) {
      this.#claims.remove(subscription, keys);
      subscription.forget(keys);
      if (subscription.isClosed) this.#subscriptions.delete(subscription);
    }
    this.#sender.wantedChanged();
    return this.#goodbyes.until(keys);
  }

  /** Is not asked for again until somebody new wants it. */
  #refused(keys: readonly ChannelSymbol[], error: HoldfastError): void {
    for (const key of keys) {
      for (const subscription of this.#claims.strike(key)) subscription.deny(key, error);
    }
  }

  #settled(): void {
    for (const subscription of this.#subscriptions) {
      subscription.look((key) => this.#isActive(key));
    }
    this.#goodbyes.look();
  }

  #isActive(key: ChannelSymbol): boolean {
    return this.#claims.isAdmitted(key) && this.#sender.isHeld(key);
  }
}
