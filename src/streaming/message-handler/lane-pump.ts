import type { CancelTimer, Clock } from "../../core/clock.ts";
import type { ConsumerQueue } from "./consumer-queue.ts";
import type { HandledMessage } from "./handled-message.ts";
import type { Buffering } from "./message-handler-options.ts";

/** What a {@link LanePump} needs. */
export interface LanePumpOptions<Message extends HandledMessage> {
  readonly queue: ConsumerQueue<Message>;
  readonly lanes: number;
  readonly buffering: Buffering;
  readonly clock: Clock;
  /** Whether the batch was processed. Never rejects. */
  readonly run: (batch: readonly Message[]) => Promise<boolean>;
  /** Called after each batch, with the time for which the consumer had it. */
  readonly onBatch: (elapsedMs: number) => void;
}

/**
 * Brings the messages of a queue to its consumer in batches: in each lane one batch after the other,
 * which is what keeps a symbol's messages in order; the lanes at the same time.
 */
export class LanePump<Message extends HandledMessage> {
  readonly #options: LanePumpOptions<Message>;
  readonly #queue: ConsumerQueue<Message>;
  readonly #busy: Uint8Array;
  readonly #batchSize: number;
  readonly #onIdle: (() => void)[] = [];
  /** `held`: nothing is handed over; `draining`: everything is, without waiting for full batches. */
  #mode: "held" | "running" | "draining" = "held";
  #timer: { readonly dueMs: number; readonly cancel: CancelTimer } | undefined;
  /** Consumers that get a message before this one … */
  #ahead: readonly LanePump<Message>[] = [];
  /** … and those that wait for this one. */
  #behind: readonly LanePump<Message>[] = [];

  constructor(options: LanePumpOptions<Message>) {
    this.#options = options;
    this.#queue = options.queue;
    this.#batchSize = options.buffering.batchSize;
    this.#busy = new Uint8Array(options.lanes);
  }

  get isIdle(): boolean {
    return this.#queue.size === 0 && !this.#busy.includes(1);
  }

  arrange(ahead: readonly LanePump<Message>[], behind: readonly LanePump<Message>[]): void {
    this.#ahead = ahead;
    this.#behind = behind;
    this.#wakeAll();
  }

  start(): void {
    if (this.#mode === "held") this.#mode = "running";
    this.#wakeAll();
  }

  /** Resolves when nothing waits any more, and nothing is in the consumer's hands. */
  drain(): Promise<void> {
    this.#mode = "draining";
    this.#wakeAll();
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Hands nothing over from now on. */
  hold(): void {
    this.#mode = "held";
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** A message has come into the lane. Cheap when there is nothing to do about it. */
  pushed(lane: number): void {
    if (this.#busy[lane] === 1) return;
    const size = this.#queue.sizeOf(lane);
    if (size === 1 || size >= this.#batchSize) this.#wake(lane);
  }

  #wakeAll(): void {
    for (let lane = 0; lane < this.#busy.length; lane++) this.#wake(lane);
  }

  #wake(lane: number): void {
    if (this.#mode === "held" || this.#busy[lane] === 1 || this.#queue.sizeOf(lane) === 0) return;
    const dueMs = this.#dueMs(lane);
    if (dueMs > this.#options.clock.monotonicMs()) this.#wakeAt(dueMs);
    else if (this.#mayTake(lane)) {
      this.#busy[lane] = 1;
      // Not from within push: the consumer is a stranger's code, and a frame has more messages.
      queueMicrotask(() => void this.#work(lane));
    }
  }

  async #work(lane: number): Promise<void> {
    const { clock, run, onBatch } = this.#options;
    while (this.#mode !== "held") {
      const batch = this.#queue.take(lane, this.#gate(lane));
      if (batch.length === 0) break;
      const beganMs = clock.monotonicMs();
      const isDelivered = await run(batch);
      this.#queue.settle(lane, isDelivered);
      const nowMs = clock.monotonicMs();
      onBatch(nowMs - beganMs);
      for (const pump of this.#behind) pump.#wake(lane);
      if (this.#dueMs(lane) > nowMs) break;
    }
    this.#busy[lane] = 0;
    this.#wake(lane);
    if (this.isIdle) for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  /** When the lane's messages are to be handed over, on the monotonic clock. */
  #dueMs(lane: number): number {
    const size = this.#queue.sizeOf(lane);
    if (size === 0) return Number.POSITIVE_INFINITY;
    if (size >= this.#batchSize || this.#mode === "draining") return Number.NEGATIVE_INFINITY;
    return this.#queue.firstArrivedMs(lane) + this.#options.buffering.batchTimeoutMs;
  }

  #mayTake(lane: number): boolean {
    return this.#queue.nextOrder(lane) < this.#gate(lane);
  }

  /** What was pushed then, or later, has to wait for those ahead. */
  #gate(lane: number): number {
    let gate = Number.POSITIVE_INFINITY;
    for (const pump of this.#ahead) gate = Math.min(gate, pump.#queue.earliestOrder(lane));
    return gate;
  }

  /** One timer for all lanes: their waits are equally long, so the first one set is the first due. */
  #wakeAt(dueMs: number): void {
    if (this.#timer !== undefined && this.#timer.dueMs <= dueMs) return;
    this.#timer?.cancel();
    const { clock } = this.#options;
    const cancel = clock.setTimer(() => {
      this.#timer = undefined;
      this.#wakeAll();
    }, dueMs - clock.monotonicMs());
    this.#timer = { dueMs, cancel };
  }
}
