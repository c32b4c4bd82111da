/** The numbers that fit one kind of venue. @public */
export interface HttpProfile {
  /** Open connections to all hosts together. */
  readonly totalConnections: number;
  /** Open connections to one origin. */
  readonly connectionsPerHost: number;
  /** One attempt, from its connection to its last byte, in milliseconds. */
  readonly totalMs: number;
  /** Opening a connection, in milliseconds. */
  readonly connectMs: number;
  /** The longest silence within an answer, in milliseconds. */
  readonly readMs: number;
}

/** `alpaca`: few connections and short limits. `exchange`: many and long. @public */
export type HttpProfileName = "alpaca" | "exchange";

/**
 * Where the numbers of a session come from that it was not given.
 *
 * - `alpaca`: few connections and short waits. It has one account and two hosts, and resets what goes
 *   beyond a limit that it does not publish; ten connections to a host have been found to be safe.
 * - `exchange`: a crypto exchange, with many hosts and public data for everybody, which answers slowly
 *   under load rather than refuse.
 * @public
 */
export const HTTP_PROFILES: Readonly<Record<HttpProfileName, HttpProfile>> = Object.freeze({
  alpaca: Object.freeze({
    totalConnections: 20,
    connectionsPerHost: 10,
    totalMs: 5_000,
    connectMs: 2_000,
    readMs: 3_000,
  }),
  exchange: Object.freeze({
    totalConnections: 100,
    connectionsPerHost: 30,
    totalMs: 30_000,
    connectMs: 10_000,
    readMs: 20_000,
  }),
});
