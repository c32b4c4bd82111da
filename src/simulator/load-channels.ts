/** The channels of a load; a message's kind is its channel's place in this list. @internal */
export const LOAD_CHANNELS = ["trades", "quotes", "bars"] as const;

/** One of the channels of a load. @internal */
export type LoadChannel = (typeof LOAD_CHANNELS)[number];

export const TRADE_KIND = 0;
export const QUOTE_KIND = 1;
export const BAR_KIND = 2;
/** All kinds as a set of bits. */
export const EVERY_KIND = 0b111;

/** One count for each message kind and symbol. @internal */
export class LoadCounts {
  /** Kind after kind; a float holds more than 32 bits of count. */
  readonly #counts: Float64Array;
  readonly #symbols: number;

  constructor(symbols: number) {
    this.#symbols = symbols;
    this.#counts = new Float64Array(symbols * LOAD_CHANNELS.length);
  }

  /** Counts one message, and tells how many that makes. */
  next(kind: number, symbol: number): number {
    const at = kind * this.#symbols + symbol;
    const count = (this.#counts[at] ?? 0) + 1;
    this.#counts[at] = count;
    return count;
  }

  /** A copy by channel, in the order of the symbols. */
  bySymbol(): Readonly<Record<LoadChannel, readonly number[]>> {
    const listOf = (kind: number): readonly number[] => [
      ...this.#counts.subarray(kind * this.#symbols, (kind + 1) * this.#symbols),
    ];
    return { trades: listOf(TRADE_KIND), quotes: listOf(QUOTE_KIND), bars: listOf(BAR_KIND) };
  }
}
