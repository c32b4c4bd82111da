import type { Writable } from "node:stream";
import type { Clock } from "../core/clock.ts";
import type { HoldfastError } from "../core/holdfast-error.ts";
import type { Gap } from "../model/gap.ts";
import type { Stale } from "../model/stream-event.ts";
import type { StateChange } from "../socket/live-socket.ts";
import type { Reconnected } from "../venues/alpaca/alpaca-websocket-client.ts";
import type { StreamMessage } from "../venues/alpaca/handler-codes.ts";
import { BoundedOutput } from "./bounded-output.ts";
import type { RunSummary } from "./run-summary.ts";
import type { WatchView } from "./watch-view.ts";

/** One JSON object a line: messages as the models print themselves, facts about us with `atMs`. */
export class JsonView implements WatchView {
  readonly #clock: Clock;
  readonly #output: BoundedOutput;

  constructor(stdout: Writable, clock: Clock, onClosed: (error: NodeJS.ErrnoException) => void) {
    this.#clock = clock;
    this.#output = new BoundedOutput(stdout, {
      resumed: (messages) => this.#fact({ type: "dropped", messages }),
      closed: onClosed,
    });
  }

  get dropped(): number {
    return this.#output.dropped;
  }

  message(message: StreamMessage): void {
    if (this.#output.admitsData()) this.#output.data(JSON.stringify(message));
  }

  state({ state }: StateChange): void {
    this.#fact({
      type: "state",
      state: state.kind,
      ...("delayMs" in state && { delayMs: Math.round(state.delayMs) }),
      ...("cause" in state && state.cause && { cause: plain(state.cause) }),
    });
  }

  reconnected({ cause, downMs, attempts }: Reconnected): void {
    this.#fact({ type: "reconnect", downMs: Math.round(downMs), attempts, cause: plain(cause) });
  }

  gap(gap: Gap): void {
    const { type, ...fields } = gap.toJSON();
    this.#fact({ type: String(type), ...fields });
  }

  stale(stale: Stale): void {
    this.#fact({ ...stale, silentMs: Math.round(stale.silentMs) });
  }

  error(error: HoldfastError): void {
    this.#fact({ type: "error", ...plain(error) });
  }

  end(summary: RunSummary): Promise<void> {
    return this.#output.finish(JSON.stringify(summary));
  }

  #fact(fact: { readonly type: string; readonly [field: string]: unknown }): void {
    const { type, ...fields } = fact;
    this.#output.fact(JSON.stringify({ type, atMs: Math.round(this.#clock.nowMs()), ...fields }));
  }
}

function plain({ code, message, disposition }: HoldfastError): Record<string, string> {
  return { code, message, disposition };
}
