import type { Clock } from "../../core/clock.ts";
import type { MarketData } from "../../model/market-data.ts";
import type { Stale } from "../../model/stream-event.ts";
import type { VenueTime } from "../../model/venue-time.ts";
import { ListeningTimer } from "../../socket/listening-timer.ts";
import {
  type BusyChannel,
  doublingsAfter,
  judgeSilence,
  laterOf,
  toleranceOf,
  type Verdict,
  withAnswer,
} from "./silence.ts";
import { SilenceInquiry } from "./silence-inquiry.ts";
import type { Witness } from "./witness.ts";

/** What the watch over a channel works with. */
export interface ChannelWatchOptions {
  readonly clock: Clock;
  readonly staleAfterMs: number;
  readonly witness: Witness;
  /** How often the patience is doubled at least, because new connections brought nothing either. */
  leastDoublings(): number;
  /** Whether these symbols of the channel should bring something now. */
  isDue(channel: string, symbols: readonly string[]): boolean;
  /** Whether anything else came in the last so many milliseconds. */
  flowsBeside(silentMs: number): boolean;
  flowed(): void;
  stale(stale: Stale): void;
  /** The connection is of no use. */
  replace(silentMs: number, cause: unknown): void;
}

const NOTHING: readonly string[] = [];
const NOT_ASKED: ReadonlyMap<string, VenueTime> = new Map();

/**
 * Watches one channel for silence while it is due. The patience is measured in rounds of the shortest
 * patience, so that data ends a doubled one at once; after it the venue is asked whether it has more
 * than the channel brought. Each finding that no data followed doubles the patience.
 */
export class ChannelWatch {
  readonly busy: BusyChannel;
  /** The last message, set by whoever receives; `undefined` while none came since the last grant. */
  last: MarketData | undefined;
  readonly #options: ChannelWatchOptions;
  readonly #patienceMs: number;
  readonly #timer: ListeningTimer;
  /** What `last` was when it was looked at last. */
  #noticed: MarketData | undefined;
  #symbols: readonly string[] = NOTHING;
  #rounds = 0;
  #silentMs = 0;
  #doublings = 0;
  #told: Stale["finding"] | undefined;
  /** What the venue said when it was asked first. */
  #known = NOT_ASKED;
  #inquiry: SilenceInquiry | undefined;

  constructor(busy: BusyChannel, options: ChannelWatchOptions) {
    this.busy = busy;
    this.#options = options;
    this.#patienceMs = Math.max(options.staleAfterMs, busy.leastPatienceMs);
    this.#timer = new ListeningTimer(
      options.clock,
      this.#patienceMs,
      (listenedMs) => this.#roundOver(listenedMs),
      () => this.#isSilent(),
    );
  }

  /** The venue says which symbols of the channel are subscribed now. */
  granted(symbols: readonly string[]): void {
    if (symbols.length === 0) {
      this.stop();
      return;
    }
    const before = new Set(this.#symbols);
    this.#symbols = symbols;
    // What came before is no measure for symbols that are new.
    if (symbols.some((symbol) => !before.has(symbol))) this.#forgetLast();
    if (!this.#timer.running) this.#timer.start();
  }

  /** The connection is gone, or nothing of the channel is subscribed. */
  stop(): void {
    if (this.last !== this.#noticed) this.#flowed();
    this.#timer.stop();
    this.#symbols = NOTHING;
    this.#known = NOT_ASKED;
    this.#forgetLast();
    this.#startOver();
  }

  /** Asked each slice of time; `false` sets the count to zero. */
  #isSilent(): boolean {
    if (this.last !== this.#noticed) {
      this.#flowed();
      return false;
    }
    if (this.#options.isDue(this.busy.channel, this.#symbols)) return true;
    this.#startOver();
    return false;
  }

  #flowed(): void {
    this.#noticed = this.last;
    this.#known = NOT_ASKED;
    this.#doublings = 0;
    this.#told = undefined;
    this.#startOver();
    this.#options.flowed();
  }

  #forgetLast(): void {
    this.last = undefined;
    this.#noticed = undefined;
  }

  #startOver(): void {
    this.#inquiry?.cancel();
    this.#inquiry = undefined;
    this.#rounds = 0;
    this.#silentMs = 0;
  }

  #roundOver(listenedMs: number): void {
    this.#timer.start(); // data that comes while the venue is asked ends the suspicion
    this.#rounds++;
    this.#silentMs += listenedMs;
    if (this.#inquiry || this.#rounds < this.#roundsOfPatience()) return;
    this.#suspect();
  }

  #roundsOfPatience(): number {
    return 2 ** Math.max(this.#doublings, this.#options.leastDoublings());
  }

  #suspect(): void {
    const { clock, witness } = this.#options;
    const { channel, asked, graceMs } = this.busy;
    const symbols = witness.sample(channel, this.#symbols);
    if (symbols.length === 0 || !witness.canAsk(asked)) {
      this.#concluded("unknown");
      return;
    }
    this.#inquiry = new SilenceInquiry({
      clock,
      graceMs,
      ask: (signal) => witness.ask(asked, symbols, signal),
      judge: (latest) => this.#judge(symbols, latest),
      concluded: (finding, cause) => this.#concluded(finding, cause),
    });
  }

  #judge(symbols: readonly string[], latest: ReadonlyMap<string, VenueTime>): Verdict {
    // A late print may have come last; what is newest counts.
    const newest = this.last && this.#options.witness.newest(this.busy.channel, symbols);
    const seen = laterOf(this.last, newest);
    const toleranceMs = toleranceOf(this.#patienceMs);
    const verdict = judgeSilence(symbols, latest, seen, this.#known, toleranceMs);
    this.#known = withAnswer(this.#known, symbols, latest);
    return verdict;
  }

  #concluded(finding: Verdict | "unknown", cause?: unknown): void {
    this.#inquiry = undefined;
    if (this.last !== this.#noticed) {
      this.#flowed();
      return;
    }
    if (finding === "undecided") {
      this.#rounds = this.#roundsOfPatience() - 1; // asked again after one round, it will be known
      return;
    }
    const silentMs = this.#silentMs;
    const isUseless =
      finding === "mute" || (finding === "unknown" && !this.#options.flowsBeside(silentMs));
    this.#rounds = 0;
    this.#doublings = doublingsAfter(this.#doublings, finding);
    if (isUseless || this.#told !== finding) {
      this.#options.stale({ type: "stale", channel: this.busy.channel, finding, silentMs });
    }
    this.#told = finding;
    if (isUseless) this.#options.replace(silentMs, cause);
  }
}
