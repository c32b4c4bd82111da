import type { Faults } from "../core/faults.ts";
import { FEED_NAMES } from "./endpoints.ts";

/** What the simulated account's plan allows, and how patient the venue is. @public */
export interface SimulatorPlan {
  /**
   * Sessions per key and data endpoint. 1 on the basic and Algo Trader Plus plans (market data FAQ,
   * January 2026).
   * @defaultValue 1
   */
  readonly connectionsPerEndpoint?: number;
  /**
   * Distinct (channel, symbol) pairs over trades and quotes of one session; the basic plan has 30.
   * A finite limit refuses `*` on those channels with 405. `Infinity` is no limit.
   * @defaultValue Infinity
   */
  readonly symbolLimit?: number;
  /**
   * Feeds the account may use: the last part of the stream's path, `crypto`, `news`. Others get 409.
   * Without `sip`, REST refuses consolidated data of the last 15 minutes.
   * @defaultValue every feed
   */
  readonly feeds?: readonly string[];
  /**
   * How long a session whose path was lost keeps its slot, in milliseconds. About 90 s (Alpaca forum,
   * topic 10896).
   * @defaultValue 90_000
   */
  readonly ghostMs?: number;
  /**
   * Whether a client that goes without a close frame leaves such a ghost, too.
   * @defaultValue false
   */
  readonly abruptCloseLeavesGhost?: boolean;
  /**
   * How long a session may stay unauthenticated, in milliseconds, before 404 and a close (real-time
   * websocket page, January 2026: 10 seconds).
   * @defaultValue 10_000
   */
  readonly authTimeoutMs?: number;
  /**
   * Between two pings to a client, in milliseconds; `Infinity` sends none. About 10 s (seen by the
   * authors of Alpaca's JavaScript SDK, 2021).
   * @defaultValue 10_000
   */
  readonly pingIntervalMs?: number;
  /**
   * How long a ping may stay unanswered, in milliseconds, before the session is given up. An
   * assumption: the life of a dead session.
   * @defaultValue 90_000
   */
  readonly pongTimeoutMs?: number;
  /**
   * How many unread bytes the venue holds for one client before it throws them away, sends 407 and cuts.
   * The operating system holds a few MiB besides. `Infinity` never cuts. The venue's number is unknown.
   * @defaultValue 16_777_216
   */
  readonly slowClientBytes?: number;
  /**
   * REST requests per key and window of time, which is a minute unless `rateWindowMs` says otherwise;
   * more get 429. 200 on the basic plan, 10,000 on Algo Trader Plus.
   * @defaultValue 10_000
   */
  readonly requestsPerMinute?: number;
  /**
   * The length of that window, in milliseconds; tests make it short.
   * @defaultValue 60_000
   */
  readonly rateWindowMs?: number;
  /**
   * `sliding`: no window of that length, wherever it begins, has more. `fixed`: a window begins with the
   * first request after the end of the last one. Which one the venue has is unconfirmed; a client that
   * keeps to the first keeps to both.
   * @defaultValue sliding
   */
  readonly rateWindow?: "sliding" | "fixed";
  /**
   * Whether a 429 carries `Retry-After`. Unconfirmed at the venue.
   * @defaultValue false
   */
  readonly sendsRetryAfter?: boolean;
  /**
   * TCP connections that may be open for HTTP at a time; one more is reset as soon as it is accepted.
   * A WebSocket counts until its upgrade. `Infinity` is no limit.
   * @defaultValue Infinity
   */
  readonly httpConnectionLimit?: number;
  /**
   * Upgrades per minute before HTTP 429. The venue's number is unknown. `Infinity` is no limit.
   * @defaultValue Infinity
   */
  readonly handshakesPerMinute?: number;
  /**
   * The size of a history page, in bytes, at which it is cut before `limit` is reached. About 256 KiB
   * (seen September 2026).
   * @defaultValue 262_144
   */
  readonly pageBytes?: number;
}

/** The plan with nothing left open. @internal */
export type ResolvedPlan = Required<SimulatorPlan>;

/** The defaults of {@link SimulatorPlan}. @public */
export const SIMULATOR_PLAN_DEFAULTS: Readonly<Required<SimulatorPlan>> = Object.freeze({
  connectionsPerEndpoint: 1,
  symbolLimit: Number.POSITIVE_INFINITY,
  feeds: FEED_NAMES,
  ghostMs: 90_000,
  abruptCloseLeavesGhost: false,
  authTimeoutMs: 10_000,
  pingIntervalMs: 10_000,
  pongTimeoutMs: 90_000,
  slowClientBytes: 16 * 1024 * 1024,
  requestsPerMinute: 10_000,
  rateWindowMs: 60_000,
  rateWindow: "sliding",
  sendsRetryAfter: false,
  httpConnectionLimit: Number.POSITIVE_INFINITY,
  handshakesPerMinute: Number.POSITIVE_INFINITY,
  pageBytes: 256 * 1024,
});

/** Checks a plan, adding what is wrong with it to `found`, and fills in the defaults. @internal */
export function resolvePlan(plan: SimulatorPlan, found: Faults): ResolvedPlan {
  const given = Object.entries(plan).filter(([, value]) => value !== undefined);
  const resolved: ResolvedPlan = { ...SIMULATOR_PLAN_DEFAULTS, ...Object.fromEntries(given) };
  const unlimited = true;
  found.integer("plan.connectionsPerEndpoint", resolved.connectionsPerEndpoint, { min: 1 });
  found.integer("plan.symbolLimit", resolved.symbolLimit, { unlimited });
  found.number("plan.ghostMs", resolved.ghostMs);
  found.number("plan.authTimeoutMs", resolved.authTimeoutMs, { min: 1 });
  found.number("plan.pingIntervalMs", resolved.pingIntervalMs, { min: 1, unlimited });
  found.number("plan.pongTimeoutMs", resolved.pongTimeoutMs, { min: 1, unlimited });
  found.number("plan.slowClientBytes", resolved.slowClientBytes, { min: 1, unlimited });
  found.integer("plan.requestsPerMinute", resolved.requestsPerMinute, { min: 1 });
  found.number("plan.rateWindowMs", resolved.rateWindowMs, { min: 1 });
  found.oneOf("plan.rateWindow", resolved.rateWindow, ["sliding", "fixed"]);
  found.integer("plan.httpConnectionLimit", resolved.httpConnectionLimit, { min: 1, unlimited });
  found.integer("plan.handshakesPerMinute", resolved.handshakesPerMinute, { min: 1, unlimited });
  found.integer("plan.pageBytes", resolved.pageBytes, { min: 1 });
  for (const [at, feed] of resolved.feeds.entries())
    found.oneOf(`plan.feeds.${at}`, feed, FEED_NAMES);
  for (const key of Object.keys(plan)) {
    found.require(key in SIMULATOR_PLAN_DEFAULTS, `plan.${key} is not known`);
  }
  return resolved;
}
