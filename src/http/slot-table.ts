import { ConnectionSlot, type SlotObserver, type SlotSettings } from "./connection-slot.ts";
import type { HttpCall } from "./http-call.ts";
import { type OriginHealth, OriginSlots } from "./origin-slots.ts";
import type { PoolPressure } from "./pool-pressure.ts";

/** How many connections and waiting calls a table allows. */
export interface SlotLimits {
  readonly totalConnections: number;
  readonly connectionsPerHost: number;
  readonly maxWaiting: number;
}

/** What a table needs to know the time, and to tell when connections become scarce. */
export interface PressureWatch {
  monotonicMs(): number;
  pressureChanged(pressure: PoolPressure): void;
}

/**
 * Who may use which connection: at most so many to one origin and so many in all, closing ones
 * included, and calls wait their turn, first come, first served. When another origin's call has
 * waited longest and all connections are taken, the next idle one is closed for it.
 */
export class SlotTable implements SlotObserver {
  readonly #limits: SlotLimits;
  readonly #settings: SlotSettings;
  readonly #pressure: PressureWatch;
  readonly #origins = new Map<string, OriginSlots>();
  readonly #carriers = new Map<HttpCall, ConnectionSlot>();
  readonly #tickets = new Map<HttpCall, number>();
  readonly #retiring = new Set<ConnectionSlot>();
  #slotCount = 0;
  #nextTicket = 0;
  #opened = 0;

  constructor(limits: SlotLimits, settings: SlotSettings, pressure: PressureWatch) {
    this.#limits = limits;
    this.#settings = settings;
    this.#pressure = pressure;
  }

  /** Connections opened since the beginning. */
  get opened(): number {
    return this.#opened;
  }

  get waiting(): number {
    return this.#tickets.size;
  }

