import type { Writable } from "node:stream";
import type { Clock } from "../core/clock.ts";
import type { HoldfastError } from "../core/holdfast-error.ts";
import type { Gap } from "../model/gap.ts";
import type { Stale } from "../model/stream-event.ts";
import type { StateChange } from "../socket/live-socket.ts";
import type { Reconnected } from "../venues/alpaca/alpaca-websocket-client.ts";
import type { StreamMessage } from "../venues/alpaca/handler-codes.ts";
import { BoundedOutput } from "./bounded-output.ts";
import { describeChange, describeDropped, describeReconnect } from "./connection-notice.ts";
import { describeGap, describeStale } from "./gap-notice.ts";
import { describeMessage } from "./message-line.ts";
import { describeSummary, type RunSummary } from "./run-summary.ts";
import { timeOfDay } from "./time-of-day.ts";
import type { WatchView } from "./watch-view.ts";

/** One aligned line an event, for pipes and logs. Prices as the venue sent them, times in UTC. */
export class LineView implements WatchView {
  readonly #clock: Clock;
  readonly #output: BoundedOutput;

  constructor(stdout: Writable, clock: Clock, onClosed: (error: NodeJS.ErrnoException) => void) {
    this.#clock = clock;
    this.#output = new BoundedOutput(stdout, {
      resumed: (dropped) => this.#fact("dropped", describeDropped(dropped)),
      closed: onClosed,
    });
  }

  get dropped(): number {
    return this.#output.dropped;
  }

  message(message: StreamMessage): void {
    if (this.#output.admitsData()) this.#output.data(describeMessage(message));
  }

  state(change: StateChange): void {
    const notice = describeChange(change);
    if (notice !== undefined) this.#fact("state", notice);
  }

  reconnected(reconnected: Reconnected): void {
    this.#fact("state", describeReconnect(reconnected));
  }

  gap(gap: Gap): void {
    this.#fact("gap", describeGap(gap));
  }

  stale(stale: Stale): void {
    this.#fact("stale", describeStale(stale));
  }

  error(error: HoldfastError, isLoss: boolean): void {
    if (!isLoss) this.#fact("error", `${error.message} [${error.code}]`);
  }

  end(summary: RunSummary): Promise<void> {
    return this.#output.finish(...describeSummary(summary));
  }

  #fact(kind: string, text: string): void {
    const time = timeOfDay(this.#clock.nowMs(), { milliseconds: true });
    this.#output.fact(`${time}  ${kind.padEnd(7)} ${text}`);
  }
}
