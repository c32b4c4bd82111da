import { type CancelTimer, type Clock, sleep } from "../../core/clock.ts";
import { type HoldfastError, isHoldfastError } from "../../core/holdfast-error.ts";
import type { GapReason } from "../../model/gap.ts";
import type { MarketData } from "../../model/market-data.ts";
import { compareTimes, type VenueTime } from "../../model/venue-time.ts";
import type { HistorySource } from "../../ports/history-source.ts";
import type { BackfillOptions } from "./channel-rules.ts";
import { GapGroups } from "./gap-groups.ts";
import type { SharedOutage, TrackedSymbol } from "./tracked-symbol.ts";

/**
 * What is done about an outage: ask for everything, ask for the latest, wait until the stream brings
 * it, or only look how it ends.
 */
export type OutageCare = "repair" | "reseed" | "await" | "watch";

/** What an outage works with. */
export interface OutageOptions {
  readonly channel: string;
  readonly care: OutageCare;
  /** Why what is only watched stays lost. */
  readonly reason: GapReason;
  readonly source: HistorySource | undefined;
  readonly clock: Clock;
  readonly backfill: Required<BackfillOptions>;
  /** A symbol's whole history has come. False when it does not reach the present yet. */
  found(outage: Outage, tracked: TrackedSymbol, history: readonly MarketData[]): boolean;
  latest(outage: Outage, tracked: TrackedSymbol, message: MarketData | undefined): void;
  /** These are not settled, and will not be by this outage. */
  left(outage: Outage, tracked: readonly TrackedSymbol[], reason: GapReason): void;
  /** Nothing more will come of it. */
  ended(outage: Outage): void;
  report(error: HoldfastError): void;
}

/** Between two questions to a history that does not reach the present, at most, in milliseconds. */
const LONGEST_PAUSE_MS = 2_000;

/** Some symbols of a channel that missed something at the same time, until each of them is settled. */
export class Outage implements SharedOutage {
  readonly options: OutageOptions;
  readonly pending: Map<string, TrackedSymbol>;
  readonly groups: GapGroups;
  readonly #controller = new AbortController();
  /** Counts what made an answer under way worthless: something more was missed since it was asked. */
  #disturbances = 0;
  /** Why it would have to be given up now. */
  #standing: GapReason = "deadline";
  #cancelDeadline: CancelTimer | undefined;

  get reason(): GapReason {
    return this.options.reason;
  }

  constructor(list: readonly TrackedSymbol[], options: OutageOptions) {
    this.options = options;
    this.pending = new Map(list.map((tracked) => [tracked.symbol, tracked]));
    this.groups = new GapGroups(options.channel);
  }

  /** Works until every symbol is settled, the deadline has passed, or it is stopped. */
  async run(): Promise<void> {
    const { clock, backfill, reason } = this.options;
    this.#cancelDeadline = clock.setTimer(() => this.stop(this.#standing), backfill.deadlineMs);
    const signal = this.#controller.signal;
    try {
      await this.#work(signal);
      this.stop(reason);
    } catch (thrown) {
      if (!signal.aborted && isHoldfastError(thrown)) this.options.report(thrown);
      this.stop(reasonOf(thrown));
    }
  }

  /**
   * Ends it with what is settled so far; the others are left for this reason. Whoever is being asked
   * is told to stop, and not waited for.
   */
  stop(reason: GapReason): void {
    if (this.#controller.signal.aborted) return;
    this.#controller.abort();
    this.#cancelDeadline?.();
    const list = [...this.pending.values()];
    this.pending.clear();
    if (list.length > 0) this.options.left(this, list, reason);
    this.options.ended(this);
  }

  /** Something more was missed: what is being answered now is no longer the whole answer. */
  disturb(): void {
    this.#disturbances++;
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { clock, backfill, care } = this.options;
    let pauseMs = backfill.settleMs;
    while (this.pending.size > 0) {
      const undisturbed = this.#disturbances;
      await sleep(clock, pauseMs, signal);
      // History must have had the time to take in what was missed last.
      if (undisturbed !== this.#disturbances) continue;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      if (care === "watch" || this.pending.size === 0) return; // the stream may have settled the last
      if (care === "repair") await this.#askHistory(signal);
      if (care === "reseed") await this.#askLatest(signal);
    }
  }

  async #askHistory(signal: AbortSignal): Promise<void> {
    const { source, channel, backfill } = this.options;
    const asked = this.#disturbances;
    const history: HistoryBySymbol = new Map();
    let count = 0;
    try {
      if (!source) return;
      const request = {
        channel,
        symbols: [...this.pending.keys()],
        from: this.#earliest(),
        signal,
      };
      for await (const message of source.history(request)) {
        signal.throwIfAborted();
        if (++count > backfill.maxHistoryMessages) {
          this.stop("too-much-history");
          signal.throwIfAborted();
        }
        const ofSymbol = history.get(message.symbol);
        if (ofSymbol) ofSymbol.push(message);
        else {
          this.#settle(history, asked); // the one before is whole
          history.set(message.symbol, [message]);
        }
      }
    } catch (thrown) {
      this.#failed(thrown, signal);
      return;
    }
    signal.throwIfAborted();
    this.#standing = "history-behind";
    this.#settle(history, asked);
    for (const symbol of [...this.pending.keys()]) {
      if (!history.has(symbol)) this.#settle(new Map([[symbol, []]]), asked);
    }
  }

  /** Hands over the histories that are whole, and keeps no more of them than that they came. */
  #settle(history: HistoryBySymbol, asked: number): void {
    for (const [symbol, messages] of history) {
      if (messages === undefined) continue;
      history.set(symbol, undefined);
      const tracked = this.pending.get(symbol);
      if (!tracked || asked !== this.#disturbances) continue;
      if (this.options.found(this, tracked, messages)) this.pending.delete(symbol);
    }
  }

  async #askLatest(signal: AbortSignal): Promise<void> {
    const { source, channel } = this.options;
    const asked = this.#disturbances;
    try {
      if (!source) return;
      const messages = await source.latest({ channel, symbols: [...this.pending.keys()], signal });
      signal.throwIfAborted();
      if (asked !== this.#disturbances) return;
      const bySymbol = new Map(messages.map((message) => [message.symbol, message]));
      for (const [symbol, tracked] of [...this.pending]) {
        this.pending.delete(symbol);
        this.options.latest(this, tracked, bySymbol.get(symbol));
      }
    } catch (thrown) {
      this.#failed(thrown, signal);
    }
  }

  /** What may be tried again is told only. @throws what may not */
  #failed(thrown: unknown, signal: AbortSignal): void {
    if (signal.aborted || !isRetryable(thrown)) throw thrown;
    this.#standing = reasonOf(thrown);
    this.options.report(thrown);
  }

  #earliest(): VenueTime {
    const times = [...this.pending.values()].map(({ coverage }) =>
      coverage.kind === "complete" ? { seconds: 0, nanos: 0 } : coverage.gap.askFrom,
    );
    return times.reduce((first, time) => (compareTimes(time, first) < 0 ? time : first));
  }
}

/** `undefined` once it was handed over. */
type HistoryBySymbol = Map<string, MarketData[] | undefined>;

function isRetryable(thrown: unknown): thrown is HoldfastError {
  return isHoldfastError(thrown) && thrown.disposition === "retry";
}

function reasonOf(thrown: unknown): GapReason {
  const isRefused = isHoldfastError(thrown) && thrown.code === "ERR_NOT_ENTITLED";
  return isRefused ? "not-entitled" : "history-failed";
}
