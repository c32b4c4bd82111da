import { BarBuilder } from "./bar-builder.ts";
import { type BarEffect, barEffect } from "./bar-conditions.ts";
import type { Tape } from "./tape.ts";
import { quoteMessage, tradeMessage } from "./tape-messages.ts";
import { VenueTime } from "./venue-time.ts";

const MINUTE_NS = 60e9;
/** About three and a half days of minutes for each symbol that is asked for. */
const REMEMBERED_MINUTES = 5000;

/** A finished minute, as it counts for minute bars and as it counts for daily ones. @internal */
export interface MinuteParts {
  readonly minute: BarBuilder;
  readonly daily: BarBuilder;
}

const EVERYTHING: BarEffect = { openClose: "yes", highLow: true, volume: true };
// A bar has no use for the moment of its trades.
const NO_TIME = new VenueTime(0, 0);

/**
 * One symbol's finished minutes, gathered from the trades of its tape. The last ones asked for are
 * remembered; forgetting one costs time, never correctness.
 * @internal
 */
export class MinuteBars {
  readonly #tape: Tape;
  readonly #offsetOfSeconds: (seconds: number) => number;
  readonly #remembered = new Map<number, MinuteParts>();

  constructor(tape: Tape, offsetOfSeconds: (seconds: number) => number) {
    this.#tape = tape;
    this.#offsetOfSeconds = offsetOfSeconds;
  }

  /** The minute with this number since the epoch; the caller makes sure that it is over. */
  parts(minuteNumber: number): MinuteParts {
    const known = this.#remembered.get(minuteNumber);
    if (known) return known;
    const fromNs = this.#offsetOfSeconds(minuteNumber * 60);
    const parts = { minute: new BarBuilder(), daily: new BarBuilder() };
    if (this.#tape.assetClass === "crypto") this.#gatherCrypto(fromNs, parts);
    else this.#gatherTrades(fromNs, parts);
    if (this.#remembered.size >= REMEMBERED_MINUTES) {
      for (const oldest of this.#remembered.keys()) {
        this.#remembered.delete(oldest);
        break;
      }
    }
    this.#remembered.set(minuteNumber, parts);
    return parts;
  }

  #gatherTrades(fromNs: number, parts: MinuteParts): void {
    const tape = this.#tape;
    let tradeNumber = tape.firstTradeFrom(tape.firstIndexFrom(fromNs));
    for (;;) {
      const index = tape.tradeIndex(tradeNumber++);
      if (tape.timeOf(index) >= fromNs + MINUTE_NS) return;
      const { p, s, c } = tradeMessage(tape, index, NO_TIME, "consolidated");
      const conditions = typeof c === "string" ? [] : (c ?? []);
      parts.minute.addTrade(p, s, barEffect(conditions, tape.tapeCode, "minute"));
      parts.daily.addTrade(p, s, barEffect(conditions, tape.tapeCode, "daily"));
    }
  }

  /** Crypto bars follow the quotes' midpoints too, so they need every event. */
  #gatherCrypto(fromNs: number, parts: MinuteParts): void {
    const tape = this.#tape;
    for (
      let index = tape.firstIndexFrom(fromNs);
      tape.timeOf(index) < fromNs + MINUTE_NS;
      index++
    ) {
      if (tape.isTrade(index)) {
        const { p, s } = tradeMessage(tape, index, NO_TIME, "consolidated");
        parts.minute.addTrade(p, s, EVERYTHING);
        parts.daily.addTrade(p, s, EVERYTHING);
      } else {
        const { bp, ap } = quoteMessage(tape, index, NO_TIME, "consolidated");
        const midpoint = Number(((bp + ap) / 2).toPrecision(12));
        parts.minute.addMidpoint(midpoint);
        parts.daily.addMidpoint(midpoint);
      }
    }
  }
}
