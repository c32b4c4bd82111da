/** What an aborted signal ends. */
export interface Abortable {
  abort(reason: unknown): void;
}

interface Shared {
  readonly waiting: Set<Abortable>;
  readonly stop: () => void;
}

/**
 * One listener for each signal, however many requests share it. Node warns of a leak from the
 * eleventh listener on, and a fan-out over symbols passes one signal to hundreds of requests.
 */
export class SharedSignals {
  readonly #signals = new Map<AbortSignal, Shared>();

  add(signal: AbortSignal, abortable: Abortable): void {
    const shared = this.#signals.get(signal) ?? this.#listen(signal);
    shared.waiting.add(abortable);
  }

  remove(signal: AbortSignal, abortable: Abortable): void {
    const shared = this.#signals.get(signal);
    if (!shared?.waiting.delete(abortable) || shared.waiting.size > 0) return;
    shared.stop();
    this.#signals.delete(signal);
  }

  #listen(signal: AbortSignal): Shared {
    const waiting = new Set<Abortable>();
    const onAbort = (): void => {
      this.#signals.delete(signal);
      for (const abortable of waiting) abortable.abort(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    const shared = { waiting, stop: () => signal.removeEventListener("abort", onAbort) };
    this.#signals.set(signal, shared);
    return shared;
  }
}
