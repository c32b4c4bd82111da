import type { Clock } from "../../core/clock.ts";
import type { LossReason } from "./consumer-gap.ts";
import { type HandledMessage, isPartial } from "./handled-message.ts";
import { LaneSlots } from "./lane-slots.ts";
import { LatestSlots, NO_SLOT } from "./latest-slots.ts";
import { CHANNEL_NAMES } from "./message-channels.ts";
import { CONFLATED, DELIVERED, DROPPED, FAILED, MessageCounts, PUSHED } from "./message-counts.ts";
import type { Buffering } from "./message-handler-options.ts";
import type { MessageOutcomes } from "./outcome-totals.ts";
import { SHARED_SYMBOL } from "./symbol-lanes.ts";

/** A `block` buffer this full pauses reading: the rest is for what is under way. */
const PAUSE_SHARE = 1 / 2;
const RESUME_SHARE = 1 / 4;

/** What a {@link ConsumerQueue} needs, and tells. */
export interface ConsumerQueueOptions {
  readonly buffering: Buffering;
  readonly lanes: number;
  /** The number of its channel, or `undefined` when it gets every channel. */
  readonly channel: number | undefined;
  readonly clock: Clock;
  readonly onLoss: (
    reason: LossReason,
    channel: number,
    symbol: number,
    message: HandledMessage,
  ) => void;
  /** Its buffer is full, and its policy is to end then. */
  readonly onEnd: () => void;
  /** Reading should pause (`true`), or may go on. */
  readonly onPressure: (pressed: boolean) => void;
}

/** What became of the messages of one channel and symbol. */
export interface SeriesCounts extends MessageOutcomes {
  readonly channel: number;
  readonly symbol: number;
}

/**
 * The messages on their way to one consumer: those that wait, those in its hands, and an exact count of
 * what became of the others. No promise and no timer; {@link LanePump} has those.
 */
export class ConsumerQueue<Message extends HandledMessage> {
  readonly #options: ConsumerQueueOptions;
  readonly #slots: LaneSlots<Message>;
  readonly #counts = new MessageCounts();
  readonly #batchSize: number;
  readonly #conflates: boolean;
  readonly #blocks: boolean;
  /** A series stands for a symbol, and, for a consumer of every channel, for a channel too. */
  readonly #seriesPerSymbol: number;
  /** Kept under `conflate` only. */
  readonly #latest = new LatestSlots();
  /** When the message came that will be the first of the next batch, as far as is known, per lane. */
  readonly #batchBeganMs: Float64Array;
  readonly #inHandOrder: Float64Array;
  readonly #inHandCount: Int32Array;
  readonly #inHandSeries: Int32Array[];
  #ended = false;
  #pressed = false;

  constructor(options: ConsumerQueueOptions) {
    const { buffering, lanes, channel } = options;
    this.#options = options;
    this.#conflates = buffering.overflow === "conflate";
    this.#blocks = buffering.overflow === "block";
    this.#slots = new LaneSlots(buffering.bufferSize, lanes, this.#conflates);
    this.#batchSize = buffering.batchSize;
    this.#seriesPerSymbol = channel === undefined ? CHANNEL_NAMES.length : 1;
    this.#batchBeganMs = new Float64Array(lanes);
    this.#inHandOrder = new Float64Array(lanes).fill(Number.POSITIVE_INFINITY);
    this.#inHandCount = new Int32Array(lanes);
    const most = Math.min(buffering.batchSize, buffering.bufferSize);
    this.#inHandSeries = Array.from({ length: lanes }, () => new Int32Array(most));
  }

  get size(): number {
    return this.#slots.size;
  }

  /** Whether it has been ended by its own policy. */
  get ended(): boolean {
    return this.#ended;
  }

  get inHand(): number {
    return this.#inHandCount.reduce((sum, count) => sum + count, 0);
  }

  sizeOf(lane: number): number {
    return this.#slots.sizeOf(lane);
  }

  /** Since when the lane's first message waits; never too late, and exact while nothing is dropped. */
  firstArrivedMs(lane: number): number {
    return this.#slots.firstArrivedMs(lane);
  }

