import type { Clock } from "../core/clock.ts";
import { type HoursKind, stretchAt } from "./market-hours.ts";
import { MinuteBars } from "./minute-bars.ts";
import { type AssetClass, assetClassOf, TEST_SYMBOL } from "./symbols.ts";
import { Tape } from "./tape.ts";
import { offsetBetween, timeAfter, type VenueTime } from "./venue-time.ts";

/** How far the history goes back before the start. */
const HISTORY_DAYS = 30;
const DAY_NS = 86_400 * 1e9;

/** What decides every price and time of a market. @internal */
export interface MarketSettings {
  readonly seed: number;
  readonly startTime: VenueTime;
  readonly ratePerSymbol: number;
  readonly session: "open" | "real";
  /** Well-formed symbols that the venue has never heard of. */
  readonly unknownSymbols: ReadonlySet<string>;
  /** What `*` stands for. */
  readonly universe: { readonly [assetClass in AssetClass]: readonly string[] };
  readonly clock: Clock;
}

/** An open or closed stretch in nanoseconds from the start: from inclusive, to exclusive. @internal */
export interface OffsetStretch {
  readonly fromNs: number;
  readonly toNs: number;
  readonly isOpen: boolean;
}

/** The whole simulated market: its clock, its tapes and their bars. @internal */
export class Market {
  readonly settings: MarketSettings;
  readonly #startedMs: number;
  readonly #tapes = new Map<string, Tape>();
  readonly #minuteBars = new Map<string, MinuteBars>();

  constructor(settings: MarketSettings) {
    this.settings = settings;
    this.#startedMs = settings.clock.monotonicMs();
  }

  /** Market time, in nanoseconds from the start. */
  nowNs(): number {
    return Math.floor((this.settings.clock.monotonicMs() - this.#startedMs) * 1e6);
  }

  /** Where the history begins, in nanoseconds from the start: negative. */
  get firstNs(): number {
    return -HISTORY_DAYS * DAY_NS;
  }

  timeAt(offsetNs: number): VenueTime {
    return timeAfter(this.settings.startTime, offsetNs);
  }

  /** Nanoseconds from the start; far moments come out inexact, but never on the wrong side. */
  offsetOf(time: VenueTime): number {
    return offsetBetween(this.settings.startTime, time);
  }

  /** The offset of a whole second; exact within 104 days of the start. */
  offsetOfSeconds(seconds: number): number {
    const { startTime } = this.settings;
    return (seconds - startTime.seconds) * 1e9 - startTime.nanos;
  }

  /** Market time in seconds since the epoch, with its fraction. */
  nowSeconds(): number {
    const { seconds, nanos } = this.timeAt(this.nowNs());
    return seconds + nanos / 1e9;
  }

  /** The symbol's tape, or `undefined` when it is malformed or nobody has heard of it. */
  tape(symbol: string): Tape | undefined {
    const known = this.#tapes.get(symbol);
    if (known) return known;
    if (!assetClassOf(symbol) || this.settings.unknownSymbols.has(symbol)) return undefined;
    const tape = new Tape(symbol, this.settings.seed, this.settings.ratePerSymbol);
    this.#tapes.set(symbol, tape);
    return tape;
  }

  minuteBars(tape: Tape): MinuteBars {
    let bars = this.#minuteBars.get(tape.symbol);
    if (!bars) {
      bars = new MinuteBars(tape, (seconds) => this.offsetOfSeconds(seconds));
      this.#minuteBars.set(tape.symbol, bars);
    }
    return bars;
  }

  /** When the tape makes data, on the overnight feeds or on all others. */
  hoursOf(tape: Tape, isOvernight: boolean): HoursKind {
    const isAlways = tape.assetClass === "crypto" || tape.symbol === TEST_SYMBOL;
    if (this.settings.session === "open" || isAlways) return "always";
    if (tape.assetClass === "option") return "regular";
    return isOvernight ? "overnight" : "extended";
  }

  stretchAt(hours: HoursKind, offsetNs: number): OffsetStretch {
    const stretch = stretchAt(hours, this.timeAt(offsetNs).seconds);
    return {
      fromNs: this.offsetOfSeconds(stretch.fromSeconds),
      toNs: this.offsetOfSeconds(stretch.toSeconds),
      isOpen: stretch.isOpen,
    };
  }
}
