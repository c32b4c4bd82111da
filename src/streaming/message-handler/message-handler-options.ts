import type { Clock } from "../../core/clock.ts";
import { withDefaults } from "../../core/defaults.ts";
import { Faults } from "../../core/faults.ts";
import type { Random } from "../../core/random.ts";
import { BACKOFF_DEFAULTS, type BackoffOptions } from "../../resilience/backoff.ts";
import type { CircuitLimits } from "../../resilience/circuit.ts";

/**
 * What happens to a message for which a processor has no room.
 *
 * - `dropOldest`: the message that has waited longest makes room for it.
 * - `dropNewest`: it is dropped itself.
 * - `conflate`: only the latest message of a symbol waits, in the place of the one before; for what
 *   is a state, like quotes and whole books. Changes to a book are never conflated. When the buffer
 *   is full of different symbols, the oldest is dropped.
 * - `block`: reading of the connection pauses while the buffer is more than half full. What arrives
 *   all the same, because it was under way, is taken in until the buffer is full, then dropped.
 * - `disconnect`: the processor gets what already waits for it, and nothing after that.
 * @public
 */
export type MessageOverflow = "dropOldest" | "dropNewest" | "conflate" | "block" | "disconnect";

const OVERFLOWS: readonly MessageOverflow[] = [
  "dropOldest",
  "dropNewest",
  "conflate",
  "block",
  "disconnect",
];

/** A connection whose reading can be paused; both calls may come at any time, also twice. @public */
export interface PausableSource {
  /** Reads nothing more until `resumeReading`. */
  pauseReading(): void;
  /** Goes on reading. */
  resumeReading(): void;
}

/** How a processor is buffered, and given its batches. @public */
export interface BufferingOptions {
  /**
   * How many messages may wait for a processor, over all its lanes. Enough for a burst of a busy
   * feed of some 100 ms; whoever is further behind than that wants to know.
   * @defaultValue 10000
   */
  readonly bufferSize?: number | undefined;
  /**
   * How many messages a processor is given at once, at most. More cost less each, and wait longer.
   * @defaultValue 100
   */
  readonly batchSize?: number | undefined;
  /**
   * How long a message waits at most for others to fill its batch, in milliseconds, while its
   * processor is free.
   * @defaultValue 100
   */
  readonly batchTimeoutMs?: number | undefined;
  /**
   * What happens to a message for which there is no room.
   * @defaultValue "dropOldest"
   */
  readonly overflow?: MessageOverflow | undefined;
}

/** Options of a {@link MessageHandler}, read once. The buffering is each processor's, unless it says otherwise. @public */
export interface MessageHandlerOptions extends BufferingOptions {
  /**
   * The number of lanes. Each symbol has its lane, in which batches of a processor come one after the
   * other; so this is also how many batches of one processor are in its hands at a time, at most.
   * @defaultValue 4
   */
  readonly workerCount?: number | undefined;
  /**
   * How many symbols are told apart, at most; more than any stock market has. Those beyond share one
   * lane, and one line of counts under `*`.
   * @defaultValue 65536
   */
  readonly maxSymbols?: number | undefined;
  /**
   * The connection that brings the messages, when nobody else reads it: `block` needs it, since to
   * pause it would starve the others.
   * @defaultValue none, so that `block` is refused
   */
  readonly exclusiveSource?: PausableSource | undefined;
  /**
   * Where time comes from.
   * @defaultValue the system's clock
   */
  readonly clock?: Clock | undefined;
  /**
   * Where the jitter of waits between attempts comes from.
   * @defaultValue the system's chance
   */
  readonly random?: Random | undefined;
}

/** How a processor is buffered, resolved. @public */
export interface Buffering {
  readonly bufferSize: number;
  readonly batchSize: number;
  readonly batchTimeoutMs: number;
  readonly overflow: MessageOverflow;
}

/** A handler's options with the defaults filled in. @public */
export interface MessageHandlerSettings extends Buffering {
  readonly workerCount: number;
  readonly maxSymbols: number;
}

/** @public */
export const MESSAGE_HANDLER_DEFAULTS: MessageHandlerSettings = Object.freeze({
  bufferSize: 10_000,
  batchSize: 100,
  batchTimeoutMs: 100,
  overflow: "dropOldest",
  workerCount: 4,
  maxSymbols: 65_536,
});

/** How often a batch is offered to a processor that throws, and how long is waited in between. @public */
export interface ProcessorRetryOptions extends BackoffOptions {
  /**
   * The first time included; 1 never repeats.
   * @defaultValue 1
   */
  readonly attempts?: number;
}

/** @public */
export const PROCESSOR_RETRY_DEFAULTS: Required<ProcessorRetryOptions> = Object.freeze({
  ...BACKOFF_DEFAULTS,
  attempts: 1,
});

