import type { SocketThread } from "./socket-thread.ts";
import type { Wire, WireEvents, WireOptions, WireSource } from "./wire.ts";

/**
 * Sockets in a thread of their own. The thread and its ring are kept from one connection to the next:
 * a reconnect then costs no start of a thread, and no second ring. One that died is replaced.
 */
export class IsolatedWires implements WireSource {
  readonly #startThread: () => SocketThread;
  #thread: SocketThread | undefined;
  #earlierPausesMs = 0;

  constructor(startThread: () => SocketThread) {
    this.#startThread = startThread;
  }

  open(options: WireOptions, events: WireEvents): Wire {
    if (!this.#thread?.isRunning) {
      this.#earlierPausesMs = this.readingPausedMs;
      this.#thread = this.#startThread();
    }
    return this.#thread.open(options, events);
  }

  get hasBacklog(): boolean {
    return this.#thread?.hasBacklog ?? false;
  }

  get readingPausedMs(): number {
    return this.#earlierPausesMs + (this.#thread?.readingPausedMs ?? 0);
  }

  async close(): Promise<void> {
    this.#earlierPausesMs = this.readingPausedMs;
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.close();
  }
}
