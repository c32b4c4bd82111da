import { type Clock, systemClock } from "../../core/clock.ts";
import { withDefaults } from "../../core/defaults.ts";
import { Faults } from "../../core/faults.ts";
import type { MarketStream } from "../../ports/market-stream.ts";

/** What the venue allows: how many connections of one kind may be open at a time. @public */
export interface PoolCapabilities {
  /** How many credentials there are to connect with. */
  readonly credentials: number;
  /** How many connections each credential may have open at a time. Alpaca: 1 per endpoint. */
  readonly connectionsPerCredential: number;
}

/** How a {@link ConnectionPool} works. @public */
export interface ConnectionPoolOptions {
  /** Makes a stream with the credentials of this index; the pool connects and disconnects it. */
  readonly open: (credentialIndex: number) => MarketStream;
  /** What the venue allows. */
  readonly capabilities: PoolCapabilities;
  /**
   * How many connections are kept open. A rotation has one more for a moment.
   * @defaultValue 3
   */
  readonly poolSize?: number;
  /**
   * How many (channel, symbol) pairs a connection may carry: `trades` and `quotes` of one symbol
   * are two.
   * @defaultValue 200
   */
  readonly maxSubscriptionsPerConnection?: number;
  /**
   * Between two looks at every connection, in milliseconds. Losses are noticed at once; this is when
   * the pool decides about them.
   * @defaultValue 30000
   */
  readonly healthCheckMs?: number;
  /**
   * A connection without a subscription for this long, in milliseconds, is closed, unless it is the
   * last one. `Infinity` keeps them all.
   * @defaultValue 300000
   */
  readonly idleAfterMs?: number;
  /**
   * A connection this old, in milliseconds, is replaced without a loss: the new one is there before
   * the old one goes, so the venue must allow one connection more than `poolSize`. One that was lost
   * lately is left in peace for as long, at most a minute: so this must be longer than the stream
   * waits for an acknowledgement and repairs. `Infinity` never does.
   * @defaultValue 3600000, or Infinity where the venue allows no connection beside the pool's
   */
  readonly rotateAfterMs?: number;
  /**
   * How long the first connect of a connection may take, in milliseconds.
   * @defaultValue 10000
   */
  readonly connectTimeoutMs?: number;
  /**
   * A connection that was lost and failed this often to come back is given up at the next look, and
   * its subscriptions move.
   * @defaultValue 3
   */
  readonly failoverAfterErrors?: number;
  /**
   * The same for a connection that is away this long, in milliseconds, whatever its errors.
   * @defaultValue 60000
   */
  readonly failoverAfterMs?: number;
  /**
   * In a rotation, how long both connections carry the same before and after the new one takes
   * part, in milliseconds: as far as one server of the venue may lag behind another.
   * @defaultValue 500
   */
  readonly overlapMs?: number;
  /**
   * In a rotation, how many messages are remembered or held back at most; beyond it the old
   * connection stays.
   * @defaultValue 100000
   */
  readonly maxHeldMessages?: number;
  /** @defaultValue the system's clock */
  readonly clock?: Clock;
}

/** The defaults of {@link ConnectionPoolOptions}. @public */
export const CONNECTION_POOL_DEFAULTS: Readonly<
  Required<Omit<ConnectionPoolOptions, "open" | "capabilities" | "clock">>
> = Object.freeze({
  poolSize: 3,
  maxSubscriptionsPerConnection: 200,
  healthCheckMs: 30_000,
  idleAfterMs: 300_000,
  rotateAfterMs: 3_600_000,
  connectTimeoutMs: 10_000,
  failoverAfterErrors: 3,
  failoverAfterMs: 60_000,
  overlapMs: 500,
  maxHeldMessages: 100_000,
});

/** {@link ConnectionPoolOptions} with every default in place, checked. */
export type ResolvedPoolOptions = Required<ConnectionPoolOptions>;

/** @throws ConfigError listing everything that is wrong */
export function resolvePoolOptions(options: ConnectionPoolOptions): ResolvedPoolOptions {
  const faults = new Faults();
  const { open, capabilities, clock = systemClock, ...given } = options;
  const numbers = withDefaults(CONNECTION_POOL_DEFAULTS, given);
  const { credentials, connectionsPerCredential } = capabilities ?? {};
  const unlimited = true;
  faults.require(typeof open === "function", "open must be a function");
  faults.integer("capabilities.credentials", credentials, { min: 1 });
  faults.integer("capabilities.connectionsPerCredential", connectionsPerCredential, {
    min: 1,
    unlimited,
  });
  faults.integer("poolSize", numbers.poolSize, { min: 1 });
  faults.integer("maxSubscriptionsPerConnection", numbers.maxSubscriptionsPerConnection, {
    min: 1,
  });
  faults.integer("maxHeldMessages", numbers.maxHeldMessages, { min: 1 });
  faults.integer("failoverAfterErrors", numbers.failoverAfterErrors, { min: 1, unlimited });
  faults.number("failoverAfterMs", numbers.failoverAfterMs, { min: 1, unlimited });
  faults.number("healthCheckMs", numbers.healthCheckMs, { min: 1 });
  faults.number("idleAfterMs", numbers.idleAfterMs, { min: 1, unlimited });
  faults.number("rotateAfterMs", numbers.rotateAfterMs, { min: 1, unlimited });
  faults.number("connectTimeoutMs", numbers.connectTimeoutMs, { min: 1 });
  faults.number("overlapMs", numbers.overlapMs);
  const spare = credentials * connectionsPerCredential - numbers.poolSize;
  if (spare < 0) faults.add(tooLarge(numbers.poolSize, capabilities));
  const wantsRotation =
    given.rotateAfterMs !== undefined && given.rotateAfterMs !== Number.POSITIVE_INFINITY;
  if (spare === 0 && wantsRotation) faults.add(noSpare(numbers.poolSize, capabilities));
  faults.throwIfAny();
  const rotateAfterMs = spare > 0 ? numbers.rotateAfterMs : Number.POSITIVE_INFINITY;
  return { ...numbers, rotateAfterMs, open, capabilities, clock };
}

function tooLarge(poolSize: number, { credentials, connectionsPerCredential }: PoolCapabilities) {
  const needed = Math.ceil(poolSize / connectionsPerCredential);
  return (
    `poolSize ${poolSize} is more than the venue allows: ${credentials} credentials with ` +
    `${connectionsPerCredential} connections each are ` +
    `${credentials * connectionsPerCredential}; give ${needed} credentials, or lower poolSize`
  );
}

function noSpare(poolSize: number, { credentials, connectionsPerCredential }: PoolCapabilities) {
  return (
    `rotateAfterMs needs one connection more than poolSize: ${poolSize} and 1 are ` +
    `${poolSize + 1}, and ${credentials} credentials with ${connectionsPerCredential} ` +
    `connections each are ${credentials * connectionsPerCredential}; give another credential, ` +
    "lower poolSize, or leave rotateAfterMs out"
  );
}
