import type { Clock } from "../../core/clock.ts";
import { ListeningTimer } from "../../socket/listening-timer.ts";

/** What the watch asks before it suspects anything, and whom it tells. */
export interface DataWatchOptions {
  readonly clock: Clock;
  readonly staleAfterMs: number;
  /** Whether data is due at all: the market is open. */
  expectsData(): boolean;
  /** Whether the venue has acknowledged anything on the channel. */
  isSubscribed(channel: string): boolean;
  stale(silentMs: number): void;
}

/** Channels that are busy while the market is open; the others may rest for hours. */
const BUSY_CHANNELS = ["trades", "quotes", "orderbooks"] as const;
const MOST_DOUBLINGS = 6;

/**
 * Finds a mute connection: open, answering pings, and without data where data is due. A quiet symbol
 * looks the same, so each alarm that a reconnect did not cure doubles the patience, until data flows.
 */
export class DataWatch {
  readonly #options: DataWatchOptions;
  #timer: ListeningTimer | undefined;
  #alarms = 0;

  constructor(options: DataWatchOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, staleAfterMs } = this.#options;
    if (staleAfterMs === Number.POSITIVE_INFINITY) return;
    const patienceMs = staleAfterMs * 2 ** Math.min(this.#alarms, MOST_DOUBLINGS);
    const isDue = (): boolean =>
      BUSY_CHANNELS.some((channel) => this.#options.isSubscribed(channel)) &&
      this.#options.expectsData();
    this.#timer = new ListeningTimer(
      clock,
      patienceMs,
      (silentMs) => {
        this.#alarms++;
        this.#options.stale(silentMs);
      },
      isDue,
    );
    this.#timer.start();
  }

  heard(): void {
    this.#timer?.heard();
    if (this.#alarms === 0) return;
    this.#alarms = 0;
    // The patience of earlier alarms is no longer due, on this connection either.
    if (!this.#timer?.running) return;
    this.stop();
    this.start();
  }

  stop(): void {
    this.#timer?.stop();
  }
}
