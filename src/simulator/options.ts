import type { Clock } from "../core/clock.ts";
import { systemClock } from "../core/clock.ts";
import { Faults, shown } from "../core/faults.ts";
import { freshSeed } from "../core/random.ts";
import type { Fault } from "./fault.ts";
import { faultProblems } from "./fault-schema.ts";
import { latencyProblems, type SimulatorLatency } from "./latency.ts";
import { type ResolvedLoad, resolveLoad, type SimulatorLoad } from "./load.ts";
import { type ResolvedPlan, resolvePlan, type SimulatorPlan } from "./plan.ts";
import { type AssetClass, assetClassOf, DEFAULT_UNIVERSE } from "./symbols.ts";
import { parseTime, VenueTime } from "./venue-time.ts";

/** A key pair that the simulated venue accepts. @public */
export interface SimulatorCredentials {
  readonly keyId: string;
  readonly secretKey: string;
}

/** How to set the simulator up. @public */
export interface SimulatorOptions {
  /** The address to listen on. @defaultValue "127.0.0.1" */
  readonly host?: string;
  /** The port; 0 takes a free one. @defaultValue 0 */
  readonly port?: number;
  /** Decides every price, size, identifier and time. A fresh one, reported by the simulator, when absent. */
  readonly seed?: number;
  /** Market time at the start: RFC 3339 or milliseconds since the epoch. The present when absent. */
  readonly startTime?: string | number;
  /** Trades and quotes per second and symbol, after the start. @defaultValue 5 */
  readonly ratePerSymbol?: number;
  /**
   * Replaces the trades, quotes and minute bars of every stock stream by as many messages as asked for;
   * the other channels of these streams are silent, and REST knows nothing of it. Times are wall time,
   * and no two messages of a stream have the same one. The ids of a symbol's trades are
   * 1,000,000,000,001 and so on, without a hole, so that a client can see loss, duplicates and disorder.
   */
  readonly load?: SimulatorLoad;
  /**
   * `open`: every market is open always. `real`: stocks trade 04:00 to 20:00 in New York on trading
   * days, options 9:30 to 16:00.
   * @defaultValue "open"
   */
  readonly session?: "open" | "real";
  /** What `*` stands for, in any mix of stock, crypto and option symbols. */
  readonly universe?: readonly string[];
  /**
   * Well-formed symbols the venue has never heard of.
   * @defaultValue ["NOSUCH", "UNKNOWN", "ZZZZ", "NO/SUCH"]
   */
  readonly unknownSymbols?: readonly string[];
  /** Shares the account may not short; AAPL and its like can always be borrowed otherwise. @defaultValue [] */
  readonly notShortable?: readonly string[];
  /**
   * Accepted key pairs. When absent, every non-empty pair is accepted, and the first secret that comes
   * with a key is that key's secret from then on.
   */
  readonly credentials?: readonly SimulatorCredentials[];
  /** What the account may do. */
  readonly plan?: SimulatorPlan;
  /** Whether permessage-deflate is agreed to when a client offers it. @defaultValue true */
  readonly compression?: boolean;
  /** How long a REST request takes to be answered, in milliseconds. @defaultValue 0 */
  readonly latencyMs?: SimulatorLatency;
  /**
   * Whether everything is served over TLS, with a certificate that is made at the start and signed by an
   * authority of its own, the simulator's `ca`. @defaultValue false
   */
  readonly tls?: boolean;
  /** Faults that wait from the start. @defaultValue [] */
  readonly faults?: readonly Fault[];
  /** The source of time. */
  readonly clock?: Clock;
}

/** The options with nothing left open. @internal */
export interface ResolvedOptions {
  readonly host: string;
  readonly port: number;
  readonly seed: number;
  readonly startTime: VenueTime;
  readonly ratePerSymbol: number;
  readonly load: ResolvedLoad | undefined;
  readonly session: "open" | "real";
  readonly universe: { readonly [assetClass in AssetClass]: readonly string[] };
  readonly unknownSymbols: ReadonlySet<string>;
  readonly notShortable: ReadonlySet<string>;
  readonly credentials: readonly SimulatorCredentials[] | undefined;
  readonly plan: ResolvedPlan;
  readonly compression: boolean;
  readonly latencyMs: SimulatorLatency;
  readonly tls: boolean;
  readonly faults: readonly Fault[];
  readonly clock: Clock;
}