  /** The order of the lane's earliest message that is not done with; `Infinity` when there is none. */
  earliestOrder(lane: number): number {
    return Math.min(this.#inHandOrder[lane] as number, this.#slots.firstOrder(lane));
  }

  /** When the message came that the lane would give next. */
  nextOrder(lane: number): number {
    return this.#slots.nextOrder(lane);
  }

  push(message: Message, channel: number, symbol: number, lane: number, order: number): void {
    const series = this.#seriesPerSymbol === 1 ? symbol : symbol * this.#seriesPerSymbol + channel;
    this.#counts.pushed(series);
    const conflates = this.#conflates && symbol !== SHARED_SYMBOL;
    if (conflates && this.#replaced(message, series, order)) return;
    if (this.#ended) {
      this.#lost("overflow", series, message);
      return;
    }
    if (this.#slots.size === this.#slots.capacity && !this.#madeRoom(message, series)) return;
    if (this.#slots.sizeOf(lane) % this.#batchSize === 0) {
      this.#batchBeganMs[lane] = this.#options.clock.monotonicMs();
    }
    const beganMs = this.#batchBeganMs[lane] as number;
    const slot = this.#slots.append(lane, message, series, order, beganMs);
    if (conflates) this.#latest.set(series, isPartial(message) ? NO_SLOT : slot);
    if (this.#blocks && this.#slots.size > this.#slots.capacity * PAUSE_SHARE) this.#press(true);
  }

  /** Hands over the lane's first messages, as many as a batch holds, but none that came at `before` or later. */
  take(lane: number, before: number): Message[] {
    const batch: Message[] = [];
    const inHand = this.#inHandSeries[lane] as Int32Array;
    const first = this.#slots.firstOrder(lane);
    while (batch.length < this.#batchSize && this.#slots.nextOrder(lane) < before) {
      batch.push(this.#slots.removeFirst(lane));
      inHand[batch.length - 1] = this.#removed();
    }
    if (batch.length === 0) return batch;
    this.#inHandOrder[lane] = first;
    this.#inHandCount[lane] = batch.length;
    this.#relieve();
    return batch;
  }

  /** The consumer is done with what it was handed from this lane. */
  settle(lane: number, isDelivered: boolean): void {
    const inHand = this.#inHandSeries[lane] as Int32Array;
    const count = this.#inHandCount[lane] as number;
    const column = isDelivered ? DELIVERED : FAILED;
    for (let at = 0; at < count; at++) this.#counts.add(inHand[at] as number, column);
    this.#inHandOrder[lane] = Number.POSITIVE_INFINITY;
    this.#inHandCount[lane] = 0;
  }

  /** Gives up everything that waits, and says how many that were. */
  discard(): number {
    const discarded = this.#slots.size;
    while (this.#slots.size > 0) this.#dropOldest("stopped");
    this.#relieve();
    return discarded;
  }

  /** What became of everything so far, by channel and symbol. */
  *seriesCounts(): Generator<SeriesCounts> {
    const queued = new Map<number, number>();
    const inFlight = new Map<number, number>();
    this.#slots.eachSeries((series) => increment(queued, series));
    for (const [lane, inHand] of this.#inHandSeries.entries()) {
      for (const series of inHand.subarray(0, this.#inHandCount[lane])) increment(inFlight, series);
    }
    for (let series = 0; series < this.#counts.seriesCount; series++) {
      const pushed = this.#counts.get(series, PUSHED);
      if (pushed === 0) continue;
      yield {
        channel: this.#channelOf(series),
        symbol: this.#symbolOf(series),
        pushed,
        delivered: this.#counts.get(series, DELIVERED),
        failed: this.#counts.get(series, FAILED),
        dropped: this.#counts.get(series, DROPPED),
        conflated: this.#counts.get(series, CONFLATED),
        queued: queued.get(series) ?? 0,
        inFlight: inFlight.get(series) ?? 0,
      };
    }
  }

  /** Whether there is room now; if not, the message has been dropped. */
  #madeRoom(message: Message, series: number): boolean {
    const { overflow } = this.#options.buffering;
    if (overflow === "dropOldest" || overflow === "conflate") {
      this.#dropOldest("overflow");
      return true;
    }
    this.#lost("overflow", series, message);
    if (overflow === "disconnect") {
      this.#ended = true;
      this.#options.onEnd();
    }
    return false;
  }

  #dropOldest(reason: LossReason): void {
    const message = this.#slots.removeFirst(this.#slots.oldestLane());
    this.#lost(reason, this.#removed(), message);
  }

  #lost(reason: LossReason, series: number, message: Message): void {
    this.#counts.add(series, DROPPED);
    this.#options.onLoss(reason, this.#channelOf(series), this.#symbolOf(series), message);
  }

  /** The series of the message that was removed just now, which no longer waits for a later one. */
  #removed(): number {
    const series = this.#slots.removedSeries;
    if (this.#conflates) this.#latest.clear(series, this.#slots.removedSlot);
    return series;
  }

  #replaced(message: Message, series: number, order: number): boolean {
    const slot = this.#latest.of(series);
    if (slot === NO_SLOT || isPartial(message)) return false;
    this.#slots.replace(slot, message, order);
    this.#counts.add(series, CONFLATED);
    return true;
  }

  #relieve(): void {
    if (this.#pressed && this.#slots.size <= this.#slots.capacity * RESUME_SHARE)
      this.#press(false);
  }

  #press(pressed: boolean): void {
    if (pressed === this.#pressed) return;
    this.#pressed = pressed;
    this.#options.onPressure(pressed);
  }

  #channelOf(series: number): number {
    return this.#options.channel ?? series % this.#seriesPerSymbol;
  }

  #symbolOf(series: number): number {
    return Math.floor(series / this.#seriesPerSymbol);
  }
}

function increment(counts: Map<number, number>, series: number): void {
  counts.set(series, (counts.get(series) ?? 0) + 1);
}
