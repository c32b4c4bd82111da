import { untilAborted } from "../core/abort.ts";

/** Callers that want the same thing at the same time share one call. A failure is shared, not kept. */
export class SingleFlight<T> {
  #flight: Promise<T> | undefined;

  get busy(): boolean {
    return this.#flight !== undefined;
  }

  /** @param signal - ends this caller's wait; the call itself goes on for the others */
  run(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (!this.#flight) {
      this.#flight = call().finally(() => {
        this.#flight = undefined;
      });
    }
    return untilAborted(this.#flight, signal);
  }
}
