import type { Consumer } from "./consumer.ts";
import type { HandledMessage } from "./handled-message.ts";
import { CHANNEL_NAMES } from "./message-channels.ts";
import type {
  MessageHandlerMetrics,
  ProcessorMetrics,
  SymbolOutcomes,
} from "./message-handler-metrics.ts";
import { OutcomeTotals } from "./outcome-totals.ts";

/** Who gets what, and in which order; and the sums over everybody, also over those that have left. */
export class ConsumerTable<Message extends HandledMessage> {
  #consumers: readonly Consumer<Message>[] = [];
  /** By channel number; replaced, never changed, since a push may be going through one. */
  #byChannel: readonly (readonly Consumer<Message>[])[] = CHANNEL_NAMES.map(() => []);
  /** Taken off with a batch still in hand. */
  #leaving: readonly Consumer<Message>[] = [];
  /** What those that left had made of their messages, by channel number. */
  readonly #left = CHANNEL_NAMES.map(() => new OutcomeTotals());

  /** Higher priority first, then in the order of registration. */
  get all(): readonly Consumer<Message>[] {
    return this.#consumers;
  }

  /** Of all, those that get the messages of a channel. */
  on(channel: number): readonly Consumer<Message>[] {
    return this.#byChannel[channel] as readonly Consumer<Message>[];
  }

  find(name: string): Consumer<Message> | undefined {
    return this.#consumers.find((consumer) => consumer.name === name);
  }

  add(consumer: Consumer<Message>): void {
    this.#change(
      [...this.#consumers, consumer].sort((one, other) => other.priority - one.priority),
    );
  }

  remove(consumer: Consumer<Message>): void {
    if (!this.#consumers.includes(consumer)) return;
    this.#leaving = [...this.#leaving, consumer];
    this.#change(this.#consumers.filter((other) => other !== consumer));
  }

  /** By channel number. */
  outcomes(): readonly OutcomeTotals[] {
    this.#seeOff();
    const sums = this.#left.map((left) => {
      const sum = new OutcomeTotals();
      sum.add(left.snapshot());
      return sum;
    });
    for (const consumer of [...this.#consumers, ...this.#leaving]) addOutcomes(consumer, sums);
    return sums;
  }

  metrics(): MessageHandlerMetrics["byProcessor"] {
    const entries = this.#consumers.map((consumer): [string, ProcessorMetrics] => [
      consumer.name,
      consumer.metrics(),
    ]);
    return Object.fromEntries(entries);
  }

  symbolOutcomes(symbolName: (symbol: number) => string): readonly SymbolOutcomes[] {
    return this.#consumers.flatMap((consumer) =>
      [...consumer.seriesCounts()].map(({ channel, symbol, ...outcomes }) => ({
        processor: consumer.name,
        channel: CHANNEL_NAMES[channel] as string,
        symbol: symbolName(symbol),
        ...outcomes,
      })),
    );
  }

  #change(consumers: readonly Consumer<Message>[]): void {
    this.#seeOff();
    this.#consumers = consumers;
    this.#byChannel = CHANNEL_NAMES.map((_, channel) =>
      consumers.filter((consumer) => (consumer.channel ?? channel) === channel),
    );
    for (const consumer of consumers) {
      const related = consumers.filter((other) => haveCommonChannel(consumer, other));
      consumer.arrange(
        related.filter((other) => other.priority > consumer.priority),
        related.filter((other) => other.priority < consumer.priority),
      );
    }
  }

  /** Keeps only the sums of those that left and have nothing in hand any more. */
  #seeOff(): void {
    for (const consumer of this.#leaving) {
      if (consumer.inFlight === 0) addOutcomes(consumer, this.#left);
    }
    this.#leaving = this.#leaving.filter((consumer) => consumer.inFlight > 0);
  }
}

function addOutcomes<Message extends HandledMessage>(
  consumer: Consumer<Message>,
  sums: readonly OutcomeTotals[],
): void {
  for (const counts of consumer.seriesCounts()) sums[counts.channel]?.add(counts);
}

function haveCommonChannel<Message extends HandledMessage>(
  one: Consumer<Message>,
  other: Consumer<Message>,
): boolean {
  return one.channel === undefined || other.channel === undefined || one.channel === other.channel;
}