  /** Takes a call in; false when the queue is full. */
  submit(call: HttpCall): boolean {
    const origin = this.#originOf(call.request.origin);
    const slot = this.#tickets.size === 0 ? this.#slotFor(origin) : undefined;
    if (slot) {
      this.#assign(call, slot);
      return true;
    }
    origin.waiting.add(call);
    this.#tickets.set(call, this.#nextTicket++);
    if (origin.mayHaveSlot) this.#serve();
    if (this.#tickets.size <= this.#limits.maxWaiting || !this.#tickets.has(call)) return true;
    this.#leaveQueue(call);
    return false;
  }

  /** The caller has gone: the call leaves the queue, or its connection is closed under it. */
  abandon(call: HttpCall): void {
    const slot = this.#carriers.get(call);
    if (!slot) this.#leaveQueue(call);
    // An open connection that the call is not on yet can be kept: the call refuses to be written.
    else if (call.isOnWire || !slot.isConnected) this.#retire(slot);
  }

  /** The connection is done with the call. */
  release(call: HttpCall): void {
    const slot = this.#carriers.get(call);
    if (!slot) return;
    this.#vacate(call, slot);
    slot.release();
    if (this.#retiring.has(slot)) return;
    if (!slot.isConnected) {
      this.#retire(slot);
      return;
    }
    const origin = this.#originOf(slot.origin);
    // When nobody waits for another origin, it is its own first one's turn.
    if (origin.waiting.size > 0 && origin.waiting.size === this.#tickets.size) {
      this.#assignFirst(origin, slot);
      return;
    }
    origin.idle.push(slot);
    this.#serve();
  }

  /**
   * Puts a call whose connection was lost on a new one in the same place: it has waited its turn, and
   * what befell a kept connection cannot befall a new one. False when its place is gone as well.
   */
  replay(call: HttpCall): boolean {
    const slot = this.#carriers.get(call);
    if (!slot || this.#retiring.has(slot)) return false;
    slot.replay(call);
    return true;
  }

  /** Ends every connection; resolves when all sockets are closed. The queue must be empty. */
  async close(): Promise<void> {
    for (const { slots } of this.#origins.values()) {
      for (const slot of slots) this.#retire(slot);
    }
    await Promise.all(Array.from(this.#retiring, (slot) => slot.retire()));
  }

  calls(): HttpCall[] {
    return [...this.#tickets.keys(), ...this.#carriers.keys()];
  }

  health(): Record<string, OriginHealth> {
    const health: Record<string, OriginHealth> = {};
    for (const [name, origin] of this.#origins) health[name] = origin.health();
    return health;
  }

  connecting(slot: ConnectionSlot): void {
    // undici reconnects of its own accord; without a caller that would be for nobody.
    if (slot.call && !slot.call.isSettled) slot.call.connecting();
    else this.#retire(slot);
  }

  connected(): void {
    this.#opened++;
  }

  disconnected(slot: ConnectionSlot): void {
    if (!slot.call) this.#retire(slot);
  }

  /** Gives connections to the calls that have waited longest, as far as the limits allow. */
  #serve(): void {
    while (this.#tickets.size > 0) {
      const origin = this.#longestWaiting((candidate) => candidate.mayHaveSlot);
      if (!origin) return;
      const slot = this.#slotFor(origin);
      if (slot) {
        this.#assignFirst(origin, slot);
        continue;
      }
      this.#makeRoom();
      // Room is made in a moment; until then, calls that need no new connection go on.
      const other = this.#longestWaiting((candidate) => candidate.idle.length > 0);
      const idle = other?.idle.pop();
      if (!other || !idle) return;
      this.#assignFirst(other, idle);
    }
  }

  #assignFirst(origin: OriginSlots, slot: ConnectionSlot): void {
    const call = origin.firstWaiting;
    if (!call) return;
    origin.waiting.delete(call);
    this.#tickets.delete(call);
    this.#assign(call, slot);
  }

  #assign(call: HttpCall, slot: ConnectionSlot): void {
    this.#carriers.set(call, slot);
    this.#changeLoad(slot, 1);
    slot.carry(call);
  }

  #vacate(call: HttpCall, slot: ConnectionSlot): void {
    if (this.#carriers.delete(call)) this.#changeLoad(slot, -1);
  }

  #changeLoad(slot: ConnectionSlot, by: number): void {
    const origin = this.#originOf(slot.origin);
    const pressure = origin.changeLoad(by, this.#pressure.monotonicMs());
    if (pressure) this.#pressure.pressureChanged(pressure);
  }

  /** An idle connection, or a new one if the limits allow it. */
  #slotFor(origin: OriginSlots): ConnectionSlot | undefined {
    const idle = origin.idle.pop();
    if (idle || !origin.mayHaveSlot) return idle;
    if (this.#slotCount >= this.#limits.totalConnections) return undefined;
    const slot = new ConnectionSlot(origin.name, this.#settings, this);
    origin.slots.add(slot);
    this.#slotCount++;
    return slot;
  }

  #longestWaiting(accepts: (origin: OriginSlots) => boolean): OriginSlots | undefined {
    let longest: OriginSlots | undefined;
    let lowestTicket = Number.POSITIVE_INFINITY;
    for (const origin of this.#origins.values()) {
      const first = origin.firstWaiting;
      const ticket = first && this.#tickets.get(first);
      if (ticket === undefined || ticket >= lowestTicket || !accepts(origin)) continue;
      lowestTicket = ticket;
      longest = origin;
    }
    return longest;
  }

  /** Closes one idle connection, the least recently used of some origin, for a call of another. */
  #makeRoom(): void {
    if (this.#retiring.size > 0) return;
    for (const { idle } of this.#origins.values()) {
      const [slot] = idle;
      if (!slot) continue;
      this.#retire(slot);
      return;
    }
  }

  #retire(slot: ConnectionSlot): void {
    if (this.#retiring.has(slot)) return;
    this.#retiring.add(slot);
    const { idle } = this.#originOf(slot.origin);
    const place = idle.indexOf(slot);
    if (place >= 0) idle.splice(place, 1);
    void slot.retire().then(() => this.#remove(slot));
  }

  #remove(slot: ConnectionSlot): void {
    this.#retiring.delete(slot);
    if (slot.call) this.#vacate(slot.call, slot);
    // Connections that close for want of requests are the last that is heard of a busy time.
    this.#changeLoad(slot, 0);
    const origin = this.#originOf(slot.origin);
    if (origin.slots.delete(slot)) this.#slotCount--;
    this.#forgetWhenEmpty(origin);
    this.#serve();
  }

  #leaveQueue(call: HttpCall): void {
    const origin = this.#originOf(call.request.origin);
    origin.waiting.delete(call);
    this.#tickets.delete(call);
    this.#forgetWhenEmpty(origin);
  }

  #originOf(name: string): OriginSlots {
    let origin = this.#origins.get(name);
    if (!origin) {
      const { connectionsPerHost } = this.#limits;
      origin = new OriginSlots(name, connectionsPerHost, this.#pressure.monotonicMs());
      this.#origins.set(name, origin);
    }
    return origin;
  }

  #forgetWhenEmpty(origin: OriginSlots): void {
    if (origin.isEmpty) this.#origins.delete(origin.name);
  }
}
