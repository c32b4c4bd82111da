import type { OperationLatency } from "../resilience/adaptive-timeout.ts";
import type { SharedSignals } from "../resilience/shared-signals.ts";
import { createConnector } from "./connector.ts";
import type { DeadlineWatch } from "./deadline-watch.ts";
import { HostCache } from "./host-cache.ts";
import { type CallContext, HttpCall } from "./http-call.ts";
import type { OriginHealth } from "./origin-slots.ts";
import type { PoolPressure } from "./pool-pressure.ts";
import type { RequestLedger } from "./request-ledger.ts";
import type { RequestProgress } from "./request-progress.ts";
import type { ResolvedHttpSessionOptions } from "./resolve-http-session-options.ts";
import { SilenceLimits } from "./silence-limits.ts";
import { SlotTable } from "./slot-table.ts";

/** What a desk shares with the rest of its session. */
export interface DeskContext {
  readonly watch: DeadlineWatch;
  readonly signals: SharedSignals;
  readonly ledger: RequestLedger;
  /** Whether a call whose kept connection was closed under it may go again at once. */
  mayReplay(call: HttpCall): boolean;
  pressureChanged(pressure: PoolPressure): void;
}

/**
 * Makes the calls of a session and finds connections for them. Each is under the watch of the
 * deadlines and of its caller's signal until it has ended.
 */
export class CallDesk {
  readonly #options: ResolvedHttpSessionOptions;
  readonly #context: DeskContext;
  readonly #slots: SlotTable;
  readonly #silence: SilenceLimits;
  readonly #callContext: CallContext;
  #closedAs: string | undefined;

  constructor(options: ResolvedHttpSessionOptions, context: DeskContext) {
    const { clock, ca, keepAliveMs, resolveHost, dnsCacheMs } = options;
    this.#options = options;
    this.#context = context;
    this.#silence = new SilenceLimits(options.readMs, options.adaptiveTimeout);
    const connector = createConnector(new HostCache(resolveHost, clock, dnsCacheMs), ca);
    this.#slots = new SlotTable(
      options,
      { connector, keepAliveMs },
      {
        monotonicMs: () => clock.monotonicMs(),
        pressureChanged: (pressure) => context.pressureChanged(pressure),
      },
    );
    this.#callContext = {
      maxBodyBytes: options.maxBodyBytes,
      monotonicMs: () => clock.monotonicMs(),
      deadlineMoved: (call) => context.watch.sooner(call.deadlineMs),
      written: (call) => context.ledger.written(call),
      settled: (call) => this.#settled(call),
      abandoned: (call) => this.#slots.abandon(call),
      released: (call) => this.#slots.release(call),
      replay: (call) => this.#replay(call),
    };
  }

  /** Connections opened since the beginning. */
  get connectionsOpened(): number {
    return this.#slots.opened;
  }

  /** Calls that wait for a connection. */
  get waiting(): number {
    return this.#slots.waiting;
  }

  origins(): Record<string, OriginHealth> {
    return this.#slots.health();
  }

  latencies(): readonly OperationLatency[] {
    return this.#silence.health();
  }

  /** Begins one attempt; the call ends by itself, whatever happens. */
  send(progress: RequestProgress): HttpCall {
    const { watch, signals, ledger } = this.#context;
    const { signal } = progress.request;
    ledger.attempted(progress);
    const call = new HttpCall(progress, this.#silence.limitMs(progress), this.#callContext);
    if (this.#closedAs !== undefined) call.sessionClosed(this.#closedAs);
    else if (signal?.aborted) call.abort(signal.reason);
    if (call.isSettled) return call;
    watch.add(call);
    if (signal) signals.add(signal, call);
    if (!this.#slots.submit(call)) {
      call.refuse(`${this.#options.maxWaiting} requests wait for a connection already`);
    }
    return call;
  }

  /** Ends every call with a ClosedError, and every connection; resolves when all sockets are closed. */
  async close(what: string): Promise<void> {
    this.#closedAs = what;
    for (const call of this.#slots.calls()) call.sessionClosed(what);
    await this.#slots.close();
  }

  #replay(call: HttpCall): boolean {
    const { ledger, mayReplay } = this.#context;
    if (!mayReplay(call) || !this.#slots.replay(call)) return false;
    ledger.connectionLost();
    ledger.attempted(call.progress);
    return true;
  }

  #settled(call: HttpCall): void {
    const { watch, signals, ledger } = this.#context;
    const { signal } = call.request;
    watch.remove(call);
    if (signal) signals.remove(signal, call);
    if (call.outcome === "reset") ledger.connectionLost();
    this.#silence.learn(call);
  }
}
