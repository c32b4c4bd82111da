import type { Clock } from "../core/clock.ts";
import { ClosedError } from "../core/errors.ts";
import { Listeners, type Unsubscribe } from "../core/listeners.ts";
import { OriginBreaker, type OriginCircuit } from "../resilience/origin-breaker.ts";
import { SharedSignals } from "../resilience/shared-signals.ts";
import { CallDesk } from "./call-desk.ts";
import { DeadlineWatch } from "./deadline-watch.ts";
import { type HttpRequest, type HttpRequester, prepareRequest } from "./http-request.ts";
import type { HttpResponse } from "./http-response.ts";
import type { HttpSessionHealth, HttpSessionState } from "./http-session-health.ts";
import type { HttpSessionOptions } from "./http-session-options.ts";
import { OperationTable } from "./operation-table.ts";
import type { PoolPressure } from "./pool-pressure.ts";
import { RequestCoalescer } from "./request-coalescer.ts";
import type { RequestEvent } from "./request-event.ts";
import { RequestLedger } from "./request-ledger.ts";
import { RequestPauses } from "./request-pauses.ts";
import { RequestPipeline } from "./request-pipeline.ts";
import { RequestProgress } from "./request-progress.ts";
import {
  type ResolvedHttpSessionOptions,
  resolveHttpSessionOptions,
} from "./resolve-http-session-options.ts";
import { createFetch, type SessionFetch } from "./session-fetch.ts";

const NAME = "HttpSession";

/**
 * All HTTP requests of a program over one bounded set of connections. Nothing is opened before the
 * first request. A request ends within its time limits whatever undici, the network or the venue do;
 * one that only asks is tried again when it fails, any other is sent once; and every error says
 * whether the venue may have received it ({@link RequestFacts.sent}).
 *
 * @example
 * ```ts
 * import { HttpSession } from "holdfast";
 *
 * const session = new HttpSession();
 * const response = await session.request({ operation: "clock", url: "https://example.com/clock" });
 * console.log(response.statusCode, response.json());
 * await session.close();
 * ```
 * @public
 */
export class HttpSession implements HttpRequester, AsyncDisposable {
  /** A WHATWG `fetch` over this session, for other libraries. */
  readonly fetch: SessionFetch = createFetch(this);
  readonly #options: ResolvedHttpSessionOptions;
  readonly #clock: Clock;
  readonly #watch: DeadlineWatch;
  readonly #desk: CallDesk;
  readonly #pauses: RequestPauses;
  readonly #breaker: OriginBreaker | undefined;
  readonly #pipeline: RequestPipeline;
  readonly #coalescer: RequestCoalescer;
  readonly #operations: OperationTable;
  readonly #ledger: RequestLedger;
  readonly #ended: Listeners<RequestEvent>;
  readonly #pressure: Listeners<PoolPressure>;
  #state: HttpSessionState = "idle";
  #listenerFailures = 0;
  #closing: Promise<void> | undefined;

