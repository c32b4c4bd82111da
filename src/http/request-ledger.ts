import type { Clock } from "../core/clock.ts";
import { ClosedError } from "../core/errors.ts";
import type { Listeners } from "../core/listeners.ts";
import { CircuitOpenError, DeadlineError, RateLimitedError } from "../core/request-errors.ts";
import type { HttpCall } from "./http-call.ts";
import type { RequestEvent, RequestOutcome } from "./request-event.ts";
import type { RequestProgress } from "./request-progress.ts";

/** What a session has done since the beginning. @public */
export interface RequestTotals extends Readonly<Record<RequestOutcome, number>> {
  /** Requests begun. Those that have ended are counted by their outcome as well. */
  readonly requests: number;
  /** Attempts begun, the first of each request and every further one. */
  readonly attempts: number;
  /** Attempts beyond the first of each request. */
  readonly retries: number;
  /** Attempts whose connection was lost while the venue may have had the request. */
  readonly resets: number;
  /** The share of attempts that went out on a connection that was open already, from 0 to 1. */
  readonly reuseRatio: number;
}

/** Keeps count of a session's requests and attempts, and tells when one, or the last, has ended. */
export class RequestLedger {
  readonly #ended: Listeners<RequestEvent>;
  readonly #clock: Clock;
  readonly #quietWaiters = new Set<() => void>();
  readonly #outcomes = { answered: 0, failed: 0, timedOut: 0, refused: 0, aborted: 0 };
  #begun = 0;
  #underWay = 0;
  #attempts = 0;
  #retries = 0;
  #written = 0;
  #writtenOnKept = 0;
  #resets = 0;

  constructor(ended: Listeners<RequestEvent>, clock: Clock) {
    this.#ended = ended;
    this.#clock = clock;
  }

  began(): void {
    this.#begun++;
    this.#underWay++;
  }

  attempted(progress: RequestProgress): void {
    progress.attempts++;
    this.#attempts++;
    if (progress.attempts === 1) return;
    this.#retries++;
    progress.operation.counts.retries++;
  }

  written(call: HttpCall): void {
    this.#written++;
    if (call.isOnKeptConnection) this.#writtenOnKept++;
  }

  connectionLost(): void {
    this.#resets++;
  }

  answered(progress: RequestProgress, statusCode: number): void {
    this.#end(progress, "answered", statusCode);
  }

  rejected(progress: RequestProgress, reason: unknown): void {
    this.#end(progress, outcomeOf(progress, reason), undefined);
  }

  /** Resolves when no request is under way any more, or after `timeoutMs`. */
  quiet(timeoutMs: number): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        cancelTimer();
        this.#quietWaiters.delete(done);
        resolve();
      };
      const cancelTimer = this.#clock.setTimer(done, timeoutMs);
      this.#quietWaiters.add(done);
    });
  }

  totals(): RequestTotals {
    return {
      requests: this.#begun,
      ...this.#outcomes,
      attempts: this.#attempts,
      retries: this.#retries,
      resets: this.#resets,
      reuseRatio: this.#written === 0 ? 0 : this.#writtenOnKept / this.#written,
    };
  }

  #end(progress: RequestProgress, outcome: RequestOutcome, statusCode: number | undefined): void {
    this.#underWay--;
    this.#outcomes[outcome]++;
    progress.operation.counts[outcome]++;
    if (this.#ended.size > 0) this.#tell(progress, outcome, statusCode);
    if (this.#underWay > 0) return;
    for (const done of this.#quietWaiters) done();
  }

  #tell(progress: RequestProgress, outcome: RequestOutcome, statusCode: number | undefined): void {
    const facts = progress.factsAt(this.#clock.monotonicMs());
    const { operation, method, sent, attempts, elapsedMs } = facts;
    this.#ended.emit({ operation, method, outcome, statusCode, attempts, elapsedMs, sent });
  }
}

function outcomeOf({ request }: RequestProgress, reason: unknown): RequestOutcome {
  if (reason instanceof DeadlineError) return "timedOut";
  if (reason instanceof CircuitOpenError || reason instanceof RateLimitedError) return "refused";
  const { signal } = request;
  const isAbort = reason instanceof ClosedError || (signal?.aborted && signal.reason === reason);
  return isAbort ? "aborted" : "failed";
}
