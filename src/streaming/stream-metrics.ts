/** How late messages arrived: our receive time less the venue's own, in milliseconds. @public */
export interface LatencySummary {
  readonly averageMs: number;
  readonly minMs: number;
  readonly maxMs: number;
}

/** What a stream has done so far. Counters never go back. @public */
export interface StreamMetrics {
  readonly frames: number;
  readonly bytes: number;
  readonly messages: number;
  readonly messagesByType: Readonly<Record<string, number>>;
  /** Frames or messages that could not be decoded; each was reported. */
  readonly decodeErrors: number;
  /** Well-formed messages of a type that is not known. */
  readonly unknownMessages: number;
  /** Callbacks that threw or rejected; each was reported. */
  readonly handlerErrors: number;
  /** Connections made after the first. */
  readonly reconnects: number;
  /** Over the last 1,000 messages, or `undefined` before the first. It includes clock differences. */
  readonly latency: LatencySummary | undefined;
  /** When the last message arrived, in milliseconds since the Unix epoch. */
  readonly lastMessageMs: number | undefined;
}

const LATENCY_SAMPLES = 1_000;

/** Counts, as cheaply as counting can be: this runs for every message. */
export class StreamCounters {
  frames = 0;
  bytes = 0;
  messages = 0;
  decodeErrors = 0;
  unknownMessages = 0;
  handlerErrors = 0;
  reconnects = 0;
  readonly #byType = new Map<string, number>();
  readonly #latencies = new Float64Array(LATENCY_SAMPLES);
  #lastMessageMs: number | undefined;

  frame(bytes: number): void {
    this.frames++;
    this.bytes += bytes;
  }

  message(type: string, receivedMs: number, venueMs: number): void {
    this.#latencies[this.messages % LATENCY_SAMPLES] = receivedMs - venueMs;
    this.messages++;
    this.#byType.set(type, (this.#byType.get(type) ?? 0) + 1);
    this.#lastMessageMs = receivedMs;
  }

  snapshot(): StreamMetrics {
    return {
      frames: this.frames,
      bytes: this.bytes,
      messages: this.messages,
      messagesByType: Object.fromEntries(this.#byType),
      decodeErrors: this.decodeErrors,
      unknownMessages: this.unknownMessages,
      handlerErrors: this.handlerErrors,
      reconnects: this.reconnects,
      latency: this.#latency(),
      lastMessageMs: this.#lastMessageMs,
    };
  }

  #latency(): LatencySummary | undefined {
    const samples = this.#latencies.subarray(0, Math.min(this.messages, LATENCY_SAMPLES));
    if (samples.length === 0) return undefined;
    let sum = 0;
    for (const sample of samples) sum += sample;
    return {
      averageMs: sum / samples.length,
      minMs: Math.min(...samples),
      maxMs: Math.max(...samples),
    };
  }
}
