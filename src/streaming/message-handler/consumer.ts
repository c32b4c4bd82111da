import type { Clock } from "../../core/clock.ts";
import { SlowConsumerError } from "../../core/errors.ts";
import type { HoldfastError } from "../../core/holdfast-error.ts";
import type { Random } from "../../core/random.ts";
import { BatchRunner, type Processor } from "./batch-runner.ts";
import type { ConsumerGap } from "./consumer-gap.ts";
import { ConsumerQueue, type SeriesCounts } from "./consumer-queue.ts";
import { type HandledMessage, venueTimeOf } from "./handled-message.ts";
import { LanePump } from "./lane-pump.ts";
import { LossGaps } from "./loss-gaps.ts";
import { CHANNEL_NAMES, EVERY_CHANNEL } from "./message-channels.ts";
import type { ProcessorMetrics } from "./message-handler-metrics.ts";
import type { ProcessorSettings } from "./message-handler-options.ts";
import { OutcomeTotals } from "./outcome-totals.ts";
import { SampleWindow } from "./sample-window.ts";

/** What a {@link Consumer} is made of, and tells. */
export interface ConsumerOptions<Message extends HandledMessage> {
  readonly name: string;
  /** The number of its channel, or `undefined` when it gets every channel. */
  readonly channel: number | undefined;
  readonly settings: ProcessorSettings;
  readonly lanes: number;
  readonly process: Processor<Message>;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly symbolName: (symbol: number) => string;
  readonly report: (error: HoldfastError) => void;
  readonly onGap: (gap: ConsumerGap) => void;
  readonly onPressure: (consumer: object, pressed: boolean) => void;
  /** A batch is about to be handed over. */
  readonly onHandOver: (batch: readonly Message[]) => void;
  /** A batch is done with, after so long. */
  readonly onBatch: (elapsedMs: number) => void;
}

/** One registered processor with everything that waits for it. Nothing of it is shared with others. */
export class Consumer<Message extends HandledMessage> {
  readonly #options: ConsumerOptions<Message>;
  readonly #queue: ConsumerQueue<Message>;
  readonly #pump: LanePump<Message>;
  readonly #runner: BatchRunner<Message>;
  readonly #gaps: LossGaps;
  readonly #processing = new SampleWindow();

  constructor(options: ConsumerOptions<Message>) {
    const { name, settings, lanes, clock, channel, report } = options;
    this.#options = options;
    this.#gaps = new LossGaps(name, clock, options.symbolName, options.onGap);
    this.#queue = new ConsumerQueue<Message>({
      buffering: settings,
      lanes,
      channel,
      clock,
      onLoss: (reason, lostChannel, symbol, message) =>
        this.#gaps.add(reason, lostChannel, symbol, venueTimeOf(message)),
      onEnd: () =>
        report(
          new SlowConsumerError(
            `processor ${name} fell ${settings.bufferSize} messages behind and gets no more`,
          ),
        ),
      onPressure: (pressed) => options.onPressure(this, pressed),
    });
    this.#runner = new BatchRunner({ ...options, channel: this.channelName });
    this.#pump = new LanePump<Message>({
      queue: this.#queue,
      lanes,
      buffering: settings,
      clock,
      run: (batch) => {
        options.onHandOver(batch);
        return this.#runner.run(batch);
      },
      onBatch: (elapsedMs) => {
        this.#processing.add(elapsedMs);
        options.onBatch(elapsedMs);
      },
    });
  }

  get name(): string {
    return this.#options.name;
  }

  get channel(): number | undefined {
    return this.#options.channel;
  }

  get channelName(): string {
    const { channel } = this.#options;
    return channel === undefined ? EVERY_CHANNEL : (CHANNEL_NAMES[channel] as string);
  }

  get priority(): number {
    return this.#options.settings.priority;
  }

  get inFlight(): number {
    return this.#queue.inHand;
  }

  push(message: Message, channel: number, symbol: number, lane: number, order: number): void {
    this.#queue.push(message, channel, symbol, lane, order);
    this.#pump.pushed(lane);
  }

  /** Says which consumers get a message before this one, and which after it. */
  arrange(ahead: readonly Consumer<Message>[], behind: readonly Consumer<Message>[]): void {
    this.#pump.arrange(
      ahead.map((other) => other.#pump),
      behind.map((other) => other.#pump),
    );
  }

  start(): void {
    this.#pump.start();
  }

  drain(): Promise<void> {
    return this.#pump.drain();
  }

  /** Gives up what still waits, and says how many that were. What it has in hand stays its own. */
  abandon(): number {
    this.#pump.hold();
    const discarded = this.#queue.discard();
    this.#gaps.flush();
    return discarded;
  }

  seriesCounts(): Iterable<SeriesCounts> {
    return this.#queue.seriesCounts();
  }

  metrics(): ProcessorMetrics {
    const totals = new OutcomeTotals();
    for (const counts of this.seriesCounts()) totals.add(counts);
    return {
      channel: this.channelName,
      priority: this.priority,
      overflow: this.#options.settings.overflow,
      state: this.#queue.ended ? "ended" : "active",
      circuit: this.#runner.circuitState,
      errors: this.#runner.failedBatches,
      processingMs: this.#processing.summary(),
      ...totals.snapshot(),
    };
  }
}
