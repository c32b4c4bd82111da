import type { Clock } from "../core/clock.ts";
import { ListeningTimer } from "./listening-timer.ts";
import type { Wire, WireEnd, WireEvents, WireOptions } from "./wire.ts";
import { decodeEnd, RECORD, type RecordKind, type WireCommand } from "./wire-messages.ts";

/** What an isolated wire needs of the thread that its socket lives in. */
export interface WireThread {
  post(command: WireCommand): void;
  /** Whether what arrives is left where it is for now. */
  hold(isHeld: boolean): void;
  /** Nothing more of this connection is wanted. */
  forget(connection: number): void;
  /** The thread does not do what it is asked to; this ends all that is in it. */
  abandon(): void;
}

/** How much longer than a goodbye itself its thread may take to tell of it, in milliseconds. */
const GRACE_MS = 1_000;

/** A WebSocket in another thread, as seen from the one that uses it. */
export class IsolatedWire implements Wire {
  readonly #connection: number;
  readonly #thread: WireThread;
  #events: WireEvents | undefined;
  #isOpen = false;
  #goodbye: Promise<void> | undefined;
  #resolveGoodbye: () => void = () => {};
  #patience: ListeningTimer | undefined;

  constructor(connection: number, thread: WireThread, options: WireOptions, events: WireEvents) {
    this.#connection = connection;
    this.#thread = thread;
    this.#events = events;
    thread.post({ kind: "open", connection, options });
  }

  send(data: string | Uint8Array): boolean {
    if (!this.#isOpen) return false;
    // A copy of its own, because a view would take the whole buffer behind it along.
    const own = typeof data === "string" ? data : new Uint8Array(data);
    this.#thread.post({ kind: "send", connection: this.#connection, data: own });
    return true;
  }

  ping(): void {
    if (this.#isOpen) this.#thread.post({ kind: "ping", connection: this.#connection });
  }

  pause(): void {
    if (this.#events) this.#thread.hold(true);
  }

  resume(): void {
    this.#thread.hold(false);
  }

  terminate(): void {
    if (this.#letGo()) this.#thread.post({ kind: "terminate", connection: this.#connection });
    this.#over();
  }

  /** The socket's thread holds the deadline, in real time; `clock` is for a thread that hangs. */
  close(clock: Clock, deadlineMs: number): Promise<void> {
    if (this.#letGo()) {
      this.#goodbye = new Promise((resolve) => {
        this.#resolveGoodbye = resolve;
      });
      this.#patience = new ListeningTimer(clock, deadlineMs + GRACE_MS, () =>
        this.#thread.abandon(),
      );
      this.#patience.start();
      this.#thread.post({ kind: "close", connection: this.#connection, deadlineMs });
    }
    return this.#goodbye ?? Promise.resolve();
  }

  /** One record of the ring. */
  take(kind: RecordKind, bytes: Buffer): void {
    switch (kind) {
      case RECORD.text:
      case RECORD.binary:
        this.#events?.frame(bytes, kind === RECORD.binary);
        return;
      case RECORD.opened:
        this.#isOpen = this.#events !== undefined;
        this.#events?.opened();
        return;
      case RECORD.alive:
        this.#events?.alive();
        return;
      case RECORD.ended:
        if (this.#events) this.end(decodeEnd(bytes));
        return;
      case RECORD.gone:
        this.#over();
        return;
      default:
        kind satisfies never;
    }
  }

  /** The socket is gone, or the thread that it lived in. */
  end(end: WireEnd): void {
    const events = this.#letGo();
    this.#over();
    events?.ended(end);
  }

  #letGo(): WireEvents | undefined {
    const events = this.#events;
    this.#events = undefined;
    this.#isOpen = false;
    this.#thread.hold(false); // or its end would never be read
    return events;
  }

  #over(): void {
    this.#patience?.stop();
    this.#thread.forget(this.#connection);
    this.#resolveGoodbye();
  }
}
