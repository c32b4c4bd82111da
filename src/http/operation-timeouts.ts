/** Operations that have a time limit of their own, and `default` for all others. @public */
export type TimedOperation =
  | "ticker"
  | "orderbook"
  | "ohlcv"
  | "trades"
  | "markets"
  | "funding"
  | "default";

/**
 * How long a caller waits for an operation at most, in milliseconds, from the call to its answer: the
 * waits for the budget and for a connection, all attempts and the pauses between them. A price is soon
 * worthless, so `ticker` gets the least; histories are long and keep their worth, so `ohlcv` gets the
 * most. `default` is for every other name.
 * @public
 */
export const OPERATION_TIMEOUTS: Readonly<Record<TimedOperation, number>> = Object.freeze({
  ticker: 10_000,
  orderbook: 15_000,
  ohlcv: 30_000,
  trades: 20_000,
  markets: 20_000,
  funding: 10_000,
  default: 15_000,
});
