import { ChannelStats } from "./channel-stats.ts";
import type { HandledMessage } from "./handled-message.ts";
import { CHANNEL_NAMES, channelNumberOf } from "./message-channels.ts";
import type { ChannelMetrics, MessageHandlerMetrics } from "./message-handler-metrics.ts";
import { OutcomeTotals } from "./outcome-totals.ts";

/** What a handler counts and measures, besides what became of each processor's messages. */
export class HandlerStats {
  /** Pushed after the handler was stopped. */
  refused = 0;
  /** Listeners that threw. */
  listenerErrors = 0;
  #failedBatches = 0;
  readonly #byChannel: (ChannelStats | undefined)[] = CHANNEL_NAMES.map(() => undefined);
  /** Neighbours are mostly of one type, and a map costs more than a comparison. */
  #lastType: string | undefined;
  #lastChannel = 0;
  #lastStats = new ChannelStats();

  /** Counts a message that arrived, and says the number of its channel. */
  arrived(message: HandledMessage): number {
    const { type } = message;
    if (type !== this.#lastType) {
      this.#lastType = type;
      this.#lastChannel = channelNumberOf(type);
      this.#lastStats = this.#of(this.#lastChannel);
    }
    this.#lastStats.arrivals.count(message.receivedMs);
    return this.#lastChannel;
  }

  unclaimed(channel: number): void {
    this.#of(channel).unclaimed++;
  }

  /** A batch goes to a processor now; its first and its last message are samples. */
  handedOver(batch: readonly HandledMessage[], nowMs: number): void {
    this.#sample(batch[0] as HandledMessage, nowMs);
    if (batch.length > 1) this.#sample(batch.at(-1) as HandledMessage, nowMs);
  }

  /** @param channel - `undefined` for a processor of every channel */
  processed(channel: number | undefined, elapsedMs: number): void {
    if (channel !== undefined) this.#of(channel).processing.add(elapsedMs);
  }

  failed(channel: number | undefined): void {
    this.#failedBatches++;
    if (channel !== undefined) this.#of(channel).errors++;
  }

  /** @param outcomes - by channel number */
  metrics(
    outcomes: readonly OutcomeTotals[],
    nowMs: number,
  ): Pick<MessageHandlerMetrics, "byType" | "totals"> {
    const byType: Record<string, ChannelMetrics> = {};
    const sums = new OutcomeTotals();
    const arrivals = { received: 0, unclaimed: 0, rate: 0 };
    for (const [channel, stats] of this.#byChannel.entries()) {
      if (stats === undefined) continue;
      const metrics = stats.metrics((outcomes[channel] as OutcomeTotals).snapshot(), nowMs);
      byType[CHANNEL_NAMES[channel] as string] = metrics;
      sums.add(metrics);
      arrivals.received += metrics.received;
      arrivals.unclaimed += metrics.unclaimed;
      arrivals.rate += metrics.rate;
    }
    const totals = sums.snapshot();
    return {
      byType,
      totals: {
        ...arrivals,
        refused: this.refused,
        queueDepth: totals.queued,
        errors: this.#failedBatches,
        listenerErrors: this.listenerErrors,
        ...totals,
      },
    };
  }

  #sample(message: HandledMessage, nowMs: number): void {
    this.#of(channelNumberOf(message.type)).handedOver(message, nowMs);
  }

  #of(channel: number): ChannelStats {
    const known = this.#byChannel[channel];
    if (known !== undefined) return known;
    const made = new ChannelStats();
    this.#byChannel[channel] = made;
    return made;
  }
}
