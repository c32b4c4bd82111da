import type { CancelTimer, Clock } from "../core/clock.ts";
import { ListeningTimer } from "./listening-timer.ts";

/** How a silent peer is found. @public */
export interface HeartbeatOptions {
  /**
   * A ping goes out this often, in milliseconds; `Infinity` sends none. Ten seconds is what the
   * venue itself does, and short enough for the NAT tables on the way.
   * @defaultValue 10000
   */
  readonly intervalMs?: number;
  /**
   * How long after a ping anything at all may take to arrive, in milliseconds, not counting time in
   * which our own event loop was blocked.
   * @defaultValue 5000
   */
  readonly timeoutMs?: number;
}

/** @public */
export const HEARTBEAT_DEFAULTS: Required<HeartbeatOptions> = Object.freeze({
  intervalMs: 10_000,
  timeoutMs: 5_000,
});

/** What a heartbeat needs of a connection. */
export interface HeartbeatPeer {
  ping(): void;
  /** Whether something may have arrived that was not heard yet; meanwhile silence proves nothing. */
  hasBacklog(): boolean;
  /** Nothing came back for `silentMs`. */
  dead(silentMs: number): void;
}

/** Pings on a schedule; anything that arrives after a ping proves life. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #peer: HeartbeatPeer;
  readonly #answer: ListeningTimer;
  #cancelNext: CancelTimer | undefined;

  constructor(clock: Clock, options: Required<HeartbeatOptions>, peer: HeartbeatPeer) {
    this.#clock = clock;
    this.#intervalMs = options.intervalMs;
    this.#peer = peer;
    this.#answer = new ListeningTimer(
      clock,
      options.timeoutMs,
      (silentMs) => {
        this.stop();
        peer.dead(silentMs);
      },
      () => !peer.hasBacklog(),
    );
  }

  start(): void {
    this.stop();
    if (this.#intervalMs !== Number.POSITIVE_INFINITY) this.#schedule();
  }

  /** Something arrived: a pong, a ping or a frame. */
  heard(): void {
    if (this.#answer.running) this.#answer.stop();
  }

  stop(): void {
    this.#cancelNext?.();
    this.#cancelNext = undefined;
    this.#answer.stop();
  }

  #schedule(): void {
    this.#cancelNext = this.#clock.setTimer(
      () => {
        // While an answer is due, another ping would only push its deadline out of sight.
        if (!this.#answer.running) {
          this.#peer.ping();
          this.#answer.start();
        }
        this.#schedule();
      },
      this.#intervalMs,
      { keepsProcessAlive: false },
    );
  }
}
