import { type Clock, systemClock } from "../core/clock.ts";
import { withDefaults } from "../core/defaults.ts";
import { Faults } from "../core/faults.ts";
import { type Random, systemRandom } from "../core/random.ts";
import { AdaptiveTimeout, type AdaptiveTimeoutOptions } from "../resilience/adaptive-timeout.ts";
import { OriginBreaker, type OriginBreakerOptions } from "../resilience/origin-breaker.ts";
import { RETRY_DEFAULTS, type RetryOptions } from "../resilience/retry.ts";
import { type ResolveHost, resolveWithSystem } from "./host-cache.ts";
import { HTTP_PROFILES } from "./http-profiles.ts";
import {
  HTTP_SESSION_DEFAULTS,
  type HttpSessionDefaults,
  type HttpSessionOptions,
} from "./http-session-options.ts";

/** {@link HttpSessionOptions} with every default in place. */
export interface ResolvedHttpSessionOptions extends HttpSessionDefaults {
  readonly operationTimeoutsMs: Readonly<Record<string, number>>;
  readonly adaptiveTimeout: AdaptiveTimeoutOptions | false;
  readonly retry: Required<RetryOptions> | false;
  readonly breaker: OriginBreakerOptions | false;
  readonly ca: string | undefined;
  readonly resolveHost: ResolveHost;
  readonly clock: Clock;
  readonly random: Random;
}

/** Printable ASCII, which is what a header value may hold. */
const HEADER_TEXT = /^[\x20-\x7e]+$/;

/**
 * Fills in the defaults.
 * @throws ConfigError naming everything that is wrong.
 */
export function resolveHttpSessionOptions(options: HttpSessionOptions): ResolvedHttpSessionOptions {
  const { profile = HTTP_SESSION_DEFAULTS.profile, retry, ...given } = options;
  const defaults: ResolvedHttpSessionOptions = {
    ...HTTP_SESSION_DEFAULTS,
    ...HTTP_PROFILES[profile],
    profile,
    operationTimeoutsMs: {},
    adaptiveTimeout: {},
    retry: retry === false ? false : withDefaults(RETRY_DEFAULTS, retry),
    breaker: {},
    ca: undefined,
    resolveHost: resolveWithSystem,
    clock: systemClock,
    random: systemRandom,
  };
  const resolved = withDefaults(defaults, given);
  const faults = new Faults();
  checkConnections(resolved, faults);
  checkLimits(resolved, faults);
  checkPolicies(resolved, faults);
  faults.throwIfAny();
  return resolved;
}

function checkConnections(options: ResolvedHttpSessionOptions, faults: Faults): void {
  faults.oneOf("profile", options.profile, Object.keys(HTTP_PROFILES));
  faults.integer("totalConnections", options.totalConnections, { min: 1 });
  faults.integer("connectionsPerHost", options.connectionsPerHost, { min: 1 });
  faults.integer("maxWaiting", options.maxWaiting);
  faults.integer("keepAliveMs", options.keepAliveMs, { min: 1 });
  faults.number("dnsCacheMs", options.dnsCacheMs);
}

function checkLimits(options: ResolvedHttpSessionOptions, faults: Faults): void {
  faults.number("totalMs", options.totalMs, { min: 1 });
  faults.number("connectMs", options.connectMs, { min: 1 });
  faults.number("readMs", options.readMs, { min: 1 });
  for (const [operation, timeoutMs] of Object.entries(options.operationTimeoutsMs)) {
    faults.number(`operationTimeoutsMs.${operation}`, timeoutMs, { min: 1 });
  }
  faults.integer("maxBodyBytes", options.maxBodyBytes, { min: 1 });
  faults.require(HEADER_TEXT.test(options.userAgent), "userAgent must be printable ASCII");
}

/** The policies check their own options when they are made. */
function checkPolicies(options: ResolvedHttpSessionOptions, faults: Faults): void {
  const { adaptiveTimeout, retry, breaker } = options;
  if (adaptiveTimeout !== false) faults.gather(() => new AdaptiveTimeout(adaptiveTimeout));
  if (breaker !== false) faults.gather(() => new OriginBreaker(breaker));
  if (retry === false) return;
  faults.integer("retry.attempts", retry.attempts, { min: 1 });
  faults.number("retry.baseMs", retry.baseMs);
  faults.number("retry.maxMs", retry.maxMs);
}
