import type { CancelTimer, Clock } from "../../core/clock.ts";
import { Gap, type GapRange } from "../../model/gap.ts";
import type { MarketData } from "../../model/market-data.ts";
import { compareTimes, shiftTime } from "../../model/venue-time.ts";
import { channelOfType } from "../channels.ts";
import { EVERY_SYMBOL } from "../router.ts";

/** Losses are told this long after the first of them, all together. */
const TOGETHER_MS = 1_000;
const NANOSECOND_MS = 1e-6;

/** The outermost of one symbol's lost messages; what overflows most must cost least. */
interface Outermost {
  first: MarketData;
  last: MarketData;
}

interface Losses {
  dropped: number;
  readonly bySymbol: Map<string, Outermost>;
}

/** What slow consumers lost, told once a second and channel. No timer runs while nothing is lost. */
export class OverflowGaps {
  readonly #clock: Clock;
  readonly #tell: (gap: Gap) => void;
  readonly #losses = new Map<string, Losses>();
  #cancelTimer: CancelTimer | undefined;

  constructor(clock: Clock, tell: (gap: Gap) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  add(message: MarketData): void {
    const channel = channelOfType(message.type) ?? message.type;
    let losses = this.#losses.get(channel);
    if (!losses) {
      losses = { dropped: 0, bySymbol: new Map() };
      this.#losses.set(channel, losses);
    }
    losses.dropped++;
    const symbol = message.symbol || EVERY_SYMBOL; // news has a list of its own
    const known = losses.bySymbol.get(symbol);
    if (!known) losses.bySymbol.set(symbol, { first: message, last: message });
    else if (compareTimes(message, known.first) < 0) known.first = message;
    else if (compareTimes(message, known.last) > 0) known.last = message;
    this.#cancelTimer ??= this.#clock.setTimer(() => this.flush(), TOGETHER_MS, {
      keepsProcessAlive: false,
    });
  }

  /** Tells now of what was gathered. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const gathered = [...this.#losses];
    this.#losses.clear();
    for (const [channel, { dropped, bySymbol }] of gathered) {
      const ranges = new Map([...bySymbol].map(([symbol, lost]) => [symbol, rangeOf(lost)]));
      this.#tell(
        new Gap({
          status: "lost",
          channel,
          ranges,
          cause: "overflow",
          reason: "overflow",
          dropped,
        }),
      );
    }
  }
}

/** A range ends before its ends: the lost messages themselves have to be within it. */
function rangeOf({ first, last }: Outermost): GapRange {
  return { from: shiftTime(first, -NANOSECOND_MS), to: shiftTime(last, NANOSECOND_MS) };
}
