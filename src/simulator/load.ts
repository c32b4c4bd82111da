import { type Faults, shown } from "../core/faults.ts";

/**
 * A market as busy as asked for, in place of the tape's trades, quotes and minute bars on every stock
 * stream: 85 % quotes, 14 % trades and 1 % bars, the symbols' shares by Zipf's law.
 * @public
 */
export interface SimulatorLoad {
  /**
   * Messages per second for a session that is subscribed to `*` on trades, quotes and bars; others get
   * their part of them. At most 1,000,000.
   */
  readonly messagesPerSecond: number;
  /**
   * How many symbols `*` stands for, at most 20,000. Alpaca lists about as many stocks as the default.
   * @defaultValue 8000
   */
  readonly symbols?: number;
  /**
   * Messages per frame, at most 1,000. Only whole frames are sent, so a low rate makes them rare. 200 is
   * what a busy second of the consolidated feed comes to.
   * @defaultValue 200
   */
  readonly framesOf?: number;
}

/** The defaults of {@link SimulatorLoad}. @public */
export const SIMULATOR_LOAD_DEFAULTS: Readonly<Required<Omit<SimulatorLoad, "messagesPerSecond">>> =
  Object.freeze({ symbols: 8000, framesOf: 200 });

/** A load with nothing left open. @internal */
export type ResolvedLoad = Required<SimulatorLoad>;

const MOST_PER_SECOND = 1_000_000;
/** Above every stock there is; their messages are kept in memory. */
const MOST_SYMBOLS = 20_000;
const MOST_PER_FRAME = 1000;
const NAMES: ReadonlySet<string> = new Set<keyof SimulatorLoad>([
  "messagesPerSecond",
  "symbols",
  "framesOf",
]);

/** Checks a load, adding what is wrong with it to `found`, and fills in the defaults. @internal */
export function resolveLoad(
  load: SimulatorLoad | undefined,
  found: Faults,
): ResolvedLoad | undefined {
  if (load === undefined) return undefined;
  if (typeof load !== "object" || load === null) {
    found.add(`load must be an object, not ${shown(load)}`);
    return undefined;
  }
  const given = Object.entries(load).filter(([, value]) => value !== undefined);
  const resolved = {
    ...SIMULATOR_LOAD_DEFAULTS,
    ...Object.fromEntries(given),
  } as ResolvedLoad;
  const { messagesPerSecond, symbols, framesOf } = resolved;
  found.number("load.messagesPerSecond", messagesPerSecond, { min: 0.001, max: MOST_PER_SECOND });
  found.integer("load.symbols", symbols, { min: 1, max: MOST_SYMBOLS });
  found.integer("load.framesOf", framesOf, { min: 1, max: MOST_PER_FRAME });
  for (const key of Object.keys(load)) found.require(NAMES.has(key), `load.${key} is not known`);
  return resolved;
}
