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
  /**
   * Of the last message of each of the last 1,000 frames that did not end in a bar, or `undefined` before
   * the first. It includes clock differences.
   */
  readonly latency: LatencySummary | undefined;
  /** When the last message arrived, in milliseconds since the Unix epoch. */
  readonly lastMessageMs: number | undefined;
}

const LATENCY_SAMPLES = 1_000;

/** Counts, as cheaply as counting can be: this runs for every frame. */
export class StreamCounters {
  frames = 0;
  bytes = 0;
  decodeErrors = 0;
  unknownMessages = 0;
  handlerErrors = 0;
  reconnects = 0;
  readonly #latencies = new Float64Array(LATENCY_SAMPLES);
  #samples = 0;
  #lastMessageMs: number | undefined;

  frame(bytes: number): void {
    this.frames++;
    this.bytes += bytes;
  }

  /** The last message of a frame; `venueMs` is when the venue made it, where that is known. */
  sample(receivedMs: number, venueMs: number | undefined): void {
    if (venueMs !== undefined) {
      this.#latencies[this.#samples++ % LATENCY_SAMPLES] = receivedMs - venueMs;
    }
    this.#lastMessageMs = receivedMs;
  }

  /** @param messagesByType - whoever brings them on counts them */
  snapshot(messagesByType: Readonly<Record<string, number>>): StreamMetrics {
    return {
      frames: this.frames,
      bytes: this.bytes,
      messages: Object.values(messagesByType).reduce((sum, count) => sum + count, 0),
      messagesByType,
      decodeErrors: this.decodeErrors,
      unknownMessages: this.unknownMessages,
      handlerErrors: this.handlerErrors,
      reconnects: this.reconnects,
      latency: this.#latency(),
      lastMessageMs: this.#lastMessageMs,
    };
  }

  #latency(): LatencySummary | undefined {
    const samples = this.#latencies.subarray(0, Math.min(this.#samples, LATENCY_SAMPLES));
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
