/** Stops the listening it was returned for; calling it twice does nothing. @public */
export type Unsubscribe = () => void;

/**
 * One typed event. A listener that throws harms neither the others nor the emitter: what it threw
 * goes to `onFailure`.
 * @public
 */
export class Listeners<T> {
  // Replaced, never changed, so that adding and removing while emitting is safe.
  #listeners: readonly ((value: T) => void)[] = [];
  readonly #onFailure: (thrown: unknown) => void;

  constructor(onFailure: (thrown: unknown) => void) {
    this.#onFailure = onFailure;
  }

  get size(): number {
    return this.#listeners.length;
  }

  on(listener: (value: T) => void): Unsubscribe {
    // Wrapped, so that the same function registered twice is two registrations.
    const registration = (value: T): void => listener(value);
    this.#listeners = [...this.#listeners, registration];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== registration);
    };
  }

  emit(value: T): void {
    for (const listener of this.#listeners) {
      try {
        listener(value);
      } catch (thrown) {
        this.#onFailure(thrown);
      }
    }
  }

  clear(): void {
    this.#listeners = [];
  }
}
