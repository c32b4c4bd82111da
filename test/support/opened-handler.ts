import { expect, onTestFinished } from "vitest";
import type { HoldfastError } from "../../src/core/holdfast-error.ts";
import type { ConsumerGap } from "../../src/streaming/message-handler/consumer-gap.ts";
import type { HandledMessage } from "../../src/streaming/message-handler/handled-message.ts";
import { MessageHandler } from "../../src/streaming/message-handler/message-handler.ts";
import type { MessageHandlerOptions } from "../../src/streaming/message-handler/message-handler-options.ts";
import type { MessageOutcomes } from "../../src/streaming/message-handler/outcome-totals.ts";
import type { ProcessorError } from "../../src/streaming/message-handler/processor-error.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";

/** A message with a number, so that a test can tell it from others. */
export interface Numbered extends HandledMessage {
  readonly n: number;
}

export const START_MS = 1_700_000_000_000;

/** The `n`-th message, which the venue sent in its `n`-th millisecond and we had 5 ms later. */
export function message(n: number, symbol = "AAPL", type = "trade"): Numbered {
  return { type, symbol, n, timestampMs: START_MS + n, receivedMs: START_MS + n + 5 };
}

export function numbers(batch: readonly Numbered[]): number[] {
  return batch.map(({ n }) => n);
}

/** A batch in a processor's hands. */
export interface Held {
  readonly batch: readonly Numbered[];
  readonly signal: AbortSignal;
  release(failure?: Error): void;
}

/** A processor that keeps each batch until the test releases it. */
export class HoldingProcessor {
  readonly held: Held[] = [];
  /** The numbers of every batch so far. */
  readonly seen: number[][] = [];

  readonly process = (
    batch: readonly Numbered[],
    { signal }: { readonly signal: AbortSignal },
  ): Promise<void> => {
    this.seen.push(numbers(batch));
    return new Promise((resolve, reject) => {
      const held: Held = {
        batch,
        signal,
        release: (failure) => {
          this.held.splice(this.held.indexOf(held), 1);
          if (failure) reject(failure);
          else resolve();
        },
      };
      this.held.push(held);
    });
  };

  releaseAll(failure?: Error): void {
    for (const held of [...this.held]) held.release(failure);
  }
}

/** A handler, the clock it works on, and everything it tells. */
export interface OpenedHandler {
  readonly clock: ManualClock;
  readonly handler: MessageHandler<Numbered>;
  readonly errors: HoldfastError[];
  readonly gaps: ConsumerGap[];
  readonly failures: () => ProcessorError[];
  readonly push: (...messages: Numbered[]) => void;
  /** What one processor made of its messages, all symbols together. */
  readonly outcomes: (name: string) => MessageOutcomes;
}

/** A handler on a clock of its own, with everything it tells. It must leave no timer behind. */
export function openHandler(options: MessageHandlerOptions = {}): OpenedHandler {
  const clock = new ManualClock(START_MS);
  const handler = new MessageHandler<Numbered>({ clock, ...options });
  const errors: HoldfastError[] = [];
  const gaps: ConsumerGap[] = [];
  handler.onError((error) => errors.push(error));
  handler.onGap((gap) => gaps.push(gap));
  onTestFinished(async () => {
    await Promise.all([handler.stop({ deadlineMs: 0 }), clock.advance(0)]);
    expect(clock.pendingTimers).toBe(0);
  });
  return {
    clock,
    handler,
    errors,
    gaps,
    failures: () => errors as ProcessorError[],
    push: (...messages: Numbered[]) => {
      for (const each of messages) handler.push(each);
    },
    outcomes: (name) => {
      const metrics = handler.getMetrics().byProcessor[name];
      if (metrics === undefined) throw new Error(`no processor ${name}`);
      const { pushed, delivered, failed, dropped, conflated, queued, inFlight } = metrics;
      return { pushed, delivered, failed, dropped, conflated, queued, inFlight };
    },
  };
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
