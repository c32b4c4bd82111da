/**
 * What became of messages that were pushed to processors. At any moment, of one or of all processors:
 * `pushed = delivered + failed + dropped + conflated + queued + inFlight`.
 * @public
 */
export interface MessageOutcomes {
  /** Offered to the processor; a message counts once for each processor. */
  readonly pushed: number;
  /** Processed: the processor's promise resolved. */
  readonly delivered: number;
  /** The processor threw, or was left alone because it kept throwing; the batch was reported. */
  readonly failed: number;
  /** Lost to overflow, or to stopping; told in gaps. */
  readonly dropped: number;
  /** Replaced by a later message of its symbol before the processor was free. */
  readonly conflated: number;
  /** Waiting. */
  readonly queued: number;
  /** In the processor's hands. */
  readonly inFlight: number;
}

/** Adds outcomes up. */
export class OutcomeTotals {
  #pushed = 0;
  #delivered = 0;
  #failed = 0;
  #dropped = 0;
  #conflated = 0;
  #queued = 0;
  #inFlight = 0;

  add(counts: MessageOutcomes): void {
    this.#pushed += counts.pushed;
    this.#delivered += counts.delivered;
    this.#failed += counts.failed;
    this.#dropped += counts.dropped;
    this.#conflated += counts.conflated;
    this.#queued += counts.queued;
    this.#inFlight += counts.inFlight;
  }

  snapshot(): MessageOutcomes {
    return {
      pushed: this.#pushed,
      delivered: this.#delivered,
      failed: this.#failed,
      dropped: this.#dropped,
      conflated: this.#conflated,
      queued: this.#queued,
      inFlight: this.#inFlight,
    };
  }
}
