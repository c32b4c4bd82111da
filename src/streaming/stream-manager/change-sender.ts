import type { CancelTimer, Clock } from "../../core/clock.ts";
import {
  ConfigError,
  HandlerError,
  SubscriptionIncompleteError,
  SubscriptionRejectedError,
} from "../../core/errors.ts";
import { type HoldfastError, isHoldfastError } from "../../core/holdfast-error.ts";
import type { MarketStream } from "../../ports/market-stream.ts";
import { type ChannelSymbol, toKeys, toSelection } from "./channel-symbol.ts";
import { VenueLedger } from "./venue-ledger.ts";

/** What the sender needs to know, and whom it tells. */
export interface ChangeSenderOptions {
  readonly stream: MarketStream;
  readonly clock: Clock;
  readonly changeIntervalMs: number;
  /** What the venue is to have, the most important first. */
  wanted(): readonly ChannelSymbol[];
  /** The venue will not have these, for all that is known. */
  refused(keys: readonly ChannelSymbol[], error: HoldfastError): void;
  /** Something may have been acknowledged, given up or lost. */
  settled(): void;
  /** All that was asked for until now goes in one change. */
  sending(): void;
  /** Nothing that was asked for until now has to be said. */
  notNeeded(): void;
  report(error: HoldfastError): void;
}

/** A stream that is live and fails all the same is not asked for ever. */
const MOST_FAILURES_IN_A_ROW = 5;

/**
 * Tells the stream what is wanted: one change at a time, none sooner than the interval after the
 * one before, and only while the stream is live. After a lost connection the stream restores by itself what
 * it was told, so that here nothing is repeated.
 */
export class ChangeSender {
  readonly #options: ChangeSenderOptions;
  readonly #ledger = new VenueLedger();
  #state: "idle" | "running" | "stopped" = "idle";
  /** `soon`: at the end of this turn of the event loop, so that its callers share a change. */
  #waiting: "soon" | CancelTimer | undefined;
  #isChanging = false;
  #lastSentMs = Number.NEGATIVE_INFINITY;
  #failuresInARow = 0;

  constructor(options: ChangeSenderOptions) {
    this.#options = options;
  }

  isHeld(key: ChannelSymbol): boolean {
    return this.#ledger.isHeld(key);
  }

  /** Whether nothing has to be said any more to be without it; what is cut off needs no goodbye. */
  isGone(key: ChannelSymbol): boolean {
    const { stream } = this.#options;
    return this.#state !== "running" || !stream.isLive || this.#ledger.isGone(key);
  }

  start(): void {
    if (this.#state === "idle") this.#state = "running";
    this.wantedChanged();
  }

  /** Sends no more changes. Returns what the stream may still want or have of ours. */
  stop(): readonly ChannelSymbol[] {
    this.#state = "stopped";
    this.#cancelTimer();
    return this.#ledger.present;
  }

  wantedChanged(): void {
    if (this.#state !== "running" || this.#isChanging || this.#waiting) return;
    this.#waiting = "soon";
    queueMicrotask(() => this.#turn());
  }

  /** The stream may be live now. */
  reconnected(): void {
    if (this.#waiting !== "soon") this.#cancelTimer();
    this.wantedChanged();
  }

  /** The stream reports that it could not keep what it had: after a reconnect, mostly. */
  lost(error: SubscriptionRejectedError | SubscriptionIncompleteError): void {
    if (error instanceof SubscriptionIncompleteError) {
      this.#ledger.doubt(toKeys(error.missing));
    } else {
      const stillWanted = new Set(toKeys(this.#options.stream.desiredSubscriptions));
      const dropped = toKeys(error.rejected).filter((key) => !stillWanted.has(key));
      const lost = this.#ledger.doubt(dropped);
      this.#ledger.released(lost);
      if (lost.length > 0) this.#options.refused(lost, error);
    }
    this.#options.settled();
    this.wantedChanged();
  }

  #turn(): void {
    this.#waiting = undefined;
    if (this.#state !== "running" || this.#isChanging) return;
    const { stream, clock, changeIntervalMs, wanted, settled, notNeeded } = this.#options;
    const { release, ask } = this.#ledger.difference(wanted());
    if (release.length + ask.length === 0) {
      notNeeded();
      settled();
      return;
    }
    if (!stream.isLive) {
      // Not every way of becoming live is told: a stream may be ended and connected anew.
      this.#wake(changeIntervalMs, false);
      settled();
      return;
    }
    const waitMs = this.#lastSentMs + changeIntervalMs - clock.monotonicMs();
    if (waitMs > 0) this.#wake(waitMs, true);
    else void this.#change(release, ask);
  }

  /** Never rejects. */
  async #change(release: readonly ChannelSymbol[], ask: readonly ChannelSymbol[]): Promise<void> {
    this.#isChanging = true;
    this.#options.sending();
    if (release.length > 0) await this.#release(release);
    if (this.#state === "running" && this.#options.stream.isLive) {
      const wanted = new Set(this.#options.wanted());
      const left = ask.filter((key) => wanted.has(key));
      if (left.length > 0) await this.#ask(left);
    }
    this.#isChanging = false;
    if (this.#state !== "running") return;
    this.#options.settled();
    this.wantedChanged();
  }

  async #release(keys: readonly ChannelSymbol[]): Promise<void> {
    const { stream, report } = this.#options;
    this.#sent();
    try {
      await stream.unsubscribe(toSelection(keys));
    } catch (thrown) {
      report(asHoldfastError(thrown)); // the stream wants them no longer, which is all we can do
    }
    this.#ledger.released(keys);
  }

  async #ask(keys: readonly ChannelSymbol[]): Promise<void> {
    this.#sent();
    this.#ledger.asking(keys);
    try {
      await this.#options.stream.subscribe(toSelection(keys));
      this.#ledger.granted();
      this.#failuresInARow = 0;
    } catch (thrown) {
      if (this.#state === "running") this.#notGranted(asHoldfastError(thrown), keys);
    }
  }

  #notGranted(error: HoldfastError, keys: readonly ChannelSymbol[]): void {
    if (error instanceof SubscriptionRejectedError || error instanceof ConfigError) {
      const part = error instanceof ConfigError ? keys : toKeys(error.rejected);
      const culprits = this.#ledger.refused(part);
      if (culprits.length > 0) this.#options.refused(culprits, error);
      return;
    }
    const asked = this.#ledger.failed();
    if (error instanceof SubscriptionIncompleteError) {
      const missing = new Set(toKeys(error.missing));
      const left = asked.filter((key) => missing.has(key));
      if (left.length > 0) {
        this.#options.refused(left, error);
        return;
      }
    }
    this.#options.report(error);
    if (!this.#options.stream.isLive || ++this.#failuresInARow < MOST_FAILURES_IN_A_ROW) return;
    this.#failuresInARow = 0;
    this.#options.refused(asked, error);
  }

  #sent(): void {
    this.#lastSentMs = this.#options.clock.monotonicMs();
  }

  #wake(delayMs: number, keepsProcessAlive: boolean): void {
    this.#waiting = this.#options.clock.setTimer(() => this.#turn(), delayMs, {
      keepsProcessAlive,
    });
  }

  #cancelTimer(): void {
    if (typeof this.#waiting === "function") this.#waiting();
    this.#waiting = undefined;
  }
}

function asHoldfastError(thrown: unknown): HoldfastError {
  return isHoldfastError(thrown)
    ? thrown
    : new HandlerError("subscriptions", undefined, { cause: thrown });
}
