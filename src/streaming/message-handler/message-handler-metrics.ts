import type { CircuitState } from "../../resilience/circuit.ts";
import type { MessageOverflow } from "./message-handler-options.ts";
import type { MessageOutcomes } from "./outcome-totals.ts";
import type { DurationSummary } from "./sample-window.ts";

/**
 * How late messages were, in milliseconds: of the first and the last message of each batch. What
 * involves the venue's time includes the difference between its clock and ours, and of a bar the bar's
 * length, since its time is its start.
 * @public
 */
export interface HandlerLatency {
  /** From the venue's time to our receiving it. */
  readonly exchangeToReceive: DurationSummary | undefined;
  /** From our receiving it to a processor. */
  readonly receiveToHandler: DurationSummary | undefined;
  /** From the venue's time to a processor. */
  readonly total: DurationSummary | undefined;
}

/** What came on one channel, and what all its processors made of it. @public */
export interface ChannelMetrics extends MessageOutcomes {
  /** Messages that came, each counted once. */
  readonly received: number;
  /** Those of them that no processor was registered for. */
  readonly unclaimed: number;
  /** Messages a second, over the last five seconds. */
  readonly rate: number;
  /** Messages that wait. */
  readonly queueDepth: number;
  /**
   * How long processors of this channel had a batch, repeated attempts and the waits between them
   * included. Those of `*` are not among them, since their batches are of every channel.
   */
  readonly processingMs: DurationSummary | undefined;
  readonly latency: HandlerLatency;
  /** Batches that processors of this channel failed on. */
  readonly errors: number;
}

/** What one processor made of its messages. @public */
export interface ProcessorMetrics extends MessageOutcomes {
  readonly channel: string;
  readonly priority: number;
  readonly overflow: MessageOverflow;
  /** `ended`: it fell behind, and its overflow policy is to disconnect it then. */
  readonly state: "active" | "ended";
  /** `open`: it keeps failing, and is left alone for now. */
  readonly circuit: CircuitState;
  /** Batches that it failed on, or was spared. */
  readonly errors: number;
  /** How long it had a batch, repeated attempts and the waits between them included. */
  readonly processingMs: DurationSummary | undefined;
}

/** What a {@link MessageHandler} has done so far. Plain JSON; counters never go back. @public */
export interface MessageHandlerMetrics {
  readonly state: "idle" | "running" | "stopping" | "stopped";
  /** Whether the connection is asked not to read. */
  readonly readingPaused: boolean;
  /** Each channel that something came on, by its name; `other` for types without a channel. */
  readonly byType: Readonly<Record<string, ChannelMetrics>>;
  /** Each processor, by its name. */
  readonly byProcessor: Readonly<Record<string, ProcessorMetrics>>;
  readonly totals: MessageOutcomes & {
    readonly received: number;
    readonly unclaimed: number;
    /** Pushed after the handler was stopped, and not taken. */
    readonly refused: number;
    /** Messages a second, over the last five seconds. */
    readonly rate: number;
    readonly queueDepth: number;
    /** Batches that processors failed on. */
    readonly errors: number;
    /** Listeners that threw. */
    readonly listenerErrors: number;
  };
}

/** What became of one processor's messages of one channel and symbol. @public */
export interface SymbolOutcomes extends MessageOutcomes {
  readonly processor: string;
  readonly channel: string;
  /** `*` stands for all symbols beyond the handler's `maxSymbols`. */
  readonly symbol: string;
}

/** How stopping went. @public */
export interface StopReport {
  /** Whether everything that waited was processed in time. */
  readonly complete: boolean;
  /** Messages that still waited at the end: dropped, and told in gaps with the reason `stopped`. */
  readonly dropped: number;
  /** Messages that processors still had in hand; what becomes of them is counted when it is known. */
  readonly inFlight: number;
}
