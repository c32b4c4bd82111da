import { hash32 } from "../core/random.ts";
import { PricePath } from "./price-path.ts";
import { type AssetClass, assetClassOf, basePriceOf, hashText, tapeOf } from "./symbols.ts";

/** One event in this many is a trade, the others are quotes: about 14 to 86. */
const EVENTS_PER_TRADE = 7;
/** An event may come up to this part of its period late, which leaves a tenth between neighbours. */
const JITTER = 0.9;
/** Events per second and symbol before the start, at most: history has to stay cheap to regenerate. */
const HISTORY_RATE = 1;

const TIME_SALT = 1;
const KIND_SALT = 2;
const DETAIL_SALT = 3;

/**
 * One symbol's events as a pure function of (seed, symbol, index). Index 0 is the first event at or
 * after the market's start; negative indices are its history. Times are nanoseconds from the start,
 * strictly increasing with the index. Nothing is stored.
 * @internal
 */
export class Tape {
  readonly symbol: string;
  readonly assetClass: AssetClass;
  /** `A`, `B` or `C`; means nothing for crypto and options. */
  readonly tapeCode: "A" | "B" | "C";
  readonly symbolHash: number;
  /** How many ticks make one unit of price. */
  readonly ticksPerUnit: number;
  readonly #path: PricePath;
  readonly #livePeriodNs: number;
  readonly #historyPeriodNs: number;

  constructor(symbol: string, seed: number, ratePerSecond: number) {
    this.symbol = symbol;
    this.symbolHash = hashText(seed, symbol);
    this.assetClass = assetClassOf(symbol) ?? "stock";
    // What a symbol is worth and where it is listed belong to the symbol, not to the seed.
    const identity = hashText(0, symbol);
    this.tapeCode = tapeOf(symbol, identity);
    const basePrice = basePriceOf(symbol, identity);
    this.ticksPerUnit = this.assetClass === "crypto" ? cryptoTicksPerUnit(basePrice) : 100;
    this.#path = new PricePath(this.symbolHash, basePrice);
    this.#livePeriodNs = 1e9 / ratePerSecond;
    this.#historyPeriodNs = 1e9 / Math.min(ratePerSecond, HISTORY_RATE);
  }

  /** When an event happens, in nanoseconds from the start. */
  timeOf(index: number): number {
    const late = (hash32(this.symbolHash, TIME_SALT, index) / 2 ** 32) * JITTER;
    return Math.round((index + late) * (index < 0 ? this.#historyPeriodNs : this.#livePeriodNs));
  }

  /** The first index whose event is at or after `offsetNs`. */
  firstIndexFrom(offsetNs: number): number {
    let index =
      Math.floor(offsetNs / (offsetNs < 0 ? this.#historyPeriodNs : this.#livePeriodNs)) - 1;
    while (this.timeOf(index) < offsetNs) index++;
    return index;
  }

  isTrade(index: number): boolean {
    return this.tradeIndex(Math.floor(index / EVENTS_PER_TRADE)) === index;
  }

  /** The index of the trade with this number; there is exactly one among every seven events. */
  tradeIndex(tradeNumber: number): number {
    const place = hash32(this.symbolHash, KIND_SALT, tradeNumber) % EVENTS_PER_TRADE;
    return tradeNumber * EVENTS_PER_TRADE + place;
  }

  /** The number of the first trade at or after `index`. */
  firstTradeFrom(index: number): number {
    const tradeNumber = Math.floor(index / EVENTS_PER_TRADE);
    return this.tradeIndex(tradeNumber) < index ? tradeNumber + 1 : tradeNumber;
  }

  /** 32 hashed bits for the details of an event. */
  detailBits(index: number): number {
    return hash32(this.symbolHash, DETAIL_SALT, index);
  }

  /** The middle of the market at a moment, in nanoseconds from the start. */
  priceBy(offsetNs: number): number {
    return this.middleTicks(this.firstIndexFrom(offsetNs) - 1) / this.ticksPerUnit;
  }

  /** The middle of the market at an event, in whole ticks, at least 2. */
  middleTicks(index: number): number {
    return Math.max(2, Math.round(this.#path.priceAt(index) * this.ticksPerUnit));
  }
}

/** About six significant digits, as the venue's crypto prices have. */
function cryptoTicksPerUnit(basePrice: number): number {
  const digits = Math.min(12, Math.max(2, 6 - Math.ceil(Math.log10(basePrice))));
  return 10 ** digits;
}
