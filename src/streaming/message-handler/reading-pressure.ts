import type { PausableSource } from "./message-handler-options.ts";

/** Pauses the source as soon as one consumer asks for it, and resumes once none does. */
export class ReadingPressure {
  readonly #source: PausableSource | undefined;
  readonly #changed: (paused: boolean) => void;
  readonly #failed: (thrown: unknown) => void;
  readonly #pressing = new Set<object>();

  constructor(
    source: PausableSource | undefined,
    changed: (paused: boolean) => void,
    failed: (thrown: unknown) => void,
  ) {
    this.#source = source;
    this.#changed = changed;
    this.#failed = failed;
  }

  get paused(): boolean {
    return this.#pressing.size > 0;
  }

  set(consumer: object, pressed: boolean): void {
    const before = this.paused;
    if (pressed) this.#pressing.add(consumer);
    else this.#pressing.delete(consumer);
    if (this.paused === before) return;
    try {
      if (this.paused) this.#source?.pauseReading();
      else this.#source?.resumeReading();
    } catch (thrown) {
      this.#failed(thrown);
    }
    this.#changed(this.paused);
  }
}
