import { type Clock, systemClock } from "../../core/clock.ts";
import { Faults } from "../../core/faults.ts";
import { type FiniteLimit, resolveSymbolLimits, type SymbolLimits } from "./symbol-limits.ts";

/** How a {@link StreamManager} works. Read once, at construction. @public */
export interface StreamManagerOptions {
  /**
   * The least time from one change of the subscriptions to the next, in milliseconds; what is asked
   * for meanwhile goes in one. The first goes at once. Half a second lets a burst of callers share a
   * message, and nobody waits long for the first one. 0 sends each turn's changes at once.
   * @defaultValue 500
   */
  readonly changeIntervalMs?: number;
  /**
   * How many symbols the plan allows; within it the manager chooses by priority, then by age, instead
   * of letting the venue refuse.
   * @defaultValue no limit
   */
  readonly symbolLimits?: SymbolLimits;
  /** @defaultValue the system's clock */
  readonly clock?: Clock;
}

/** The defaults of {@link StreamManagerOptions}. @public */
export const STREAM_MANAGER_DEFAULTS: Readonly<{ changeIntervalMs: number }> = Object.freeze({
  changeIntervalMs: 500,
});

export interface ResolvedStreamManagerOptions {
  readonly changeIntervalMs: number;
  readonly limits: readonly FiniteLimit[];
  readonly clock: Clock;
}

/** @throws ConfigError listing everything that is wrong */
export function resolveStreamManagerOptions(
  options: StreamManagerOptions,
): ResolvedStreamManagerOptions {
  const { changeIntervalMs = STREAM_MANAGER_DEFAULTS.changeIntervalMs, symbolLimits } = options;
  const faults = new Faults();
  faults.number("changeIntervalMs", changeIntervalMs);
  const limits = resolveSymbolLimits(symbolLimits, faults);
  faults.throwIfAny();
  return { changeIntervalMs, limits, clock: options.clock ?? systemClock };
}
