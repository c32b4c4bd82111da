import { ClosedError, ConfigError } from "../core/errors.ts";
import { Faults } from "../core/faults.ts";
import { Listeners, type Unsubscribe } from "../core/listeners.ts";
import type { Gap } from "../model/gap.ts";
import { ConnectionPool } from "../streaming/connection-pool/connection-pool.ts";
import {
  type ConnectionPoolOptions,
  type PoolCapabilities,
  resolvePoolOptions,
} from "../streaming/connection-pool/pool-options.ts";
import { AlpacaWebSocketClient } from "../venues/alpaca/alpaca-websocket-client.ts";
import { type AlpacaCredentials, sealCredentials } from "../venues/alpaca/credentials.ts";
import {
  type AlpacaWebSocketOptions,
  resolveWebSocketOptions,
} from "../venues/alpaca/websocket-options.ts";
import { AlpacaClient } from "./alpaca-client.ts";

/** How an {@link AlpacaConnectionPool} works, and how each of its connections connects. @public */
export interface AlpacaConnectionPoolOptions
  extends Omit<ConnectionPoolOptions, "open" | "capabilities" | "clock">,
    Omit<AlpacaWebSocketOptions, "credentials" | "streamType"> {
  /** The key pairs of the accounts; each may have its own connections. */
  readonly credentials: readonly AlpacaCredentials[];
  /**
   * How many connections to one stream a key pair may have. 1 on the basic and Algo Trader Plus
   * plans (market data FAQ, January 2026).
   * @defaultValue 1
   */
  readonly connectionsPerCredential?: number;
  /**
   * REST requests per minute of the first key pair's account.
   * @defaultValue 200
   */
  readonly requestsPerMinute?: number;
}

/**
 * A pool of connections to one of Alpaca's market-data streams. What a connection misses is asked of
 * REST with the first key pair, unless `history` says where else.
 * @public
 */
export class AlpacaConnectionPool extends ConnectionPool {
  readonly #account: AlpacaClient | undefined;
  readonly #gaps: Listeners<Gap>;
  readonly #life: { isStopping: boolean };

  /** @throws ConfigError listing everything that is wrong with the options; nothing is opened yet */
  constructor(options: AlpacaConnectionPoolOptions) {
    const parts = assemble(options);
    super(parts.pool);
    this.#account = parts.account;
    this.#gaps = parts.gaps;
    this.#life = parts.life;
  }

  /** Tells of everything a connection missed, once it is known what became of it. */
  onGap(listener: (gap: Gap) => void): Unsubscribe {
    return this.#gaps.on(listener);
  }

  override async stop(): Promise<void> {
    this.#life.isStopping = true;
    await super.stop();
    await this.#account?.close();
  }
}

interface PoolParts {
  readonly pool: ConnectionPoolOptions;
  readonly account: AlpacaClient | undefined;
  readonly gaps: Listeners<Gap>;
  readonly life: { isStopping: boolean };
}

function assemble(options: AlpacaConnectionPoolOptions): PoolParts {
  const { credentials, connectionsPerCredential = 1, ...both } = options;
  const [first] = Array.isArray(credentials) ? credentials : [];
  if (!first) throw new ConfigError(["credentials must be a list of at least one key pair"]);
  const capabilities = { credentials: credentials.length, connectionsPerCredential };
  check(credentials, both, capabilities);
  const account = both.history ? undefined : openAccount(first, both);
  const streams = credentials.map((pair: AlpacaCredentials) => ({
    ...(account && { history: account.historySource }),
    ...streamOptions(both),
    credentials: pair,
    streamType: "data" as const,
  }));
  const life = { isStopping: false };
  const gaps = new Listeners<Gap>(() => {}); // a failing listener harms no other; nobody is left to tell
  const open = (index: number): AlpacaWebSocketClient => {
    const options = streams[index];
    if (!options) throw new ConfigError([`there are no credentials ${index}`]);
    const stream = new AlpacaWebSocketClient(options);
    stream.onGap((gap) => {
      // What one connection gives up is another's to repair, as long as there is a pool.
      const isMoved = gap.reason === "unsubscribed" || gap.reason === "closed";
      if (!isMoved || life.isStopping) gaps.emit(gap);
    });
    return stream;
  };
  return { pool: { ...both, open, capabilities }, account, gaps, life };
}

/** Refuses everything that is wrong at once, while nothing is opened that would have to be closed. */
function check(
  [first, ...others]: readonly AlpacaCredentials[],
  both: Both,
  capabilities: PoolCapabilities,
): void {
  const faults = new Faults();
  faults.gather(() => resolvePoolOptions({ ...both, open: neverOpened, capabilities }));
  faults.gather(() =>
    resolveWebSocketOptions({ ...streamOptions(both), credentials: first as AlpacaCredentials }),
  );
  for (const pair of others) sealCredentials(pair, faults);
  faults.throwIfAny();
}

function neverOpened(): never {
  throw new ClosedError("a pool that is only being checked");
}

/** Only its REST half is used. */
function openAccount(credentials: AlpacaCredentials, both: Both): AlpacaClient {
  const { environment, feed, url, clock, random, requestsPerMinute, ca } = both;
  return new AlpacaClient({
    credentials,
    ...(environment && { environment }),
    ...(feed && { feed }),
    ...(url && { url }),
    ...(clock && { clock }),
    ...(random && { random }),
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    ...(ca !== undefined && { http: { ca } }),
  });
}

type Both = Omit<AlpacaConnectionPoolOptions, "credentials" | "connectionsPerCredential">;

/** What is left when the pool's own options are taken away. */
function streamOptions(both: Both): Omit<AlpacaWebSocketOptions, "credentials"> {
  const {
    poolSize: _1,
    maxSubscriptionsPerConnection: _2,
    healthCheckMs: _3,
    idleAfterMs: _4,
    rotateAfterMs: _5,
    connectTimeoutMs: _6,
    failoverAfterErrors: _7,
    failoverAfterMs: _8,
    overlapMs: _9,
    maxHeldMessages: _10,
    requestsPerMinute: _11,
    ...stream
  } = both;
  return stream;
}
