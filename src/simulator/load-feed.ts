import type { Clock } from "../core/clock.ts";
import { channelOf, symbolsOf } from "./channel-of.ts";
import type { DataSession, Encoding } from "./data-session.ts";
import type { DataEndpoint } from "./endpoints.ts";
import type { FaultSchedule } from "./fault-schedule.ts";
import type { Feed } from "./feed.ts";
import { LOAD_CHANNELS, LoadCounts } from "./load-channels.ts";
import type { LoadMarket } from "./load-market.ts";
import { LoadPace } from "./load-pace.ts";
import { loadSelection } from "./load-selection.ts";
import { LoadStamps } from "./load-stamps.ts";
import type { SimulatedLoadChannels, SimulatedLoadStream } from "./load-state.ts";
import type { TimedMessage } from "./outgoing-batch.ts";
import { sendInParts } from "./send-in-parts.ts";
import { assetClassOf, TEST_SYMBOL } from "./symbols.ts";

interface Listener {
  readonly session: DataSession;
  /** For each symbol the kinds it wants, as bits; `undefined` where it wants everything. */
  readonly wanted: Uint8Array | undefined;
}

/**
 * The load on one stock stream. It stands still while nobody listens; so what a client misses of a
 * sequence is what it was sent and did not take, or was not sent for a fault.
 * @internal
 */
export class LoadFeed implements Feed {
  readonly #endpoint: DataEndpoint;
  readonly #market: LoadMarket;
  readonly #clock: Clock;
  readonly #faults: FaultSchedule;
  readonly #sessions: ReadonlySet<DataSession>;
  readonly #stamps: LoadStamps;
  readonly #picks: Uint32Array;
  readonly #made: LoadCounts;
  readonly #sent: LoadCounts;
  readonly #pace: LoadPace;
  readonly #wholeFrames = new Map<Encoding, Buffer>();
  #listeners: readonly Listener[] = [];
  #needsRefresh = false;
  #wasHeard = false;
  /** Where in the script the next frame begins. */
  #first = 0;

  constructor(
    endpoint: DataEndpoint,
    market: LoadMarket,
    clock: Clock,
    faults: FaultSchedule,
    sessions: ReadonlySet<DataSession>,
  ) {
    const { messagesPerSecond, framesOf, symbols } = market.settings;
    this.#endpoint = endpoint;
    this.#market = market;
    this.#clock = clock;
    this.#faults = faults;
    this.#sessions = sessions;
    this.#stamps = new LoadStamps(framesOf);
    this.#picks = new Uint32Array(framesOf);
    this.#made = new LoadCounts(symbols);
    this.#sent = new LoadCounts(symbols);
    this.#pace = new LoadPace(messagesPerSecond / framesOf);
  }

  refresh(): void {
    this.#needsRefresh = true;
  }

  advance(offsetNs: number): void {
    if (this.#needsRefresh) this.#rebuildListeners(offsetNs);
    if (this.#listeners.length === 0) return;
    const frames = this.#pace.take(offsetNs);
    const wallMs = this.#clock.nowMs() - this.#endpoint.delayMs;
    for (let frame = 0; frame < frames && this.#isHeard(); frame++) this.#sendFrame(wallMs);
  }

  audience(message: TimedMessage): readonly DataSession[] {
    const channel = channelOf(message);
    const symbols = symbolsOf(message).filter(
      (symbol) => assetClassOf(symbol) === "stock" && symbol !== TEST_SYMBOL,
    );
    return [...this.#sessions].filter(({ subscriptions }) =>
      symbols.some((symbol) => subscriptions.includes(channel, symbol)),
    );
  }

  /** What has come of it; `undefined` as long as nobody has listened. */
  state(): SimulatedLoadStream | undefined {
    if (!this.#wasHeard) return undefined;
    const sentBySymbol = this.#sent.bySymbol();
    return {
      path: this.#endpoint.path,
      sentByChannel: totals(sentBySymbol),
      sentBySymbol,
      lastSequence: this.#made.bySymbol(),
      skipped: this.#pace.skipped * this.#market.settings.framesOf,
    };
  }

  #isHeard(): boolean {
    for (const { session } of this.#listeners) if (session.isOpen) return true;
    return false;
  }

  #rebuildListeners(offsetNs: number): void {
    this.#needsRefresh = false;
    const wasIdle = this.#listeners.length === 0;
    this.#listeners = [...this.#sessions].flatMap((session): Listener[] => {
      const selection = loadSelection(session.subscriptions, this.#market);
      if (selection === "nothing") return [];
      return [{ session, wanted: selection === "everything" ? undefined : selection }];
    });
    if (this.#listeners.length === 0) return;
    if (wasIdle) this.#pace.restart(offsetNs);
    this.#wasHeard = true;
  }

  #sendFrame(wallMs: number): void {
    const { framesOf } = this.#market.settings;
    const { script } = this.#market;
    this.#stamps.stamp(script, this.#first, framesOf, wallMs, this.#made);
    this.#wholeFrames.clear();
    for (const { session, wanted } of this.#listeners) {
      if (!session.isOpen) continue;
      if (wanted) this.#sendPicked(session, wanted);
      else this.#sendWhole(session);
    }
    this.#first = (this.#first + framesOf) % script.kinds.length;
  }

  #sendWhole(session: DataSession): void {
    const { framesOf } = this.#market.settings;
    sendInParts(
      session,
      this.#faults,
      framesOf,
      framesOf,
      (from, count) => this.#runOf(session.encoding, from, count),
      (from, count) => {
        for (let at = from; at < from + count; at++) this.#countSent(this.#first + at);
      },
    );
  }

  /** A whole frame is made once for all sessions of its encoding. */
  #runOf(encoding: Encoding, from: number, count: number): Buffer {
    const frames = this.#market.frames(encoding);
    const isWhole = count === this.#market.settings.framesOf;
    if (!isWhole) return frames.run(this.#first + from, count, this.#stamps, from);
    let frame = this.#wholeFrames.get(encoding);
    if (!frame) {
      frame = frames.run(this.#first, count, this.#stamps, 0);
      this.#wholeFrames.set(encoding, frame);
    }
    return frame;
  }

  #sendPicked(session: DataSession, wanted: Uint8Array): void {
    const { script, settings } = this.#market;
    const picks = this.#picks;
    let total = 0;
    for (let at = 0; at < settings.framesOf; at++) {
      const kinds = wanted[script.symbols[this.#first + at] ?? 0] ?? 0;
      if ((kinds >>> (script.kinds[this.#first + at] ?? 0)) & 1) picks[total++] = at;
    }
    const frames = this.#market.frames(session.encoding);
    sendInParts(
      session,
      this.#faults,
      total,
      settings.framesOf,
      (from, count) => frames.picked(this.#first, picks, from, count, this.#stamps),
      (from, count) => {
        for (let at = from; at < from + count; at++)
          this.#countSent(this.#first + (picks[at] ?? 0));
      },
    );
  }

  #countSent(position: number): void {
    const { kinds, symbols } = this.#market.script;
    this.#sent.next(kinds[position] ?? 0, symbols[position] ?? 0);
  }
}

function totals(counts: SimulatedLoadChannels<readonly number[]>): SimulatedLoadChannels<number> {
  const [trades = 0, quotes = 0, bars = 0] = LOAD_CHANNELS.map((channel) =>
    counts[channel].reduce((sum, count) => sum + count, 0),
  );
  return { trades, quotes, bars };
}
