/** Something by channel. @public */
export interface SimulatedLoadChannels<T> {
  readonly trades: T;
  readonly quotes: T;
  readonly bars: T;
}

/** The load on one stream. @public */
export interface SimulatedLoadStream {
  readonly path: string;
  /** Messages sent, to all sessions together, those that have ended included. */
  readonly sentByChannel: SimulatedLoadChannels<number>;
  /** The same by symbol, in the order of the symbols. */
  readonly sentBySymbol: SimulatedLoadChannels<readonly number[]>;
  /**
   * How many messages of each symbol there have been, whoever was sent them: the last trade of the symbol
   * with number n had the id `1_000_000_000_000 + lastSequence.trades[n]`.
   */
  readonly lastSequence: SimulatedLoadChannels<readonly number[]>;
  /** Messages left out, because the simulator was held up for longer than it makes up for. */
  readonly skipped: number;
}

/** What a simulator's load has come to: a copy, plain data. @public */
export interface SimulatedLoad {
  /** What `*` stands for, the busiest first. */
  readonly symbols: readonly string[];
  /** The streams that somebody has listened to. */
  readonly streams: readonly SimulatedLoadStream[];
}
