import { BATCH_DEFAULTS, type BatchOptions, BoundedBatches } from "../core/bounded-batches.ts";
import { BoundedStream, BUFFER_DEFAULTS, type BufferOptions } from "../core/bounded-stream.ts";
import { withDefaults } from "../core/defaults.ts";
import type { HandlerError } from "../core/errors.ts";
import { Faults } from "../core/faults.ts";
import type { Unsubscribe } from "../core/listeners.ts";
import type { StreamEvent } from "../model/stream-event.ts";
import { type Callback, type Routed, Router } from "./router.ts";
import type { SymbolTable } from "./symbol-table.ts";

/** Decides whether a message goes on now; one that does not is brought later, or is a repetition. */
export interface Gate<T> {
  admit(message: T, symbolId: number): boolean;
}

/** What the flow works with. */
export interface MessageFlowOptions<T> {
  readonly symbols: SymbolTable;
  /** The gate for a type of message; without one it goes on at once. */
  gate(type: string): Gate<T> | undefined;
  /** A consumer was too slow for this message. */
  dropped(message: T): void;
  failed(error: HandlerError): void;
}

/** Whatever takes everything, in order. */
interface Outlet<T> {
  push(value: T): void;
  end(failure?: unknown): void;
}

const OVERFLOWS = ["dropOldest", "dropNewest", "close"];

/**
 * The way of a message from the decoder to its consumers: through the gate of its type, then to the
 * callbacks for its symbol, the loops, and the batches, all in the same order.
 */
export class MessageFlow<T extends Routed> {
  readonly #options: MessageFlowOptions<T>;
  readonly #router: Router<T>;
  readonly #streams = new Set<Outlet<T>>();
  readonly #withEvents = new Set<Outlet<T | StreamEvent>>();
  /** A busy stream goes to and fro between two types, and looking up costs more than the rest. */
  #lastType = "";
  #lastGate: Gate<T> | undefined;
  #otherType = "";
  #otherGate: Gate<T> | undefined;
  /** The latest message that went through, for whoever samples. */
  latest: T | undefined;

  constructor(options: MessageFlowOptions<T>) {
    this.#options = options;
    this.#router = new Router(options.symbols, options.failed);
  }

  /** A message from the connection. */
  receive(message: T, symbolId: number): void {
    const { type } = message;
    if (type !== this.#lastType) {
      const gate = type === this.#otherType ? this.#otherGate : this.#options.gate(type);
      this.#otherType = this.#lastType;
      this.#otherGate = this.#lastGate;
      this.#lastType = type;
      this.#lastGate = gate;
    }
    const gate = this.#lastGate;
    if (gate !== undefined && !gate.admit(message, symbolId)) return;
    this.deliver(message, symbolId);
  }

  /** A message whose turn has come. */
  deliver(message: T, symbolId: number): void {
    this.latest = message;
    this.#router.dispatch(message, symbolId);
    if (this.#streams.size > 0) for (const stream of this.#streams) stream.push(message);
    if (this.#withEvents.size > 0) for (const stream of this.#withEvents) stream.push(message);
  }

  /** Something about the stream itself, for the loops that asked for it. */
  tell(event: StreamEvent): void {
    for (const stream of this.#withEvents) stream.push(event);
  }

  /** @param symbol - `*` for every symbol */
  add(type: string, symbol: string, sink: Callback<T>): Unsubscribe {
    return this.#router.add(type, symbol, sink);
  }

  /** Messages delivered so far, by type. */
  counts(): Record<string, number> {
    return this.#router.counts();
  }

  messages(buffer: BufferOptions): BoundedStream<T> {
    const options = withDefaults(BUFFER_DEFAULTS, buffer);
    checkBuffer(options).throwIfAny();
    const stream: BoundedStream<T> = new BoundedStream(
      options,
      () => this.#streams.delete(stream),
      (message) => this.#options.dropped(message),
    );
    this.#streams.add(stream);
    return stream;
  }

  messagesAndEvents(buffer: BufferOptions): BoundedStream<T | StreamEvent> {
    const options = withDefaults(BUFFER_DEFAULTS, buffer);
    checkBuffer(options).throwIfAny();
    const stream: BoundedStream<T | StreamEvent> = new BoundedStream(
      options,
      () => this.#withEvents.delete(stream),
      (value) => {
        if ("symbol" in value) this.#options.dropped(value);
      },
    );
    this.#withEvents.add(stream);
    return stream;
  }

  batches(buffer: BatchOptions): BoundedBatches<T> {
    const options = withDefaults(BATCH_DEFAULTS, buffer);
    const faults = checkBuffer(options);
    faults.integer("maxBatch", options.maxBatch, { min: 1 });
    faults.throwIfAny();
    const batches: BoundedBatches<T> = new BoundedBatches(
      options,
      () => this.#streams.delete(batches),
      (message) => this.#options.dropped(message),
    );
    this.#streams.add(batches);
    return batches;
  }

  /** Ends every loop, by an error when one is given; callbacks stay. */
  end(failure?: unknown): void {
    for (const stream of [...this.#streams, ...this.#withEvents]) stream.end(failure);
  }
}

function checkBuffer(options: Required<BufferOptions>): Faults {
  const faults = new Faults();
  faults.integer("capacity", options.capacity, { min: 1 });
  faults.oneOf("overflow", options.overflow, OVERFLOWS);
  return faults;
}