const OPTION_NAMES: ReadonlySet<string> = new Set<keyof SimulatorOptions>([
  "host",
  "port",
  "seed",
  "startTime",
  "ratePerSymbol",
  "load",
  "session",
  "universe",
  "unknownSymbols",
  "notShortable",
  "credentials",
  "plan",
  "compression",
  "latencyMs",
  "tls",
  "faults",
  "clock",
]);
const DEFAULT_UNKNOWN = ["NOSUCH", "UNKNOWN", "ZZZZ", "NO/SUCH"];
/** Above this an event's jitter would be less than the nanoseconds it is rounded to are worth. */
const HIGHEST_RATE = 100_000;

/**
 * Checks every option at once and fills in the defaults.
 * @throws ConfigError listing everything that is wrong.
 * @internal
 */
export function resolveOptions(options: SimulatorOptions): ResolvedOptions {
  const found = new Faults();
  const clock = options.clock ?? systemClock;
  const startTime = readStartTime(options.startTime ?? clock.nowMs(), found);
  const seed = options.seed ?? freshSeed();
  const port = options.port ?? 0;
  const ratePerSymbol = options.ratePerSymbol ?? 5;
  const session = options.session ?? "open";
  const host = options.host ?? "127.0.0.1";
  for (const key of Object.keys(options)) {
    found.require(OPTION_NAMES.has(key), `${key} is not known`);
  }
  found.integer("port", port, { max: 65_535 });
  found.integer("seed", seed);
  found.number("ratePerSymbol", ratePerSymbol, { min: 0.001, max: HIGHEST_RATE });
  found.oneOf("session", session, ["open", "real"]);
  found.require(typeof host === "string" && host.trim() !== "", "host must not be empty");
  for (const symbol of options.universe ?? []) {
    found.require(
      assetClassOf(symbol) !== undefined,
      `universe: ${JSON.stringify(symbol)} is no symbol`,
    );
  }
  for (const [at, { keyId, secretKey }] of (options.credentials ?? []).entries()) {
    found.require(Boolean(keyId), `credentials.${at}.keyId must not be empty`);
    found.require(Boolean(secretKey), `credentials.${at}.secretKey must not be empty`);
  }
  const plan = resolvePlan(options.plan ?? {}, found);
  const load = resolveLoad(options.load, found);
  for (const [at, fault] of (options.faults ?? []).entries()) {
    for (const problem of faultProblems(fault, `faults.${at}`)) found.add(problem);
  }
  const latencyMs = options.latencyMs ?? 0;
  const tls = options.tls ?? false;
  for (const problem of latencyProblems(latencyMs)) found.add(problem);
  found.require(typeof tls === "boolean", `tls must be true or false, not ${shown(tls)}`);
  found.throwIfAny();
  return {
    host,
    port,
    seed,
    startTime,
    ratePerSymbol,
    load,
    session,
    universe: readUniverse(options.universe),
    unknownSymbols: new Set(options.unknownSymbols ?? DEFAULT_UNKNOWN),
    notShortable: new Set(options.notShortable ?? []),
    credentials: options.credentials,
    plan,
    compression: options.compression ?? true,
    latencyMs,
    tls,
    faults: options.faults ?? [],
    clock,
  };
}

/** The year 2262, far enough for every market and still exact in milliseconds. */
const LATEST_START_MS = 9_223_372_036_854;

function readStartTime(value: string | number, found: Faults): VenueTime {
  const inRange = (ms: number): boolean => ms >= 0 && ms <= LATEST_START_MS;
  const time = typeof value === "number" ? VenueTime.fromMs(value) : parseTime(value);
  if (time && inRange(time.seconds * 1000)) return time;
  found.add(`startTime must be RFC 3339 or milliseconds since 1970, not ${JSON.stringify(value)}`);
  return VenueTime.fromMs(0);
}

function readUniverse(symbols: readonly string[] | undefined): ResolvedOptions["universe"] {
  if (!symbols) return DEFAULT_UNIVERSE;
  const ofClass = (assetClass: AssetClass): readonly string[] =>
    symbols.filter((symbol) => assetClassOf(symbol) === assetClass);
  return { stock: ofClass("stock"), crypto: ofClass("crypto"), option: ofClass("option") };
}
