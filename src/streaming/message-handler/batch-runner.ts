import { type Clock, sleep } from "../../core/clock.ts";
import type { HoldfastError } from "../../core/holdfast-error.ts";
import type { Random } from "../../core/random.ts";
import { backoffDelayMs } from "../../resilience/backoff.ts";
import { Circuit, type CircuitState } from "../../resilience/circuit.ts";
import type { HandledMessage } from "./handled-message.ts";
import type { ProcessorSettings } from "./message-handler-options.ts";
import { ProcessorError } from "./processor-error.ts";

/** What a processor is told besides its batch. @public */
export interface BatchContext {
  /** Aborts when the handler has stopped waiting for the batch. */
  readonly signal: AbortSignal;
  /** From 1. */
  readonly attempt: number;
}

/**
 * A user's function for batches. The next batch of the same lane comes when the promise it returns
 * has resolved; when it rejects, the batch counts as failed. The batch is the processor's to keep.
 * @public
 */
export type Processor<Message> = (batch: readonly Message[], context: BatchContext) => unknown;

/** What a {@link BatchRunner} needs. */
export interface BatchRunnerOptions<Message> {
  readonly channel: string;
  readonly name: string;
  readonly settings: Pick<ProcessorSettings, "retry" | "breaker">;
  readonly process: Processor<Message>;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends the waits between attempts. */
  readonly signal: AbortSignal;
  readonly report: (error: HoldfastError) => void;
}

/** Brings batches to one processor: tries again where that was asked for, and not while it is down. */
export class BatchRunner<Message extends HandledMessage> {
  readonly #options: BatchRunnerOptions<Message>;
  readonly #circuit: Circuit;
  #failedBatches = 0;

  constructor(options: BatchRunnerOptions<Message>) {
    this.#options = options;
    this.#circuit = new Circuit(options.settings.breaker, options.clock, () => {});
  }

  get circuitState(): CircuitState {
    return this.#circuit.state;
  }

  get failedBatches(): number {
    return this.#failedBatches;
  }

  /** Whether the batch was processed; if not, that was reported. Never rejects. */
  async run(batch: readonly Message[]): Promise<boolean> {
    const entry = this.#circuit.enter();
    if (entry.kind === "refused") {
      this.#failed(batch, 0);
      return false;
    }
    for (let attempt = 1; ; attempt++) {
      const { process, signal } = this.#options;
      try {
        await process(batch, { signal, attempt });
        entry.settle("success");
        return true;
      } catch (thrown) {
        if (await this.#mayTryAgain(attempt)) continue;
        entry.settle("failure");
        this.#failed(batch, attempt, { cause: thrown });
        return false;
      }
    }
  }

  async #mayTryAgain(failures: number): Promise<boolean> {
    const { settings, clock, random, signal } = this.#options;
    if (failures >= settings.retry.attempts) return false;
    const delayMs = backoffDelayMs(failures, settings.retry, random.next());
    return sleep(clock, delayMs, signal).then(
      () => true,
      () => false,
    );
  }

  #failed(batch: readonly Message[], attempts: number, cause?: ErrorOptions): void {
    this.#failedBatches++;
    const { channel, name, report } = this.#options;
    report(new ProcessorError({ channel, processor: name, attempts, batch }, cause));
  }
}
