import type { MarketData } from "../../model/market-data.ts";
import type { MarketSink } from "../../ports/market-stream.ts";
import { messageKey } from "./message-key.ts";

/** Where a message goes that is due. */
export type Deliver = (channel: string, symbol: string, message: MarketData) => void;

/** What counts beyond the life of one seam. */
export interface DuplicateCounter {
  duplicatesRemoved: number;
}

/** One channel of one symbol, while two connections carry it. */
interface Lane {
  readonly channel: string;
  readonly symbol: string;
  /** What the old connection has delivered and the new one has not brought yet, and how often. */
  readonly delivered: Map<string, number>;
  /** Of what the old connection delivers after `mark`, everything, brought by the new one or not. */
  readonly sinceMark: Map<string, number>;
  /** What the new connection has brought and the old one has not delivered yet, oldest first. */
  readonly waiting: Map<string, HeldMessage[]>;
  /** A whole order book came: what follows belongs to it, delivered before or not. */
  beginsAnew: boolean;
}

interface HeldMessage {
  readonly lane: Lane;
  readonly message: MarketData;
}

/**
 * Joins two connections that carry the same for a while into one sequence: what the old one
 * delivers is struck from what the new one brings, whichever comes first. The new one's messages
 * wait until `release`; after it, those that the old one had delivered are still left out.
 */
export class Seam {
  readonly #deliver: Deliver;
  readonly #maxMessages: number;
  readonly #overflowed: () => void;
  readonly #counter: DuplicateCounter;
  readonly #lanes = new Map<string, Lane>();
  /** In the order of their arrival. */
  readonly #held = new Set<HeldMessage>();
  #remembered = 0;
  #isMarked = false;
  #duplicates = 0;
  #mode: "hold" | "pass" | "discard" = "hold";

  constructor(
    deliver: Deliver,
    maxMessages: number,
    counter: DuplicateCounter,
    overflowed: () => void,
  ) {
    this.#counter = counter;
    this.#deliver = deliver;
    this.#maxMessages = maxMessages;
    this.#overflowed = overflowed;
  }

  /** How many messages came twice and were passed on once. */
  get duplicates(): number {
    return this.#duplicates;
  }

  get heldMessages(): number {
    return this.#held.size;
  }

  has(channel: string, symbol: string): boolean {
    return this.#lanes.has(laneName(channel, symbol));
  }

  /** What has to see every message that the old connection delivers. */
  recorder(channel: string, symbol: string): MarketSink {
    const lane = this.#lane(channel, symbol);
    return (message) => this.#record(lane, message);
  }

  /** What has to get every message of the new connection. */
  gate(channel: string, symbol: string): MarketSink {
    const lane = this.#lane(channel, symbol);
    return (message) => this.#arrived(lane, message);
  }

  /** The old connection delivers nothing any more: what the new one has beyond it is due. */
  release(): void {
    for (const held of this.#held) {
      this.#held.delete(held);
      this.#deliver(held.lane.channel, held.lane.symbol, held.message);
    }
    for (const lane of this.#lanes.values()) lane.waiting.clear();
    this.#mode = "pass";
  }

  /** From here on it may come to `discard`. */
  mark(): void {
    this.#isMarked = true;
  }

  /**
   * What the new connection has brought, and brings until `pass`, is dropped: everything since
   * `mark` will be brought again.
   */
  discard(): void {
    this.#held.clear();
    for (const lane of this.#lanes.values()) {
      lane.waiting.clear();
      lane.delivered.clear();
      for (const [key, times] of lane.sinceMark) lane.delivered.set(key, times);
      lane.beginsAnew = false;
    }
    this.#mode = "discard";
  }

  /** What comes from now on is due, but for what the old connection had delivered. */
  pass(): void {
    this.#mode = "pass";
  }

  #lane(channel: string, symbol: string): Lane {
    const name = laneName(channel, symbol);
    const known = this.#lanes.get(name);
    if (known) return known;
    const lane: Lane = {
      channel,
      symbol,
      delivered: new Map(),
      sinceMark: new Map(),
      waiting: new Map(),
      beginsAnew: false,
    };
    this.#lanes.set(name, lane);
    return lane;
  }

  #record(lane: Lane, message: MarketData): void {
    if (lane.beginsAnew) return;
    const key = messageKey(message);
    if (this.#isMarked) {
      addOne(lane.sinceMark, key);
      this.#remembered++;
    }
    const waiting = lane.waiting.get(key);
    const held = waiting?.shift();
    if (held) {
      if (waiting?.length === 0) lane.waiting.delete(key);
      this.#held.delete(held);
      this.#countDuplicate();
      return;
    }
    addOne(lane.delivered, key);
    this.#remembered++;
    this.#checkBound();
  }

  #arrived(lane: Lane, message: MarketData): void {
    if (this.#mode === "discard") return;
    if (message.type === "orderBook" && message.snapshot) lane.beginsAnew = true;
    const key = lane.beginsAnew ? "" : messageKey(message);
    if (!lane.beginsAnew && this.#wasDelivered(lane, key)) return;
    if (this.#mode === "pass") {
      this.#deliver(lane.channel, lane.symbol, message);
      return;
    }
    const held = { lane, message };
    this.#held.add(held);
    if (!lane.beginsAnew) {
      const waiting = lane.waiting.get(key);
      if (waiting) waiting.push(held);
      else lane.waiting.set(key, [held]);
    }
    this.#checkBound();
  }

  #wasDelivered(lane: Lane, key: string): boolean {
    const times = lane.delivered.get(key);
    if (times === undefined) return false;
    if (times === 1) lane.delivered.delete(key);
    else lane.delivered.set(key, times - 1);
    this.#remembered--;
    this.#countDuplicate();
    return true;
  }

  #countDuplicate(): void {
    this.#duplicates++;
    this.#counter.duplicatesRemoved++;
  }

  #checkBound(): void {
    if (this.#held.size + this.#remembered > this.#maxMessages) this.#overflowed();
  }
}

function addOne(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function laneName(channel: string, symbol: string): string {
  return `${channel} ${symbol}`;
}
