import { Faults } from "../core/faults.ts";
import { hash32 } from "../core/random.ts";

/** Two points of a distribution of delays, in milliseconds. @public */
export interface LatencyPercentiles {
  /** Half of the answers take no longer. */
  readonly p50: number;
  /** One answer in a hundred takes longer. */
  readonly p99: number;
}

/**
 * How long answers take, in milliseconds: always the same, or log-normal through two points, the usual
 * shape of response times, with most of them near the middle and a long tail.
 * @public
 */
export type SimulatorLatency = number | LatencyPercentiles;

/** The standard normal distribution's 99th percentile. */
const Z99 = 2.326_347_874;
const LATENCY_SALT = 0x1a7e;
const WORD = 2 ** 32;

/** What is wrong with a latency; nothing when it can be used. @internal */
export function latencyProblems(latency: SimulatorLatency): readonly string[] {
  const found = new Faults();
  if (typeof latency === "object" && latency !== null) {
    const { p50, p99, ...others } = latency;
    found.number("latencyMs.p50", p50, { min: 0.001 });
    found.number("latencyMs.p99", p99, { min: typeof p50 === "number" ? p50 : 0 });
    for (const key of Object.keys(others)) found.add(`latencyMs.${key} is not known`);
  } else found.number("latencyMs", latency);
  return found.toError().faults;
}

/** The delay of the answer to a request: the same seed and index always give the same. @internal */
export function latencyOf(latency: SimulatorLatency, seed: number, index: number): number {
  if (typeof latency === "number") return latency;
  const { p50, p99 } = latency;
  // Box and Muller's way from two uniform numbers to a normal one; the first is never 0.
  const radius = Math.sqrt(-2 * Math.log((hash32(seed, LATENCY_SALT, index, 0) + 0.5) / WORD));
  const angle = (2 * Math.PI * hash32(seed, LATENCY_SALT, index, 1)) / WORD;
  const sigma = Math.log(p99 / p50) / Z99;
  return p50 * Math.exp(sigma * radius * Math.cos(angle));
}
