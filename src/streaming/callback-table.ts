import { HandlerError } from "../core/errors.ts";
import type { Unsubscribe } from "../core/listeners.ts";

/** A user's callback. If it returns a promise, a rejection is reported; nothing waits for it. @public */
export type Callback<T> = (value: T) => unknown;

/**
 * Callbacks under keys (a message type, a symbol), called in the order of their registration. Each
 * is on its own: one that throws or rejects is reported, and the others still run.
 */
export class CallbackTable<T> {
  // Lists are replaced, never changed, so that a callback may add and remove callbacks.
  readonly #byKey = new Map<string, readonly Callback<T>[]>();
  readonly #report: (error: HandlerError) => void;
  readonly #describe: (value: T) => { readonly channel: string; readonly symbol?: string };

  /** @param describe - what a failing callback's error says it was about */
  constructor(
    report: (error: HandlerError) => void,
    describe: (value: T) => { readonly channel: string; readonly symbol?: string },
  ) {
    this.#report = report;
    this.#describe = describe;
  }

  add(key: string, callback: Callback<T>): Unsubscribe {
    // Wrapped, so that the same function registered twice is two registrations.
    const registration: Callback<T> = (value) => callback(value);
    this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), registration]);
    return () => {
      const left = (this.#byKey.get(key) ?? []).filter((other) => other !== registration);
      if (left.length > 0) this.#byKey.set(key, left);
      else this.#byKey.delete(key);
    };
  }

  removeAll(key: string): void {
    this.#byKey.delete(key);
  }

  clear(): void {
    this.#byKey.clear();
  }

  count(key: string): number {
    return this.#byKey.get(key)?.length ?? 0;
  }

  dispatch(key: string, value: T): void {
    const callbacks = this.#byKey.get(key);
    if (!callbacks) return;
    for (const callback of callbacks) {
      try {
        const result = callback(value);
        if (isThenable(result)) {
          result.then(undefined, (thrown: unknown) => this.#failed(value, thrown));
        }
      } catch (thrown) {
        this.#failed(value, thrown);
      }
    }
  }

  #failed(value: T, cause: unknown): void {
    const { channel, symbol } = this.#describe(value);
    this.#report(new HandlerError(channel, symbol, { cause }));
  }
}

/** Promises of other makes and realms are no instances of ours; unheard, they end the process. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}