/** When a processor that keeps failing is left alone, and for how long. @public */
export interface ProcessorBreakerOptions {
  /**
   * Batches in a row that failed in all their attempts; `Infinity` never leaves it alone.
   * @defaultValue 10
   */
  readonly failuresToOpen?: number;
  /**
   * How long it is left alone before it is given one batch to see, in milliseconds; doubled each time
   * that one fails too.
   * @defaultValue 1000
   */
  readonly firstPauseMs?: number;
  /**
   * No pause is longer, in milliseconds.
   * @defaultValue 30000
   */
  readonly maxPauseMs?: number;
}

/** @public */
export const PROCESSOR_BREAKER_DEFAULTS: Required<ProcessorBreakerOptions> = Object.freeze({
  failuresToOpen: 10,
  firstPauseMs: 1_000,
  maxPauseMs: 30_000,
});

/** What one processor wants different. @public */
export interface ProcessorOptions extends BufferingOptions {
  /**
   * What reports and metrics call it; no two processors have the same.
   * @defaultValue the channel with a number, such as `trades#1`
   */
  readonly name?: string | undefined;
  /**
   * Of the processors of a channel, a higher one is given a message first, and a lower one only when
   * the higher is done with it. Those of equal priority do not wait for each other.
   * @defaultValue 0
   */
  readonly priority?: number | undefined;
  /** Whether a batch that failed is offered again. Unlike elsewhere, it is not unless asked for. */
  readonly retry?: ProcessorRetryOptions | undefined;
  /** When it is left alone. */
  readonly breaker?: ProcessorBreakerOptions | undefined;
}

/** Everything about how a processor is served, resolved. */
export interface ProcessorSettings extends Buffering {
  readonly priority: number;
  readonly retry: Required<ProcessorRetryOptions>;
  readonly breaker: CircuitLimits;
}

/** A buffer has a slot in five arrays for each message. */
const LARGEST_BUFFER = 10_000_000;
const LARGEST_BATCH = 100_000;
const MOST_LANES = 1_024;
const MOST_SYMBOLS = 2 ** 20;

function addBufferingFaults(faults: Faults, buffering: Buffering, canPause: boolean): void {
  const { bufferSize, batchSize, batchTimeoutMs, overflow } = buffering;
  faults.integer("bufferSize", bufferSize, { min: 1, max: LARGEST_BUFFER });
  faults.integer("batchSize", batchSize, { min: 1, max: LARGEST_BATCH });
  faults.number("batchTimeoutMs", batchTimeoutMs);
  faults.oneOf("overflow", overflow, OVERFLOWS);
  faults.require(
    overflow !== "block" || canPause,
    'overflow "block" needs exclusiveSource: a connection that nobody else reads',
  );
}

/** @throws ConfigError naming everything that is wrong. */
export function resolveHandlerOptions(options: MessageHandlerOptions): MessageHandlerSettings {
  const { exclusiveSource, clock: _clock, random: _random, ...numbers } = options;
  const resolved = withDefaults<MessageHandlerSettings>(MESSAGE_HANDLER_DEFAULTS, numbers);
  const faults = new Faults();
  addBufferingFaults(faults, resolved, exclusiveSource !== undefined);
  faults.integer("workerCount", resolved.workerCount, { min: 1, max: MOST_LANES });
  faults.integer("maxSymbols", resolved.maxSymbols, { min: 1, max: MOST_SYMBOLS });
  faults.throwIfAny();
  return resolved;
}

/** Fills in a processor's settings from the handler's, and adds to `faults` what is wrong. */
export function resolveProcessorOptions(
  options: ProcessorOptions,
  handler: Buffering,
  canPause: boolean,
  faults: Faults,
): ProcessorSettings {
  const { name: _name, priority = 0, retry, breaker, ...buffering } = options;
  const { bufferSize, batchSize, batchTimeoutMs, overflow } = handler;
  const resolved = {
    ...withDefaults<Buffering>({ bufferSize, batchSize, batchTimeoutMs, overflow }, buffering),
    priority,
    retry: withDefaults(PROCESSOR_RETRY_DEFAULTS, retry),
    breaker: withDefaults(PROCESSOR_BREAKER_DEFAULTS, breaker),
  };
  addBufferingFaults(faults, resolved, canPause);
  faults.number("priority", priority, { min: Number.MIN_SAFE_INTEGER });
  faults.integer("retry.attempts", resolved.retry.attempts, { min: 1 });
  faults.number("retry.baseMs", resolved.retry.baseMs);
  faults.number("retry.maxMs", resolved.retry.maxMs);
  faults.oneOf("retry.jitter", resolved.retry.jitter, ["full", "none"]);
  const { failuresToOpen, firstPauseMs, maxPauseMs } = resolved.breaker;
  faults.integer("breaker.failuresToOpen", failuresToOpen, { min: 1, unlimited: true });
  faults.number("breaker.firstPauseMs", firstPauseMs, { min: 1 });
  faults.number("breaker.maxPauseMs", maxPauseMs, { min: 1 });
  faults.require(!(maxPauseMs < firstPauseMs), "breaker.maxPauseMs must not be below firstPauseMs");
  return resolved;
}
