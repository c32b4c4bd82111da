import type { AckTimeoutError, ChannelSymbols } from "../../src/core/errors.ts";
import type { HoldfastError } from "../../src/core/holdfast-error.ts";
import type { SubscriptionRequest } from "../../src/streaming/subscription-book.ts";
import { SubscriptionDesk } from "../../src/streaming/subscription-desk.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";

export const ACK_TIMEOUT_MS = 10_000;

export const trades = (...symbols: string[]): ChannelSymbols => ({ trades: symbols });

/** A desk, and everything it says to the connection. */
export interface OpenedDesk {
  readonly clock: ManualClock;
  readonly desk: SubscriptionDesk;
  readonly sent: SubscriptionRequest[];
  readonly overdue: AckTimeoutError[];
  readonly reported: HoldfastError[];
}

export function opened(): OpenedDesk {
  const clock = new ManualClock();
  const sent: SubscriptionRequest[] = [];
  const overdue: AckTimeoutError[] = [];
  const reported: HoldfastError[] = [];
  const desk = new SubscriptionDesk({
    clock,
    ackTimeoutMs: ACK_TIMEOUT_MS,
    send: (request) => sent.push(request),
    overdue: (cause) => overdue.push(cause),
    report: (error) => reported.push(error),
  });
  return { clock, desk, sent, overdue, reported };
}

/** A desk on a live connection that has been granted these. */
export function holding(granted: ChannelSymbols): OpenedDesk {
  const opening = opened();
  opening.desk.want(granted);
  opening.desk.live();
  opening.desk.acknowledge(granted);
  opening.sent.length = 0;
  return opening;
}

/** What has become of a promise so far. */
export interface Outcome {
  state: "open" | "resolved" | "rejected";
  reason?: unknown;
}

export function outcomeOf(promise: Promise<void>): Outcome {
  const outcome: Outcome = { state: "open" };
  promise.then(
    () => {
      outcome.state = "resolved";
    },
    (reason: unknown) => {
      outcome.state = "rejected";
      outcome.reason = reason;
    },
  );
  return outcome;
}

export const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await undefined;
};
