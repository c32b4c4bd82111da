import { ArrivalRate } from "./arrival-rate.ts";
import type { HandledMessage } from "./handled-message.ts";
import type { ChannelMetrics } from "./message-handler-metrics.ts";
import type { MessageOutcomes } from "./outcome-totals.ts";
import { SampleWindow } from "./sample-window.ts";

/** What is measured of one channel, whoever processes it. */
export class ChannelStats {
  readonly arrivals: ArrivalRate = new ArrivalRate();
  readonly processing: SampleWindow = new SampleWindow();
  unclaimed = 0;
  errors = 0;
  readonly #exchangeToReceive = new SampleWindow();
  readonly #receiveToHandler = new SampleWindow();
  readonly #total = new SampleWindow();

  /** A message goes to a processor now. */
  handedOver(message: HandledMessage, nowMs: number): void {
    const { receivedMs, timestampMs = Number.NaN } = message;
    this.#exchangeToReceive.add(receivedMs - timestampMs);
    this.#receiveToHandler.add(nowMs - receivedMs);
    this.#total.add(nowMs - timestampMs);
  }

  metrics(outcomes: MessageOutcomes, nowMs: number): ChannelMetrics {
    return {
      received: this.arrivals.total,
      unclaimed: this.unclaimed,
      rate: this.arrivals.perSecond(nowMs),
      queueDepth: outcomes.queued,
      processingMs: this.processing.summary(),
      latency: {
        exchangeToReceive: this.#exchangeToReceive.summary(),
        receiveToHandler: this.#receiveToHandler.summary(),
        total: this.#total.summary(),
      },
      errors: this.errors,
      ...outcomes,
    };
  }
}
