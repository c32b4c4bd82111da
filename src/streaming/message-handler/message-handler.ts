import { untilAborted } from "../../core/abort.ts";
import { type Clock, sleep, systemClock } from "../../core/clock.ts";
import { ClosedError, ConfigError, HandlerError } from "../../core/errors.ts";
import { Faults, shown } from "../../core/faults.ts";
import type { HoldfastError } from "../../core/holdfast-error.ts";
import { Listeners, type Unsubscribe } from "../../core/listeners.ts";
import { type Random, systemRandom } from "../../core/random.ts";
import type { MarketData } from "../../model/market-data.ts";
import type { MessageChannel } from "../channels.ts";
import type { Processor } from "./batch-runner.ts";
import { Consumer } from "./consumer.ts";
import type { ConsumerGap } from "./consumer-gap.ts";
import { ConsumerTable } from "./consumer-table.ts";
import type { HandledMessage } from "./handled-message.ts";
import { HandlerStats } from "./handler-stats.ts";
import {
  CHANNEL_NAMES,
  EVERY_CHANNEL,
  type MessageOn,
  REGISTRABLE_CHANNELS,
} from "./message-channels.ts";
import type {
  MessageHandlerMetrics,
  StopReport,
  SymbolOutcomes,
} from "./message-handler-metrics.ts";
import {
  type MessageHandlerOptions,
  type MessageHandlerSettings,
  type ProcessorOptions,
  resolveHandlerOptions,
  resolveProcessorOptions,
} from "./message-handler-options.ts";
import { ProcessorError } from "./processor-error.ts";
import { ReadingPressure } from "./reading-pressure.ts";
import { SymbolLanes } from "./symbol-lanes.ts";

/** No number of the caller's own for the symbol. */
const NO_HINT = -1;

/** How to stop. @public */
export interface StopOptions {
  /**
   * How long processors get for what still waits, in milliseconds; 0 gives up at once.
   * @defaultValue 5000
   */
  readonly deadlineMs?: number;
  /** Aborting it is the deadline. */
  readonly signal?: AbortSignal;
}

const STOP_DEADLINE_MS = 5_000;

/**
 * Takes messages one by one and brings them to asynchronous processors in batches. Each processor has
 * its own bounded buffer with a declared policy, so that a slow one harms no other; the messages of a
 * symbol reach it in order; and what became of every message is counted exactly.
 * @public
 */
