import type { Clock } from "../core/clock.ts";
import type { Random } from "../core/random.ts";
import {
  CircuitOpenError,
  DeadlineError,
  HttpStatusError,
  RateLimitedError,
  RequestError,
  RequestFailedError,
} from "../core/request-errors.ts";
import type { Pass } from "../resilience/circuit.ts";
import type { OriginBreaker } from "../resilience/origin-breaker.ts";
import { decideRetry, isRepeatable, type RetryOptions } from "../resilience/retry.ts";
import { failureOf, verdictOf } from "./attempt-verdict.ts";
import type { HttpCall } from "./http-call.ts";
import type { HttpResponse } from "./http-response.ts";
import type { RequestGate } from "./request-gate.ts";
import type { RequestLedger } from "./request-ledger.ts";
import type { RequestPauses } from "./request-pauses.ts";
import type { RequestProgress } from "./request-progress.ts";

/** What a pipeline works with. */
export interface PipelineParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly pauses: RequestPauses;
  readonly ledger: RequestLedger;
  /** `undefined` when nothing is ever repeated. */
  readonly retry: Required<RetryOptions> | undefined;
  /** `undefined` when no circuit ever opens. */
  readonly breaker: OriginBreaker | undefined;
  /** Puts an attempt on its way; it ends by itself, whatever happens. */
  send(progress: RequestProgress): HttpCall;
}

/**
 * The way of a request: gate, circuit, attempt, and, when that failed and may be repeated, a pause and
 * the same again. One that succeeds at once passes without a timer or a promise of any policy. Calls
 * and pauses keep their time limits themselves; here is only what follows what.
 */
export class RequestPipeline {
  readonly #parts: PipelineParts;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  /**
   * The first successful answer, or the unsuccessful one after which no other attempt was made.
   * @throws what the last attempt failed with, or what stood against another one; that has the failure
   * as its `cause`.
   */
  async run(progress: RequestProgress): Promise<HttpResponse> {
    const { ledger } = this.#parts;
    ledger.began();
    try {
      const response = await this.#attempts(progress);
      ledger.answered(progress, response.statusCode);
      return response;
    } catch (reason) {
      ledger.rejected(progress, reason);
      throw reason;
    }
  }

  async #attempts(progress: RequestProgress): Promise<HttpResponse> {
    const { gate, lane } = progress.request;
    let last: HttpCall | undefined;
    for (;;) {
      let leave: Pass | RequestError | undefined = this.#askCircuit(progress, last);
      if (leave === undefined && gate && !gate.tryEnter(lane)) {
        leave = await this.#waitAtGate(progress, gate, last);
      }
      leave ??= this.#enterCircuit(progress, last);
      if (leave instanceof RequestError) {
        if (last?.response) return last.response;
        throw leave;
      }

      last = this.#parts.send(progress);
      await last.ended;
      leave?.settle(verdictOf(last));
      const { response } = last;
      if (response) gate?.observe(response);
      const delayMs = this.#delayAfter(last);
      if (delayMs === undefined) {
        if (response) return response;
        throw last.error;
      }
      if (delayMs > 0) await this.#parts.pauses.backOff(progress, delayMs);
    }
  }

  /**
   * Whether a call whose kept connection was closed under it may go again at once, on a new one. That
   * is an attempt like any other: it passes the gate and counts.
   */
  mayReplay({ progress }: HttpCall): boolean {
    const { retry } = this.#parts;
    const { method, mayRetry, gate, lane } = progress.request;
    if (!retry || !mayRetry || !isRepeatable(method)) return false;
    return progress.attempts < retry.attempts && (!gate || gate.tryEnter(lane));
  }

  /** Before the budget is charged: a circuit that is open would refuse in the end. */
  #askCircuit(progress: RequestProgress, last: HttpCall | undefined): CircuitOpenError | undefined {
    const { origin } = progress.request;
    const retryAfterMs = this.#parts.breaker?.retryAfterMs(origin) ?? 0;
    return retryAfterMs > 0 ? this.#circuitOpen(progress, retryAfterMs, last) : undefined;
  }

  #enterCircuit(
    progress: RequestProgress,
    last: HttpCall | undefined,
  ): Pass | CircuitOpenError | undefined {
    const answer = this.#parts.breaker?.enter(progress.request.origin);
    if (answer?.kind !== "refused") return answer;
    return this.#circuitOpen(progress, answer.retryAfterMs, last);
  }

  #circuitOpen(
    progress: RequestProgress,
    retryAfterMs: number,
    last: HttpCall | undefined,
  ): CircuitOpenError {
    const { origin } = progress.request;
    return new CircuitOpenError(origin, retryAfterMs, this.#factsOf(progress), causeOf(last));
  }

  /** Resolves to what stands against going on, if anything does. */
  async #waitAtGate(
    progress: RequestProgress,
    gate: RequestGate,
    last: HttpCall | undefined,
  ): Promise<RequestError | undefined> {
    const admission = await this.#parts.pauses.atGate(progress, gate);
    if (admission.kind === "granted") return undefined;
    const facts = this.#factsOf(progress);
    const cause = causeOf(last);
    if (admission.kind === "deadline") {
      return new DeadlineError("gate", progress.timeoutMs, facts, cause);
    }
    if (admission.kind === "rateLimited") {
      return new RateLimitedError(admission.retryAfterMs, facts, cause);
    }
    const { lane } = progress.request;
    const message = `${admission.waiting} requests wait in the ${lane} lane already`;
    return new RequestFailedError(message, facts, cause);
  }

  /**
   * How long to wait before the next attempt, in milliseconds; `undefined` when there is none.
   * @throws RateLimitedError when the venue will not have us back before the deadline.
   */
  #delayAfter(call: HttpCall): number | undefined {
    const { clock, random, retry } = this.#parts;
    const { progress } = call;
    const failure = failureOf(call, clock);
    if (failure === undefined || retry === undefined || !progress.request.mayRetry) {
      return undefined;
    }
    const { method } = progress.request;
    const { attempts: attempt, deadlineMs } = progress;
    const nowMs = clock.monotonicMs();
    const roll = random.next();
    const decision = decideRetry({ method, attempt, failure, nowMs, deadlineMs, roll }, retry);
    if (decision.kind === "retry") return call.isStaleLoss ? 0 : decision.delayMs;
    const asked = failure.kind === "status" && failure.statusCode === 429;
    if (decision.reason === "deadline" && asked && failure.retryAfterMs === decision.delayMs) {
      const { statusCode } = failure;
      const facts = progress.factsAt(nowMs);
      const cause = new HttpStatusError({ statusCode, message: "Too Many Requests" }, facts);
      throw new RateLimitedError(decision.delayMs, facts, { cause });
    }
    return undefined;
  }

  #factsOf(progress: RequestProgress): ReturnType<RequestProgress["factsAt"]> {
    return progress.factsAt(this.#parts.clock.monotonicMs());
  }
}

/** What went wrong before, for an error that is about what followed. */
function causeOf(last: HttpCall | undefined): ErrorOptions {
  return last?.error === undefined ? {} : { cause: last.error };
}
