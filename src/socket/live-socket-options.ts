import type { Clock } from "../core/clock.ts";
import { systemClock } from "../core/clock.ts";
import { withDefaults } from "../core/defaults.ts";
import { Faults } from "../core/faults.ts";
import type { HoldfastError } from "../core/holdfast-error.ts";
import { type Random, systemRandom } from "../core/random.ts";
import { BACKOFF_DEFAULTS, type BackoffOptions } from "../resilience/backoff.ts";
import { HEARTBEAT_DEFAULTS, type HeartbeatOptions } from "./heartbeat.ts";
import { type IsolateOptions, resolveIsolate } from "./isolate-options.ts";
import type { ReconnectPolicy } from "./state.ts";

/** How long each step of a connection's life may take, in milliseconds. @public */
export interface ConnectionTimeouts {
  /**
   * Name look-up, TCP, TLS and the WebSocket upgrade together.
   * @defaultValue 10000
   */
  readonly connectMs?: number;
  /**
   * From the upgrade to the venue's greeting, where it sends one.
   * @defaultValue 5000
   */
  readonly welcomeMs?: number;
  /**
   * From our credentials to the answer; below the venue's own limit of ten seconds.
   * @defaultValue 8000
   */
  readonly authMs?: number;
  /**
   * From a subscription request to its acknowledgement.
   * @defaultValue 10000
   */
  readonly ackMs?: number;
  /**
   * From our close frame to the peer's; then the socket is destroyed.
   * @defaultValue 2000
   */
  readonly closeMs?: number;
}

/** @public */
export const CONNECTION_TIMEOUT_DEFAULTS: Required<ConnectionTimeouts> = Object.freeze({
  connectMs: 10_000,
  welcomeMs: 5_000,
  authMs: 8_000,
  ackMs: 10_000,
  closeMs: 2_000,
});

/** How a lost connection is brought back. @public */
export interface ReconnectOptions extends BackoffOptions {
  /**
   * Failures are forgotten once a connection has been live this long, in milliseconds. A venue that
   * accepts and drops at once is therefore met with growing waits, not with a storm.
   * @defaultValue 10000
   */
  readonly stableAfterMs?: number;
  /**
   * After this many failures in a row the breaker opens: attempts go on, `breakerDelayMs` apart,
   * and the state says so. `Infinity` never opens it.
   * @defaultValue 10
   */
  readonly breakerAfterFailures?: number;
  /**
   * Between attempts while the breaker is open, in milliseconds.
   * @defaultValue 120000
   */
  readonly breakerDelayMs?: number;
  /**
   * How long a refused slot is waited for without counting attempts, in milliseconds. A session
   * that died without a close frame keeps its slot for about 90 seconds.
   * @defaultValue 150000
   */
  readonly limitPatienceMs?: number;
  /**
   * After a refused slot, the wait before the same socket asks again, in milliseconds.
   * @defaultValue 2000
   */
  readonly reauthenticateAfterMs?: number;
  /**
   * After a socket on which the slot was refused, the shortest wait before a new one, in
   * milliseconds; too many handshakes are a fault of their own to the venue.
   * @defaultValue 5000
   */
  readonly limitReconnectAfterMs?: number;
}

/** @public */
export const RECONNECT_DEFAULTS: Required<ReconnectOptions> = Object.freeze({
  ...BACKOFF_DEFAULTS,
  stableAfterMs: 10_000,
  breakerAfterFailures: 10,
  breakerDelayMs: 120_000,
  limitPatienceMs: 150_000,
  reauthenticateAfterMs: 2_000,
  limitReconnectAfterMs: 5_000,
});

/** What every connection can be told, whatever the venue. @public */
export interface ConnectionOptions {
  /**
   * How many reconnect attempts may fail in a row before giving up; `Infinity` never gives up.
   * @defaultValue Infinity
   */
  readonly maxReconnectAttempts?: number;
  /** How a lost connection is brought back. */
  readonly reconnect?: ReconnectOptions;
  /** How long each step may take. */
  readonly timeouts?: ConnectionTimeouts;
  /** How a silent peer is found. */
  readonly heartbeat?: HeartbeatOptions;
  /**
   * Offer permessage-deflate. Off, because inflating small frames costs 40 to 90 µs each.
   * @defaultValue false
   */
  readonly compression?: boolean;
  /**
   * A larger frame ends the connection. Acknowledgements list every symbol and news carries HTML,
   * so real frames pass 1 MiB.
   * @defaultValue 67108864
   */
  readonly maxFrameBytes?: number;
  /**
   * Keep the socket in a thread of its own, which answers the venue's pings and holds what arrives
   * while the event loop is blocked, so that a computation of seconds costs neither the connection nor
   * a message. When the ring is full reading pauses, and the venue is held back. Decoding and handlers
   * stay where they are. Costs some megabytes, and less than 1 µs per message in frames of twenty and
   * more. Flags of the `node` command line do not reach the thread; those in `NODE_OPTIONS` do.
   * @defaultValue false
   */
  readonly isolate?: boolean | IsolateOptions;
  /** Certificates to trust instead of the system's, in PEM, for a private gateway. */
  readonly ca?: string;
  /** @defaultValue the system's clock */
  readonly clock?: Clock;
  /** @defaultValue the system's randomness */
  readonly random?: Random;
}

