import type { Dispatcher } from "undici";
import { ClosedError, ConfigError } from "../core/errors.ts";
import { messageOf } from "../core/holdfast-error.ts";
import {
  DeadlineError,
  HttpStatusError,
  type RequestFacts,
  RequestFailedError,
  type RequestPhase,
} from "../core/request-errors.ts";
import type { Abortable } from "../resilience/shared-signals.ts";
import type { CallOutcome } from "./call-outcome.ts";
import type { Limited } from "./deadline-watch.ts";
import type { PreparedRequest } from "./http-request.ts";
import { HttpResponse, type ResponseHeaders } from "./http-response.ts";
import { destinationOf, isRedirect } from "./redirect.ts";
import type { RequestProgress } from "./request-progress.ts";

/** What the session gives to each of its calls. */
export interface CallContext {
  readonly maxBodyBytes: number;
  monotonicMs(): number;
  /** The call's time limit came nearer. */
  deadlineMoved(call: HttpCall): void;
  /** The call is about to be written. */
  written(call: HttpCall): void;
  /** The call has its outcome; the connection may still be busy with it. */
  settled(call: HttpCall): void;
  /** It ended without the connection's doing: take it out of the queue or off its connection. */
  abandoned(call: HttpCall): void;
  /** The connection is done with the call. */
  released(call: HttpCall): void;
  /** Gives the call a new connection in the place of its lost one; false when that cannot be now. */
  replay(call: HttpCall): boolean;
}

/** Where a call is. `assigned`: it has a connection, but is not on the wire yet. */
type CallPhase = "queue" | "assigned" | "connect" | "read";

/**
 * One attempt of a request, from the queue to the last byte. It is undici's handler and its own time
 * limit, so that an attempt costs one object.
 */
export class HttpCall implements Dispatcher.DispatchHandler, Limited, Abortable {
  readonly progress: RequestProgress;
  readonly readMs: number;
  /** Resolves when it has an outcome, whatever that is. */
  readonly ended: Promise<void>;
  readonly #context: CallContext;
  #end!: () => void;
  #outcome: CallOutcome | undefined;
  #response: HttpResponse | undefined;
  #error: unknown;
  #phase: CallPhase = "queue";
  #totalDeadlineMs = Number.POSITIVE_INFINITY;
  #phaseDeadlineMs = Number.POSITIVE_INFINITY;
  #heardMs = 0;
  #silenceMs = 0;
  #isOnKeptConnection = false;
  #isWritten = false;
  #hasHeard = false;
  #statusCode = 0;
  #headers: ResponseHeaders = {};
  #chunks: Buffer[] = [];
  #bodyBytes = 0;

  /** @param readMs - the longest silence allowed, in milliseconds */
  constructor(progress: RequestProgress, readMs: number, context: CallContext) {
    this.progress = progress;
    this.readMs = readMs;
    this.#context = context;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get request(): PreparedRequest {
    return this.progress.request;
  }

  /** `undefined` until it has ended. */
  get outcome(): CallOutcome | undefined {
    return this.#outcome;
  }

  /** The answer, when it was answered. */
  get response(): HttpResponse | undefined {
    return this.#response;
  }

  /** What went wrong, when it was not. */
  get error(): unknown {
    return this.#error;
  }

  get isSettled(): boolean {
    return this.#outcome !== undefined;
  }

  /** Whether undici may be writing it, or waits for its answer. */
  get isOnWire(): boolean {
    return this.#phase === "read";
  }

  /** Whether the connection it has, or had, was open already when it got it. */
  get isOnKeptConnection(): boolean {
    return this.#isOnKeptConnection;
  }

  /**
   * Whether it was lost with a kept connection before the venue said anything: most likely the venue
   * was closing it, which says nothing of how the venue is.
   */
  get isStaleLoss(): boolean {
    return this.#isOnKeptConnection && this.#isWritten && !this.#hasHeard;
  }

  /** The longest silence of the venue while it had the request, in milliseconds. */
  get silenceMs(): number {
    return this.#silenceMs;
  }

