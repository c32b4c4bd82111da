import { type Clock, systemClock } from "../core/clock.ts";
import type { HoldfastError } from "../core/holdfast-error.ts";
import { AlpacaClient } from "../hub/alpaca-client.ts";
import type { AlpacaWebSocketClient } from "../venues/alpaca/alpaca-websocket-client.ts";
import { type HandlerCode, TYPE_OF_CODE } from "../venues/alpaca/handler-codes.ts";
import { countsByChannel } from "./message-channel.ts";
import type { OpenVenue } from "./open-venue.ts";
import type { RunSummary } from "./run-summary.ts";
import type { WatchPlan } from "./watch-plan.ts";
import type { WatchView } from "./watch-view.ts";

const DATA_CODES = (Object.keys(TYPE_OF_CODE) as HandlerCode[]).filter(
  (code) => code !== "trade_updates",
);

/** Streams to the view until stopped, and tells what it came to. */
export class WatchRun {
  readonly #plan: WatchPlan;
  readonly #venue: OpenVenue;
  readonly #view: WatchView;
  readonly #stop: AbortController;
  readonly #clock: Clock;
  readonly #account: AlpacaClient;
  readonly #client: AlpacaWebSocketClient;
  readonly #gaps = { repaired: 0, reseeded: 0, lost: 0 };
  #recovered = 0;
  readonly #errors = new Map<string, number>();
  #firstLiveMs: number | undefined;
  #failure: HoldfastError | undefined;

  constructor(
    plan: WatchPlan,
    venue: OpenVenue,
    view: WatchView,
    stop: AbortController,
    clock: Clock = systemClock,
  ) {
    this.#plan = plan;
    this.#venue = venue;
    this.#view = view;
    this.#stop = stop;
    this.#clock = clock;
    const { feed, staleAfterMs, maxReconnectAttempts } = plan;
    const { expectsData, ...connection } = venue.connection;
    this.#account = new AlpacaClient({
      ...connection,
      feed,
      clock,
      stream: {
        ...(expectsData && { expectsData }),
        ...(staleAfterMs !== undefined && { staleAfterMs }),
        // Nobody knows the hours of a host that may be a simulator; who asks for it means always.
        ...(staleAfterMs !== undefined && venue.kind === "url" && { expectsData: () => true }),
        ...(maxReconnectAttempts !== undefined && { maxReconnectAttempts }),
      },
    });
    this.#client = this.#account.stream;
    this.#listen();
  }

  /** Resolves after the goodbye to the venue, with why the run could not go on, if it could not. */
  async untilStopped(): Promise<HoldfastError | undefined> {
    const { signal } = this.#stop;
    await this.#client.subscribe(this.#plan.selection);
    if (!signal.aborted) {
      const stopped = new Promise((resolve) => signal.addEventListener("abort", resolve));
      this.#client.connect().catch(() => {}); // onState tells the same
      await stopped;
    }
    const endMs = this.#clock.monotonicMs();
    await this.#account.close();
    await this.#view.end(this.#summary(endMs));
    return this.#failure;
  }

  #listen(): void {
    const client = this.#client;
    const view = this.#view;
    for (const code of DATA_CODES) client.registerHandler(code, (message) => view.message(message));
    client.onReconnect((reconnected) => view.reconnected(reconnected));
    client.onGap((gap) => {
      this.#gaps[gap.status]++;
      this.#recovered += gap.recovered;
      view.gap(gap);
    });
    client.onStale((stale) => view.stale(stale));
    client.onState((change) => {
      view.state(change);
      if (change.state.kind === "live") this.#connected();
      if (change.state.kind === "closed" && change.state.cause) this.#fail(change.state.cause);
    });
    client.onError((error) => {
      this.#errors.set(error.code, (this.#errors.get(error.code) ?? 0) + 1);
      const { state } = client;
      view.error(error, "cause" in state && state.cause === error);
      const isRefusal = error.code === "ERR_SUBSCRIPTION_REJECTED";
      const isNothingLeft = Object.keys(client.desiredSubscriptions).length === 0;
      if (isRefusal && isNothingLeft) this.#fail(error);
    });
  }

  #connected(): void {
    if (this.#firstLiveMs !== undefined) return;
    this.#firstLiveMs = this.#clock.monotonicMs();
    const { durationMs } = this.#plan;
    if (durationMs === undefined) return;
    const cancel = this.#clock.setTimer(() => this.#stop.abort("duration"), durationMs);
    this.#stop.signal.addEventListener("abort", cancel);
  }

  #fail(error: HoldfastError): void {
    this.#failure ??= error;
    this.#stop.abort(error);
  }

  #summary(endMs: number): RunSummary {
    const { messages, messagesByType, reconnects } = this.#client.getMetrics();
    const { kind, seed } = this.#venue;
    return {
      type: "summary",
      messages,
      byChannel: countsByChannel(messagesByType),
      reconnects,
      gaps: this.#gaps,
      recovered: this.#recovered,
      errors: [...this.#errors.values()].reduce((sum, count) => sum + count, 0),
      errorsByCode: Object.fromEntries(this.#errors),
      dropped: this.#view.dropped,
      durationMs: Math.round(endMs - (this.#firstLiveMs ?? endMs)),
      venue: kind,
      feed: this.#plan.feed,
      ...(seed !== undefined && { seed }),
    };
  }
}