export class MessageHandler<Message extends HandledMessage = MarketData>
  implements AsyncDisposable
{
  readonly #options: MessageHandlerSettings;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #canPause: boolean;
  readonly #symbols: SymbolLanes;
  readonly #consumers = new ConsumerTable<Message>();
  readonly #stats = new HandlerStats();
  readonly #pressure: ReadingPressure;
  readonly #stopping = new AbortController();
  readonly #errors: Listeners<HoldfastError>;
  readonly #gaps: Listeners<ConsumerGap>;
  readonly #pressureChanges: Listeners<boolean>;
  #state: MessageHandlerMetrics["state"] = "idle";
  #errorHandler: Unsubscribe | undefined;
  #stopped: Promise<StopReport> | undefined;
  #registrations = 0;
  #order = 0;

  /** @throws ConfigError naming every option that is wrong. */
  constructor(options: MessageHandlerOptions = {}) {
    this.#options = resolveHandlerOptions(options);
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#canPause = options.exclusiveSource !== undefined;
    this.#symbols = new SymbolLanes(this.#options.maxSymbols);
    this.#errors = new Listeners(() => {
      this.#stats.listenerErrors++; // whoever would be told is the one that failed
    });
    const failed = (outlet: string) => (cause: unknown) => {
      this.#stats.listenerErrors++;
      this.#errors.emit(new HandlerError(outlet, undefined, { cause }));
    };
    this.#gaps = new Listeners(failed("gaps"));
    this.#pressureChanges = new Listeners(failed("pressure"));
    this.#pressure = new ReadingPressure(
      options.exclusiveSource,
      (paused) => this.#pressureChanges.emit(paused),
      failed("pausing"),
    );
  }

  /**
   * Gives `process` the messages of a channel, or of all channels for `*`, in batches.
   * @returns takes it off again; what waits for it then is dropped, and told as a gap
   * @throws ConfigError naming everything that is wrong; ClosedError after `stop`
   */
  registerProcessor<Channel extends MessageChannel | "*">(
    channel: Channel,
    process: Processor<MessageOn<Message, Channel>>,
    options: ProcessorOptions = {},
  ): Unsubscribe {
    if (this.#stopped !== undefined) throw new ClosedError("the message handler");
    const faults = new Faults();
    const settings = resolveProcessorOptions(options, this.#options, this.#canPause, faults);
    const name = options.name ?? `${channel}#${this.#registrations + 1}`;
    faults.require(
      REGISTRABLE_CHANNELS.includes(channel),
      `no channel ${shown(channel)}; there are ${REGISTRABLE_CHANNELS.join(", ")}`,
    );
    faults.require(typeof process === "function", "a processor must be a function");
    faults.require(!this.#consumers.find(name), `there is a processor ${shown(name)} already`);
    faults.throwIfAny();

    this.#registrations++;
    const number = channel === EVERY_CHANNEL ? undefined : CHANNEL_NAMES.indexOf(channel);
    const consumer = new Consumer<Message>({
      name,
      channel: number,
      settings,
      lanes: this.#options.workerCount,
      process: process as Processor<Message>, // it gets those of its channel only
      clock: this.#clock,
      random: this.#random,
      signal: this.#stopping.signal,
      symbolName: (symbol) => this.#symbols.nameOf(symbol),
      report: (error) => this.#report(error, number),
      onGap: (gap) => this.#gaps.emit(gap),
      onPressure: (of, pressed) => this.#pressure.set(of, pressed),
      onHandOver: (batch) => this.#stats.handedOver(batch, this.#clock.nowMs()),
      onBatch: (elapsedMs) => this.#stats.processed(number, elapsedMs),
    });
    this.#consumers.add(consumer);
    if (this.#state === "running") consumer.start();
    return () => {
      this.#consumers.remove(consumer);
      consumer.abandon();
    };
  }

  /**
   * Takes one message; the processors get it later, never from within this call.
   * @param symbolId - the caller's own small number for the message's symbol; it saves a look-up
   * @returns false when the handler has been stopped: then the message was not taken
   */
  push(message: Message, symbolId: number = NO_HINT): boolean {
    if (this.#stopped !== undefined) {
      this.#stats.refused++;
      return false;
    }
    const channel = this.#stats.arrived(message);
    const consumers = this.#consumers.on(channel);
    if (consumers.length === 0) {
      this.#stats.unclaimed(channel);
      return true;
    }
    const symbol = this.#symbols.numberOf(message.symbol, symbolId);
    const lane = symbol % this.#options.workerCount;
    const order = this.#order++;
    for (let at = 0; at < consumers.length; at++) {
      (consumers[at] as Consumer<Message>).push(message, channel, symbol, lane, order);
    }
    return true;
  }

  /** Begins to hand batches over; until then messages wait. @throws ClosedError after `stop`. */
  start(): void {
    if (this.#stopped !== undefined) throw new ClosedError("the message handler");
    if (this.#state === "running") return;
    this.#state = "running";
    for (const consumer of this.#consumers.all) consumer.start();
  }

  /**
   * Takes nothing more, and lets processors finish what waits, as long as there is time. What is left
   * then is dropped, and told. Calling it again changes nothing.
   */
  stop(options: StopOptions = {}): Promise<StopReport> {
    const { deadlineMs = STOP_DEADLINE_MS, signal } = options;
    if (!(deadlineMs >= 0)) {
      const fault = `deadlineMs must be a number of at least 0 or Infinity, not ${shown(deadlineMs)}`;
      return Promise.reject(new ConfigError([fault]));
    }
    this.#stopped ??= this.#stop(deadlineMs, signal);
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop().then(() => {});
  }

  /** Everything about processors that fail or fall behind, and listeners that throw. */
  onError(listener: (error: HoldfastError) => void): Unsubscribe {
    return this.#errors.on(listener);
  }

  /** As `onError`, but in the place of the handler that was set before. */
  setErrorHandler(handler: ((error: HoldfastError) => void) | undefined): void {
    this.#errorHandler?.();
    this.#errorHandler = handler && this.onError(handler);
  }

  /** Tells what was lost: at most once a second for each processor and channel. */
  onGap(listener: (gap: ConsumerGap) => void): Unsubscribe {
    return this.#gaps.on(listener);
  }

  /** Tells when a processor with the policy `block` wants the connection not to be read, and no more. */
  onPressure(listener: (paused: boolean) => void): Unsubscribe {
    return this.#pressureChanges.on(listener);
  }

  /** For each processor, channel and symbol: what became of its messages, to the last one. */
  getLossReport(): readonly SymbolOutcomes[] {
    return this.#consumers.symbolOutcomes((symbol) => this.#symbols.nameOf(symbol));
  }

  /** What the handler is doing now and has done so far: plain JSON. */
  getMetrics(): MessageHandlerMetrics {
    return {
      state: this.#state,
      readingPaused: this.#pressure.paused,
      byProcessor: this.#consumers.metrics(),
      ...this.#stats.metrics(this.#consumers.outcomes(), this.#clock.nowMs()),
    };
  }

  async #stop(deadlineMs: number, signal: AbortSignal | undefined): Promise<StopReport> {
    const wasRunning = this.#state === "running";
    this.#state = "stopping";
    if (wasRunning) await this.#drain(deadlineMs, signal);
    this.#stopping.abort(new ClosedError("the message handler"));
    let dropped = 0;
    let inFlight = 0;
    for (const consumer of this.#consumers.all) {
      dropped += consumer.abandon();
      inFlight += consumer.inFlight;
    }
    this.#state = "stopped";
    return { complete: dropped + inFlight === 0, dropped, inFlight };
  }

  /** Until nothing waits, or the time is over. */
  async #drain(deadlineMs: number, signal: AbortSignal | undefined): Promise<void> {
    const done = new AbortController();
    const drained = Promise.all(this.#consumers.all.map((consumer) => consumer.drain()));
    const outOfTime = sleep(this.#clock, deadlineMs, done.signal);
    await untilAborted(Promise.race([drained, outOfTime]), signal).catch(() => {}); // aborted: no more time
    done.abort();
    await outOfTime.catch(() => {}); // its timer is cleared
  }

  #report(error: HoldfastError, channel: number | undefined): void {
    if (error instanceof ProcessorError) this.#stats.failed(channel);
    this.#errors.emit(error);
  }
}