  /** @throws ConfigError naming every option that is wrong. */
  constructor(options: HttpSessionOptions = {}) {
    this.#options = resolveHttpSessionOptions(options);
    const { clock, random, retry, breaker, operationTimeoutsMs } = this.#options;
    const onListenerFailure = (): void => void this.#listenerFailures++;
    this.#clock = clock;
    this.#ended = new Listeners(onListenerFailure);
    this.#pressure = new Listeners(onListenerFailure);
    this.#operations = new OperationTable(operationTimeoutsMs);
    this.#ledger = new RequestLedger(this.#ended, clock);
    this.#breaker = breaker ? new OriginBreaker(breaker, { clock, onListenerFailure }) : undefined;
    const watch = new DeadlineWatch(clock);
    const signals = new SharedSignals();
    this.#watch = watch;
    this.#pauses = new RequestPauses({ clock, watch, signals });
    this.#desk = new CallDesk(this.#options, {
      watch,
      signals,
      ledger: this.#ledger,
      mayReplay: (call) => this.#pipeline.mayReplay(call),
      pressureChanged: (pressure) => this.#pressure.emit(pressure),
    });
    this.#pipeline = new RequestPipeline({
      clock,
      random,
      pauses: this.#pauses,
      ledger: this.#ledger,
      retry: retry || undefined,
      breaker: this.#breaker,
      send: (progress) => this.#desk.send(progress),
    });
    this.#coalescer = new RequestCoalescer({
      pauses: this.#pauses,
      monotonicMs: () => clock.monotonicMs(),
      run: (progress) => this.#pipeline.run(progress),
    });
  }

  /**
   * Sends a request and reads its whole answer, of whatever status but a redirect. When the request
   * may be repeated and its attempts are used up, the last unsuccessful answer is what it returns.
   *
   * Rejects with a ConfigError when the request itself is wrong, a DeadlineError when time ran out,
   * a RequestFailedError when the connection failed or the answer is cut or too long, an
   * HttpStatusError for a redirect, a RateLimitedError when the venue wants to be left alone beyond
   * the deadline, a CircuitOpenError while its origin keeps failing, a ClosedError after `close` or
   * `drain`, and with the signal's own reason when it aborts.
   */
  async request(request: HttpRequest): Promise<HttpResponse> {
    if (this.#state === "draining" || this.#state === "closed") throw new ClosedError(NAME);
    const prepared = prepareRequest(request, this.#options);
    const { signal } = prepared;
    if (signal?.aborted) throw signal.reason;

    this.#state = "open";
    const operation = this.#operations.of(prepared.operation);
    const progress = new RequestProgress(prepared, operation, this.#clock.monotonicMs());
    // `await` spares two turns of the microtask queue, which a busy session notices.
    return await (prepared.isShared
      ? this.#coalescer.request(progress)
      : this.#pipeline.run(progress));
  }

  /** Calls `listener` when a request has ended: what metrics are made of. */
  onRequest(listener: (event: RequestEvent) => void): Unsubscribe {
    return this.#ended.on(listener);
  }

  /** Calls `listener` when the connections to a host become scarce, and when they no longer are. */
  onPoolPressure(listener: (pressure: PoolPressure) => void): Unsubscribe {
    return this.#pressure.on(listener);
  }

  /** Calls `listener` when the circuit of an origin opens, lets a probe through, or closes. */
  onBreaker(listener: (circuit: OriginCircuit) => void): Unsubscribe {
    return this.#breaker?.onChange(listener) ?? (() => {});
  }

  /** What the session is doing now and has done so far: plain JSON without a secret. */
  getHealth(): HttpSessionHealth {
    return {
      state: this.#state,
      ...this.#ledger.totals(),
      connectionsOpened: this.#desk.connectionsOpened,
      coalesced: this.#coalescer.joined,
      waiting: this.#desk.waiting,
      atGate: this.#pauses.count("gate"),
      backingOff: this.#pauses.count("backoff"),
      origins: this.#desk.origins(),
      circuits: this.#breaker?.getHealth() ?? [],
      operations: this.#operations.health(),
      latencies: this.#desk.latencies(),
      listenerFailures: this.#listenerFailures,
    };
  }

  /**
   * Ends every request with a ClosedError and every connection. Resolves when all sockets are closed;
   * calling it again returns the same promise.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /**
   * Takes no new requests, lets those under way end for at most `deadlineMs`, then closes.
   * @param deadlineMs - in milliseconds; by default the `totalMs` of the session, which is enough for
   * the attempts that are on their way
   */
  async drain(deadlineMs: number = this.#options.totalMs): Promise<void> {
    if (this.#state !== "closed") {
      this.#state = "draining";
      await this.#ledger.quiet(deadlineMs);
    }
    await this.close();
  }

  /** {@link HttpSession.drain} with its default deadline. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.drain();
  }

  async #close(): Promise<void> {
    this.#state = "closed";
    this.#pauses.close(NAME);
    const closed = this.#desk.close(NAME);
    this.#watch.close();
    await closed;
  }
}