  get deadlineMs(): number {
    return Math.min(this.progress.deadlineMs, this.#totalDeadlineMs, this.#phaseDeadlineMs);
  }

  // Whoever holds the call's time limits and place tells it how far it is.

  /** It has a connection; a kept one is open already. */
  assigned(isKept: boolean): void {
    this.#phase = "assigned";
    this.#isOnKeptConnection = isKept;
    this.#totalDeadlineMs = this.#context.monotonicMs() + this.request.totalMs;
    this.#context.deadlineMoved(this);
  }

  /** Its connection is being opened. A second attempt of undici's shares the first one's limit. */
  connecting(): void {
    if (this.isSettled || this.#phase === "connect") return;
    this.#phase = "connect";
    this.#isOnKeptConnection = false;
    this.#limitPhase(this.#context.monotonicMs(), this.request.connectMs);
  }

  // Ends that come from our side.

  expire(): void {
    const nowMs = this.#context.monotonicMs();
    const isOutOfTime = this.progress.deadlineMs <= nowMs;
    const [phase, limitMs] = isOutOfTime ? this.#passedDeadline() : this.#passedLimit(nowMs);
    const outcome = isOutOfTime ? "outOfTime" : "expired";
    this.#abandon(outcome, new DeadlineError(phase, limitMs, this.#facts()));
  }

  abort(reason: unknown): void {
    this.#abandon("aborted", reason);
  }

  /** The session closed under it. */
  sessionClosed(what: string): void {
    const cause = new RequestFailedError("the session was closed", this.#facts());
    this.#abandon("aborted", new ClosedError(what, { cause }));
  }

  /** It could not even be queued. */
  refuse(message: string): void {
    this.#settle("refused", new RequestFailedError(message, this.#facts()));
  }

  // What undici reports.

  /** undici writes the request as soon as this returns, and drops it unsent when this throws. */
  onRequestStart(): void {
    if (this.isSettled) throw new Error("the caller has gone");
    if (this.#isWritten) throw new Error("not sent again");
    const nowMs = this.#context.monotonicMs();
    if (this.progress.deadlineMs <= nowMs) {
      // A timer that is late must not make the request late as well.
      this.expire();
      throw new Error("out of time");
    }
    this.#isWritten = true;
    this.progress.sent = true;
    this.#phase = "read";
    this.#heardMs = nowMs;
    this.#limitPhase(nowMs, this.readMs);
    this.#context.written(this);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: ResponseHeaders,
  ): void {
    this.#heard();
    if (statusCode < 200) return;
    this.#statusCode = statusCode;
    this.#headers = headers;
    const requestId = headers["x-request-id"];
    if (typeof requestId === "string") this.progress.requestId = requestId;
    if (isRedirect(statusCode)) {
      // Following it could carry credentials to another host; Alpaca and Bybit send none.
      const message = `redirect${destinationOf(headers["location"])} refused`;
      this.#abandon("refused", new HttpStatusError({ statusCode, message }, this.#facts()));
    } else if (Number(headers["content-length"]) > this.#context.maxBodyBytes) {
      this.#tooLong();
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.isSettled) return;
    this.#heard();
    this.#bodyBytes += chunk.byteLength;
    if (this.#bodyBytes > this.#context.maxBodyBytes) this.#tooLong();
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (!this.isSettled) {
      const { operation, method } = this.request;
      const { attempts, startedMs } = this.progress;
      const [first] = this.#chunks;
      const isWhole = first && this.#chunks.length === 1;
      this.#response = new HttpResponse({
        operation,
        method,
        statusCode: this.#statusCode,
        headers: this.#headers,
        body: isWhole ? first : Buffer.concat(this.#chunks, this.#bodyBytes),
        attempts,
        elapsedMs: this.#context.monotonicMs() - startedMs,
      });
      this.#settle("answered", undefined);
    }
    this.#context.released(this);
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    if (!this.isSettled && this.isStaleLoss && this.#context.replay(this)) return;
    // A header or path that HTTP cannot carry. The message names the header, not its value.
    if ("code" in error && error.code === "UND_ERR_INVALID_ARG") {
      this.#settle("refused", new ConfigError([error.message], { cause: error }));
    } else {
      const reason = new RequestFailedError(messageOf(error), this.#facts(), { cause: error });
      this.#settle(this.#isWritten ? "reset" : "unreached", reason);
    }
    this.#context.released(this);
  }

  /** It goes once more, on a new connection in the place of the lost one. */
  replayed(): void {
    this.#isWritten = false;
    this.#phaseDeadlineMs = Number.POSITIVE_INFINITY;
  }

  #abandon(outcome: CallOutcome, error: unknown): void {
    if (this.isSettled) return;
    this.#settle(outcome, error);
    this.#context.abandoned(this);
  }

  #settle(outcome: CallOutcome, error: unknown): void {
    if (this.isSettled) return;
    this.#outcome = outcome;
    this.#error = error;
    this.#chunks = [];
    this.#end();
    this.#context.settled(this);
  }

  #tooLong(): void {
    const message = `the body is longer than ${this.#context.maxBodyBytes} bytes`;
    this.#abandon("refused", new RequestFailedError(message, this.#facts()));
  }

  /** Something came from the venue, so its silence begins anew. */
  #heard(): void {
    this.#hasHeard = true;
    const nowMs = this.#context.monotonicMs();
    this.#silenceMs = Math.max(this.#silenceMs, nowMs - this.#heardMs);
    this.#heardMs = nowMs;
    this.#phaseDeadlineMs = nowMs + this.readMs;
  }

  #limitPhase(nowMs: number, limitMs: number): void {
    this.#phaseDeadlineMs = nowMs + limitMs;
    this.#context.deadlineMoved(this);
  }

  #passedDeadline(): [RequestPhase, number] {
    return [this.#phase === "queue" ? "queue" : "deadline", this.progress.timeoutMs];
  }

  #passedLimit(nowMs: number): [RequestPhase, number] {
    if (this.#phaseDeadlineMs > nowMs) return ["total", this.request.totalMs];
    return this.#phase === "connect" ? ["connect", this.request.connectMs] : ["read", this.readMs];
  }

  #facts(): RequestFacts {
    return this.progress.factsAt(this.#context.monotonicMs());
  }
}
