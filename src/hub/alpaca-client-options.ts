import { type Clock, systemClock } from "../core/clock.ts";
import type { Faults } from "../core/faults.ts";
import type { Random } from "../core/random.ts";
import type { HttpSessionOptions } from "../http/http-session-options.ts";
import type { HistorySource } from "../ports/history-source.ts";
import type { AlpacaCredentials } from "../venues/alpaca/credentials.ts";
import {
  type AlpacaChannel,
  type AlpacaEnvironment,
  type AlpacaFeed,
  FEEDS,
  HOSTS,
} from "../venues/alpaca/endpoints.ts";
import type { AlpacaWebSocketOptions } from "../venues/alpaca/websocket-options.ts";

/** How an {@link AlpacaClient} works. @public */
export interface AlpacaClientOptions {
  /** The account's key pair. */
  readonly credentials: AlpacaCredentials;
  /**
   * Which environment the key pair belongs to.
   * @defaultValue "paper"
   */
  readonly environment?: AlpacaEnvironment;
  /**
   * Which market data to stream and to ask for.
   * @defaultValue "iex"
   */
  readonly feed?: AlpacaFeed;
  /**
   * One base address for everything, such as a gateway's or the simulator's.
   * @defaultValue the environment's own hosts
   */
  readonly url?: string;
  /**
   * How long a quote may pass as current, in milliseconds.
   * @defaultValue 60000
   */
  readonly quoteTtlMs?: number;
  /**
   * How long the market clock is kept, in milliseconds; never beyond the next opening or closing.
   * @defaultValue 600000
   */
  readonly clockTtlMs?: number;
  /**
   * What the account may ask of one host in a minute. All clients of the account in this process share
   * it, so all must say the same; what the venue's answers say can only lower it. Paid data plans have
   * more (usage limits, docs.alpaca.markets, September 2026).
   * @defaultValue 200
   */
  readonly requestsPerMinute?: number;
  /**
   * How long that minute is, in milliseconds, for a venue of one's own making.
   * @defaultValue 60000
   */
  readonly rateWindowMs?: number;
  /** The shared HTTP session's settings. */
  readonly http?: Omit<HttpSessionOptions, "clock">;
  /** The stream's settings. */
  readonly stream?: Omit<
    AlpacaWebSocketOptions,
    "credentials" | "environment" | "feed" | "url" | "streamType" | "clock" | "random"
  >;
  /** @defaultValue the system's clock */
  readonly clock?: Clock;
  /** @defaultValue the system's randomness */
  readonly random?: Random;
}

/** @public */
export const ALPACA_CLIENT_DEFAULTS: Readonly<{
  environment: AlpacaEnvironment;
  feed: AlpacaFeed;
  quoteTtlMs: number;
  clockTtlMs: number;
  requestsPerMinute: number;
  rateWindowMs: number;
}> = Object.freeze({
  environment: "paper",
  feed: "iex",
  quoteTtlMs: 60_000,
  clockTtlMs: 600_000,
  requestsPerMinute: 200,
  rateWindowMs: 60_000,
});

/** A hundred times what the largest plan has: more is a mistake. */
const MOST_PER_MINUTE = 1_000_000;

/** What `connectStream` and `subscribeToSymbol` subscribe to unless told otherwise. */
export const DEFAULT_CHANNELS: readonly AlpacaChannel[] = ["quotes", "trades", "bars"];

/** The options with every default in place. */
export interface ResolvedClientOptions {
  readonly environment: AlpacaEnvironment;
  readonly feed: AlpacaFeed;
  readonly tradingUrl: string;
  readonly dataUrl: string;
  readonly quoteTtlMs: number;
  readonly clockTtlMs: number;
  readonly requestsPerMinute: number;
  readonly rateWindowMs: number;
  readonly clock: Clock;
}

/**
 * Fills in the defaults and lists in `faults` what is wrong with the client's own options; what the
 * stream and the session take, they check themselves.
 */
export function resolveClientOptions(
  options: AlpacaClientOptions,
  faults: Faults,
): ResolvedClientOptions {
  const { clock = systemClock, url } = options; // a bad address is refused by the stream
  const { environment = ALPACA_CLIENT_DEFAULTS.environment } = options;
  const { feed = ALPACA_CLIENT_DEFAULTS.feed } = options;
  const { quoteTtlMs = ALPACA_CLIENT_DEFAULTS.quoteTtlMs } = options;
  const { clockTtlMs = ALPACA_CLIENT_DEFAULTS.clockTtlMs } = options;
  const { requestsPerMinute = ALPACA_CLIENT_DEFAULTS.requestsPerMinute } = options;
  const { rateWindowMs = ALPACA_CLIENT_DEFAULTS.rateWindowMs } = options;
  faults.number("quoteTtlMs", quoteTtlMs);
  faults.number("clockTtlMs", clockTtlMs);
  faults.integer("requestsPerMinute", requestsPerMinute, { min: 1, max: MOST_PER_MINUTE });
  faults.number("rateWindowMs", rateWindowMs, { min: 1 });
  const hosts = HOSTS[environment] ?? HOSTS.paper;
  const base = typeof url === "string" ? url.replace(/^ws/i, "http") : undefined;
  return {
    environment,
    feed,
    tradingUrl: base ?? hosts.trading,
    dataUrl: base ?? hosts.data,
    quoteTtlMs,
    clockTtlMs,
    requestsPerMinute,
    rateWindowMs,
    clock,
  };
}

/** The options of the client's stream. */
export function toStreamOptions(
  options: AlpacaClientOptions,
  stocksTrade: () => boolean,
  history?: HistorySource,
): AlpacaWebSocketOptions {
  const { credentials, environment, feed, url, clock, random, stream } = options;
  const isStocks = FEEDS[feed ?? ALPACA_CLIENT_DEFAULTS.feed]?.hours === "stocks";
  return {
    ...(isStocks && { expectsData: stocksTrade }),
    ...(history && { history }),
    ...stream,
    credentials,
    ...(environment !== undefined && { environment }),
    ...(feed !== undefined && { feed }),
    ...(url !== undefined && { url }),
    ...(clock && { clock }),
    ...(random && { random }),
  };
}