/** {@link ConnectionOptions} with every default in place. */
export interface ResolvedConnectionOptions {
  readonly maxReconnectAttempts: number;
  readonly reconnect: Required<ReconnectOptions>;
  readonly timeouts: Required<ConnectionTimeouts>;
  readonly heartbeat: Required<HeartbeatOptions>;
  readonly compression: boolean;
  readonly maxFrameBytes: number;
  /** `false` keeps the socket in this thread. */
  readonly isolate: Required<IsolateOptions> | false;
  readonly ca: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

/** The smallest frame limit: the largest acknowledgement a venue can send must pass. */
const SMALLEST_FRAME_LIMIT_BYTES = 16 * 2 ** 20;

/** Fills in the defaults and lists what is wrong in `faults`. */
export function resolveConnectionOptions(
  options: ConnectionOptions,
  faults: Faults = new Faults(),
): ResolvedConnectionOptions {
  const maxFrameBytes = options.maxFrameBytes ?? 64 * 2 ** 20;
  const resolved = {
    maxReconnectAttempts: options.maxReconnectAttempts ?? Number.POSITIVE_INFINITY,
    reconnect: withDefaults(RECONNECT_DEFAULTS, options.reconnect),
    timeouts: withDefaults(CONNECTION_TIMEOUT_DEFAULTS, options.timeouts),
    heartbeat: withDefaults(HEARTBEAT_DEFAULTS, options.heartbeat),
    compression: options.compression ?? false,
    maxFrameBytes,
    isolate: resolveIsolate(options.isolate, maxFrameBytes, faults),
    ca: options.ca,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  };
  const { reconnect, timeouts, heartbeat } = resolved;
  const unlimited = true;
  faults.integer("maxReconnectAttempts", resolved.maxReconnectAttempts, { unlimited });
  faults.number("reconnect.baseMs", reconnect.baseMs, { min: 1 });
  faults.number("reconnect.maxMs", reconnect.maxMs, { min: 1 });
  faults.oneOf("reconnect.jitter", reconnect.jitter, ["full", "none"]);
  faults.number("reconnect.stableAfterMs", reconnect.stableAfterMs);
  faults.number("reconnect.breakerAfterFailures", reconnect.breakerAfterFailures, {
    min: 1,
    unlimited,
  });
  faults.number("reconnect.breakerDelayMs", reconnect.breakerDelayMs);
  faults.number("reconnect.limitPatienceMs", reconnect.limitPatienceMs);
  faults.number("reconnect.reauthenticateAfterMs", reconnect.reauthenticateAfterMs);
  faults.number("reconnect.limitReconnectAfterMs", reconnect.limitReconnectAfterMs);
  for (const [name, timeoutMs] of Object.entries(timeouts)) {
    faults.number(`timeouts.${name}`, timeoutMs, { min: 1 });
  }
  faults.number("heartbeat.intervalMs", heartbeat.intervalMs, { min: 1, unlimited });
  faults.number("heartbeat.timeoutMs", heartbeat.timeoutMs, { min: 1 });
  faults.integer("maxFrameBytes", resolved.maxFrameBytes, { min: SMALLEST_FRAME_LIMIT_BYTES });
  return resolved;
}

/** The part of the options that decides when to try again. */
export function toReconnectPolicy(
  options: ResolvedConnectionOptions,
  awaitsWelcome: boolean,
  floorMs: (cause: HoldfastError) => number,
): ReconnectPolicy {
  const { reconnect } = options;
  return {
    backoff: reconnect,
    maxAttempts: options.maxReconnectAttempts,
    stableAfterMs: reconnect.stableAfterMs,
    breakerAfterFailures: reconnect.breakerAfterFailures,
    breakerDelayMs: reconnect.breakerDelayMs,
    limitPatienceMs: reconnect.limitPatienceMs,
    reauthenticateAfterMs: reconnect.reauthenticateAfterMs,
    limitReconnectAfterMs: reconnect.limitReconnectAfterMs,
    awaitsWelcome,
    floorMs,
  };
}
