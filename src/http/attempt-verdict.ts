import type { Clock } from "../core/clock.ts";
import type { Verdict } from "../resilience/circuit.ts";
import type { AttemptFailure } from "../resilience/retry.ts";
import { serverWaitMs } from "../resilience/server-wait.ts";
import type { HttpCall } from "./http-call.ts";
import type { HttpResponse } from "./http-response.ts";

const CONNECTION: AttemptFailure = Object.freeze({ kind: "connection" });
const TIMEOUT: AttemptFailure = Object.freeze({ kind: "timeout" });
const FINAL: AttemptFailure = Object.freeze({ kind: "final" });

/** Headers in which venues say when their rate count starts anew: Alpaca's, then Bybit's. */
const RESET_HEADERS = ["x-ratelimit-reset", "x-bapi-limit-reset-timestamp"] as const;

/** What a call that has ended shows of its origin. */
export function verdictOf(call: HttpCall): Verdict {
  switch (call.outcome) {
    case "answered":
      return (call.response?.statusCode ?? 0) >= 500 ? "failure" : "success";
    case "unreached":
    case "expired":
      return "failure";
    case "reset":
      return call.isStaleLoss ? "nothing" : "failure";
    default:
      return "nothing";
  }
}

/**
 * How a call has failed, as far as trying again goes; `undefined` when it has not.
 * @param clock - for what the server says in dates
 */
export function failureOf(call: HttpCall, clock: Clock): AttemptFailure | undefined {
  switch (call.outcome) {
    case "answered":
      return call.response && statusFailure(call.response, clock);
    case "unreached":
    case "reset":
      return CONNECTION;
    case "expired":
      return TIMEOUT;
    default:
      return FINAL;
  }
}

function statusFailure(response: HttpResponse, clock: Clock): AttemptFailure | undefined {
  const { statusCode } = response;
  if (statusCode < 400) return undefined;
  return { kind: "status", statusCode, retryAfterMs: askedWaitMs(response, clock.nowMs()) };
}

/** How long the server asked to be left alone, in milliseconds, if it did. */
function askedWaitMs(response: HttpResponse, wallMs: number): number | undefined {
  const [reset] = RESET_HEADERS.flatMap((name) => response.header(name) ?? []);
  const advice = {
    retryAfter: response.header("retry-after"),
    reset,
    date: response.header("date"),
  };
  return serverWaitMs(response.statusCode, advice, wallMs);
}
