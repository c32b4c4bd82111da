import { DeadlineError } from "../core/request-errors.ts";
import {
  AdaptiveTimeout,
  type AdaptiveTimeoutOptions,
  type OperationLatency,
} from "../resilience/adaptive-timeout.ts";
import type { HttpCall } from "./http-call.ts";
import type { RequestProgress } from "./request-progress.ts";

/** A limit is computed anew after so many answers: it sorts samples, and moves slowly. */
const REFRESH_EVERY = 50;

/**
 * How long the venue may be silent in answering a request: the session's `readMs`, or less where it
 * has always been quicker. A request with a limit of its own is left alone.
 */
export class SilenceLimits {
  readonly #ownMs: number;
  readonly #adaptive: AdaptiveTimeout | undefined;

  constructor(ownMs: number, options: AdaptiveTimeoutOptions | false) {
    this.#ownMs = ownMs;
    this.#adaptive = options === false ? undefined : new AdaptiveTimeout(options);
  }

  /** For one attempt, in milliseconds. */
  limitMs({ request, operation }: RequestProgress): number {
    return request.readMs ?? operation.silence.limitMs ?? this.#ownMs;
  }

  /** A call has ended. Only what was done in earnest shows how long it takes: a refusal is quick. */
  learn(call: HttpCall): void {
    if (!this.#adaptive || call.request.readMs !== undefined) return;
    const { outcome, response, error, silenceMs, progress } = call;
    const { silence } = progress.operation;
    const { operation } = progress.request;
    if (outcome === "answered" && response?.ok) {
      this.#adaptive.answered(operation, silenceMs);
      silence.answers++;
      if (silence.answers % REFRESH_EVERY !== 0) return;
    } else if (outcome === "expired" && error instanceof DeadlineError && error.phase === "read") {
      this.#adaptive.timedOut(operation, this.#ownMs);
    } else {
      return;
    }
    silence.limitMs = this.#adaptive.timeoutMs(operation, this.#ownMs);
  }

  health(): readonly OperationLatency[] {
    return this.#adaptive?.getHealth() ?? [];
  }
}
