import { Worker } from "node:worker_threads";
import { type Clock, letOthersRun } from "../core/clock.ts";
import { messageOf } from "../core/holdfast-error.ts";
import { createFrameRing, FrameRingReader } from "./frame-ring.ts";
import { IsolatedWire, type WireThread } from "./isolated-wire.ts";
import type { Wire, WireEvents, WireOptions } from "./wire.ts";
import { connectionOf, kindOf, type WireCommand, type WireWorkerData } from "./wire-messages.ts";

/** After this long, timers and other sockets have their turn before more is read. */
const SLICE_MS = 4;

/** The compiled entry; from TypeScript sources it is taken from the build, because Node 20 runs no types. */
export function socketThreadEntry(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  return new URL(
    isSource ? "../../dist/socket/wire-worker.js" : "./wire-worker.js",
    import.meta.url,
  );
}

/** One thread in which sockets live, and this side of the ring between it and us. */
export class SocketThread implements WireThread {
  readonly #clock: Clock;
  readonly #worker: Worker;
  readonly #ring: FrameRingReader;
  readonly #wires = new Map<number, IsolatedWire>();
  readonly #exited: Promise<void>;
  #connections = 0;
  #isHeld = false;
  #state: "running" | "dead" | "closed" = "running";
  #crash: unknown;

  /** @param entry - the program of the thread */
  constructor(clock: Clock, ringBytes: number, entry: URL = socketThreadEntry()) {
    this.#clock = clock;
    const ring = createFrameRing(ringBytes);
    const workerData: WireWorkerData = { ring };
    this.#ring = new FrameRingReader(ring);
    this.#ring.waitForFrame();
    this.#worker = new Worker(entry, { workerData, execArgv: [] });
    this.#worker.on("message", () => this.#drain());
    this.#worker.on("error", (cause) => {
      this.#crash = cause;
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once("exit", (exitCode) => {
        this.#crash ??= new Error(`the thread ended by itself with code ${exitCode}`);
        if (this.#state === "running") this.#state = "dead";
        resolve();
        this.#drain(); // what had arrived before still counts
      });
    });
    this.#worker.unref();
  }

  /** Whether a wire can be opened here. */
  get isRunning(): boolean {
    return this.#state === "running";
  }

  get hasBacklog(): boolean {
    return !this.#ring.isEmpty || this.#ring.isPaused;
  }

  get readingPausedMs(): number {
    return this.#ring.pausedMs;
  }

  open(options: WireOptions, events: WireEvents): Wire {
    const connection = this.#connections++;
    const wire = new IsolatedWire(connection, this, options, events);
    this.#wires.set(connection, wire);
    this.#worker.ref(); // as a socket would, it keeps the process alive while it is wanted
    return wire;
  }

  post(command: WireCommand): void {
    this.#worker.postMessage(command);
  }

  hold(isHeld: boolean): void {
    if (this.#isHeld === isHeld) return;
    this.#isHeld = isHeld;
    if (!isHeld) this.#drainLater();
  }

  forget(connection: number): void {
    if (this.#wires.delete(connection) && this.#wires.size === 0) this.#worker.unref();
  }

  abandon(): void {
    this.#crash ??= new Error("the thread did not answer");
    void this.#worker.terminate(); // its exit does the rest
  }

  async close(): Promise<void> {
    this.#state = "closed";
    await this.#worker.terminate();
    await this.#exited;
  }

  #drain(): void {
    let isMore = true; // also when a receiver throws: one bad frame does not stop the flow
    try {
      isMore = this.#readSlice();
    } finally {
      if (this.#ring.takeRoomRequest()) this.post({ kind: "room" });
      if (isMore) this.#drainLater();
    }
  }

  /** Whether there may be more to read. */
  #readSlice(): boolean {
    const ring = this.#ring;
    const endMs = this.#clock.monotonicMs() + SLICE_MS;
    while (this.#state !== "closed") {
      if (this.#isHeld) return false;
      const frame = ring.read();
      if (frame) this.#wires.get(connectionOf(ring.tag))?.take(kindOf(ring.tag), frame);
      else if (this.#state === "dead") this.#endAll();
      else if (ring.waitForFrame()) return false;
      if (this.#clock.monotonicMs() >= endMs) return true;
    }
    this.#endAll();
    return false;
  }

  #drainLater(): void {
    // As a microtask of its own what a receiver throws is an uncaught exception, as from any socket.
    void letOthersRun().then(() => queueMicrotask(() => this.#drain()));
  }

  #endAll(): void {
    this.#state = "closed";
    const detail = `the socket's thread ended: ${messageOf(this.#crash)}`;
    for (const wire of [...this.#wires.values()]) {
      wire.end({ kind: "closed", closeCode: 1006, detail, cause: this.#crash });
    }
  }
}
