import type { Clock } from "../core/clock.ts";
import type { ResolvedPlan } from "./plan.ts";
import type { SessionTransport } from "./session-transport.ts";

/** Pings one client and gives it up when it has not answered for the plan's `pongTimeoutMs`. @internal */
export class PingWatch {
  readonly #transport: SessionTransport;
  readonly #clock: Clock;
  readonly #plan: ResolvedPlan;
  #nextPingMs: number;
  #unansweredSinceMs: number | undefined;

  constructor(transport: SessionTransport, clock: Clock, plan: ResolvedPlan) {
    this.#transport = transport;
    this.#clock = clock;
    this.#plan = plan;
    this.#nextPingMs = clock.monotonicMs() + plan.pingIntervalMs;
  }

  onPong(): void {
    this.#unansweredSinceMs = undefined;
  }

  tick(): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - (this.#unansweredSinceMs ?? nowMs) > this.#plan.pongTimeoutMs) {
      this.#transport.destroy();
      return;
    }
    if (nowMs < this.#nextPingMs) return;
    this.#nextPingMs = nowMs + this.#plan.pingIntervalMs;
    this.#unansweredSinceMs ??= nowMs;
    this.#transport.ping();
  }
}
