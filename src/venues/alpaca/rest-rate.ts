import type { HttpResponse } from "../../http/http-response.ts";
import type { RateObservation } from "../../resilience/rate-budget.ts";
import { resetAfterMs, type ServerAdvice, serverWaitMs } from "../../resilience/server-wait.ts";

/**
 * What an answer says about the rate of requests. The three headers stand on every answer, successful
 * ones too; `Retry-After` is honoured, though it is not known whether the venue sends it.
 * Source: docs.alpaca.markets, usage limits, read in September 2026.
 * @param wallMs - our wall clock, used where the answer gives no `Date`
 */
export function rateOf(response: HttpResponse, wallMs: number): RateObservation {
  return {
    limit: count(response.header("x-ratelimit-limit")),
    remaining: count(response.header("x-ratelimit-remaining")),
    resetAfterMs: resetAfterMs(adviceOf(response), wallMs),
  };
}

/** How long the venue wants to be left alone after it has refused a request for its rate, if it says so. */
export function refusalWaitMs(response: HttpResponse, wallMs: number): number | undefined {
  return serverWaitMs(response.statusCode, adviceOf(response), wallMs);
}

function adviceOf(response: HttpResponse): ServerAdvice {
  return {
    retryAfter: response.header("retry-after"),
    reset: response.header("x-ratelimit-reset"),
    date: response.header("date"),
  };
}

function count(header: string | undefined): number | undefined {
  return header !== undefined && /^\d+$/.test(header.trim()) ? Number(header) : undefined;
}
