/** When a frame reached us, by both of our clocks. One for all the messages of a frame. @public */
export class Arrival {
  /** Wall clock, in milliseconds since the Unix epoch: for stamps. */
  declare readonly receivedMs: number;
  /** Monotonic clock, in milliseconds: for ages. `NaN` where only the wall clock was read. */
  declare readonly monotonicMs: number;
  /** Whether it was found in history after the stream had missed it. */
  declare readonly recovered: boolean;

  constructor(receivedMs: number, monotonicMs: number = Number.NaN, recovered = false) {
    this.receivedMs = receivedMs;
    this.monotonicMs = monotonicMs;
    this.recovered = recovered;
  }
}

/** An arrival, or the wall clock alone made into one. */
export function arrivalOf(received: Arrival | number): Arrival {
  return typeof received === "number" ? new Arrival(received) : received;
}
