import type { BarEffect } from "./bar-conditions.ts";

/** A bar's numbers, in the names of the wire, without symbol and time. @internal */
export interface BarNumbers {
  readonly o: number;
  readonly h: number;
  readonly l: number;
  readonly c: number;
  readonly v: number;
  readonly n: number;
  readonly vw: number;
}

/** Sums of decimal fractions gather binary dust; nine decimals are more than any size has. */
function withoutDust(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

/** Gathers trades, or finished smaller bars, into one bar. @internal */
export class BarBuilder {
  #trades = 0;
  #open = 0;
  #high = 0;
  #low = 0;
  #close = 0;
  #volume = 0;
  #count = 0;
  /** Price times size, and size, of the trades that move both high/low and volume. */
  #value = 0;
  #weight = 0;

  addTrade(price: number, size: number, effect: BarEffect): void {
    const movesOpenClose =
      effect.openClose === "yes" || (effect.openClose === "first" && this.#trades === 0);
    this.#trades++;
    if (movesOpenClose) this.#moveOpenClose(price, price);
    if (effect.highLow) this.#moveHighLow(price, price);
    if (effect.volume) {
      this.#volume += size;
      this.#count++;
    }
    if (effect.highLow && effect.volume) {
      this.#value += price * size;
      this.#weight += size;
    }
  }

  /** A quote's midpoint, which moves the prices of crypto bars and nothing else. */
  addMidpoint(price: number): void {
    this.#moveOpenClose(price, price);
    this.#moveHighLow(price, price);
  }

  /** Continues with a later stretch of the same symbol. */
  append(later: BarBuilder): void {
    this.#trades += later.#trades;
    if (later.#open !== 0) this.#moveOpenClose(later.#open, later.#close);
    if (later.#high !== 0) this.#moveHighLow(later.#high, later.#low);
    this.#volume += later.#volume;
    this.#count += later.#count;
    this.#value += later.#value;
    this.#weight += later.#weight;
  }

  /** `undefined` when no trade gave the bar a price, or, where `needsVolume`, none gave it volume. */
  result(needsVolume: boolean): BarNumbers | undefined {
    if (this.#open === 0 || this.#high === 0 || (needsVolume && this.#volume === 0))
      return undefined;
    const vw = this.#weight === 0 ? 0 : withoutDust(this.#value / this.#weight, 6);
    return {
      o: this.#open,
      h: this.#high,
      l: this.#low,
      c: this.#close,
      v: withoutDust(this.#volume, 9),
      n: this.#count,
      vw,
    };
  }

  #moveOpenClose(open: number, close: number): void {
    if (this.#open === 0) this.#open = open;
    this.#close = close;
  }

  #moveHighLow(high: number, low: number): void {
    if (this.#high === 0 || high > this.#high) this.#high = high;
    if (this.#low === 0 || low < this.#low) this.#low = low;
  }
}
