import { HoldfastError } from "../../core/holdfast-error.ts";
import type { HandledMessage } from "./handled-message.ts";

/** What a {@link ProcessorError} is about. @public */
export interface FailedBatch {
  readonly channel: string;
  readonly processor: string;
  readonly attempts: number;
  readonly batch: readonly HandledMessage[];
}

/**
 * A processor did not process a batch: it threw or rejected, in `cause`, in each of its attempts; or
 * it has failed so often that it is left alone for a while, and `attempts` is 0. Nobody offers the
 * batch again; it is here for whoever can.
 * @public
 */
export class ProcessorError extends HoldfastError {
  override readonly code = "ERR_PROCESSOR";
  override readonly disposition = "fatal";
  /** What the processor is registered under: `trades`, `*` … */
  readonly channel: string;
  readonly processor: string;
  /** How often the batch was offered to the processor. */
  readonly attempts: number;
  // Not among the fields: whoever logs the error does not want hundreds of messages.
  readonly #batch: readonly HandledMessage[];

  constructor(failed: FailedBatch, options?: ErrorOptions) {
    const { processor, attempts, batch } = failed;
    const messages = `${batch.length} ${batch.length === 1 ? "message" : "messages"}`;
    super(
      attempts === 0
        ? `processor ${processor} keeps failing and is left alone: ${messages} not processed`
        : `processor ${processor} failed on ${messages}`,
      options,
    );
    this.channel = failed.channel;
    this.processor = processor;
    this.attempts = attempts;
    this.#batch = batch;
  }

  /** The messages that were not processed, in order. */
  get batch(): readonly HandledMessage[] {
    return this.#batch;
  }

  /** How many messages were not processed. */
  get messageCount(): number {
    return this.#batch.length;
  }
}
