import type { Clock } from "../core/clock.ts";
import type { Random } from "../core/random.ts";
import type { AdaptiveTimeoutOptions } from "../resilience/adaptive-timeout.ts";
import type { OriginBreakerOptions } from "../resilience/origin-breaker.ts";
import type { RetryOptions } from "../resilience/retry.ts";
import type { ResolveHost } from "./host-cache.ts";
import { HTTP_PROFILES, type HttpProfileName } from "./http-profiles.ts";

/** How an {@link HttpSession} shares connections, and how long it waits. Read once, at construction. @public */
export interface HttpSessionOptions {
  /**
   * The kind of venue: where `totalConnections`, `connectionsPerHost`, `totalMs`, `connectMs` and
   * `readMs` come from when they are not given. Their defaults below are those of `alpaca`;
   * {@link HTTP_PROFILES} has the others.
   * @defaultValue "alpaca"
   */
  readonly profile?: HttpProfileName;
  /**
   * Open connections to all hosts together. Twice the limit of one host, because a venue is usually
   * two of them (trading and data). An idle connection is closed to make room for another host.
   * @defaultValue 20
   */
  readonly totalConnections?: number;
  /**
   * Open connections to one origin (scheme, host and port). Venues reset what goes beyond their own
   * limit, which they do not publish; ten have been found to be safe with Alpaca.
   * @defaultValue 10
   */
  readonly connectionsPerHost?: number;
  /**
   * Requests that may wait for a connection; one more fails at once. A queue that long already takes
   * longer to serve than callers wait, so a longer one would only delay the bad news.
   * @defaultValue 1000
   */
  readonly maxWaiting?: number;
  /**
   * How long an idle connection is kept, in milliseconds, unless the server's `Keep-Alive` header
   * asks for less. Below the 60 s after which common load balancers drop one.
   * @defaultValue 30000
   */
  readonly keepAliveMs?: number;
  /**
   * How long the addresses of a host are remembered, in milliseconds; 0 asks for every new
   * connection. They are forgotten at once when a connection to them fails.
   * @defaultValue 300000
   */
  readonly dnsCacheMs?: number;
  /**
   * One attempt, from the moment it has a connection to its last byte, in milliseconds. A venue that
   * needs longer than that for an answer has lost the request. Each request may set its own.
   * @defaultValue 5000
   */
  readonly totalMs?: number;
  /**
   * Name look-up, TCP and TLS together, in milliseconds: one lost SYN (repeated by the kernel after
   * 1 s) may still succeed, two may not. Each request may set its own.
   * @defaultValue 2000
   */
  readonly connectMs?: number;
  /**
   * The longest silence between two pieces of an answer, and before its first, in milliseconds.
   * Lowered by `adaptiveTimeout`. Each request may set its own.
   * @defaultValue 3000
   */
  readonly readMs?: number;
  /**
   * How long callers wait, by operation, in milliseconds, over those of {@link OPERATION_TIMEOUTS}:
   * for the gate, a connection, all attempts and the pauses between them. `default` is for all names
   * that have none. Each request may set its own `deadlineMs`.
   * @defaultValue none, so that {@link OPERATION_TIMEOUTS} stands as it is
   */
  readonly operationTimeoutsMs?: Readonly<Record<string, number>>;
  /**
   * Lowers `readMs` to what an operation usually takes, so that a lost request is noticed in time for
   * another attempt; `false` leaves it as it is.
   * @defaultValue {@link ADAPTIVE_TIMEOUT_DEFAULTS}
   */
  readonly adaptiveTimeout?: AdaptiveTimeoutOptions | false;
  /**
   * How requests that only ask (GET, HEAD, OPTIONS) are repeated when they fail; `false` never
   * repeats. All others are sent once, whatever happens.
   * @defaultValue {@link RETRY_DEFAULTS}
   */
  readonly retry?: RetryOptions | false;
  /**
   * When requests to a failing origin are refused instead of sent; `false` sends them all.
   * @defaultValue {@link ORIGIN_BREAKER_DEFAULTS}
   */
  readonly breaker?: OriginBreakerOptions | false;
  /**
   * A longer body fails the request. The longest answers of a venue (all assets, 10 000 bars) are
   * below 16 MiB.
   * @defaultValue 67108864
   */
  readonly maxBodyBytes?: number;
  /**
   * Sent as `user-agent` unless a request has its own.
   * @defaultValue "holdfast"
   */
  readonly userAgent?: string;
  /** Certificate authorities to trust instead of the system's, in PEM. Verification is always on. */
  readonly ca?: string;
  /**
   * Finds the addresses of a host.
   * @defaultValue the system's resolver, as `dns.lookup` uses it
   */
  readonly resolveHost?: ResolveHost;
  /** @defaultValue the system's clock */
  readonly clock?: Clock;
  /**
   * Where the jitter of pauses comes from.
   * @defaultValue the system's random numbers
   */
  readonly random?: Random;
}

/** The options that have a plain value as their default. @public */
export type HttpSessionDefaults = Required<
  Pick<
    HttpSessionOptions,
    | "profile"
    | "totalConnections"
    | "connectionsPerHost"
    | "maxWaiting"
    | "keepAliveMs"
    | "dnsCacheMs"
    | "totalMs"
    | "connectMs"
    | "readMs"
    | "maxBodyBytes"
    | "userAgent"
  >
>;

/** @public */
export const HTTP_SESSION_DEFAULTS: HttpSessionDefaults = Object.freeze({
  profile: "alpaca",
  ...HTTP_PROFILES.alpaca,
  maxWaiting: 1_000,
  keepAliveMs: 30_000,
  dnsCacheMs: 300_000,
  maxBodyBytes: 64 * 2 ** 20,
  userAgent: "holdfast",
});
