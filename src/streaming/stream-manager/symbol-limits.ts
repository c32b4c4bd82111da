import { type Faults, shown } from "../../core/faults.ts";
import { MARKET_CHANNELS, type MarketChannel } from "../channels.ts";

/** So many symbols over these channels together; a symbol on two channels counts twice. @public */
export interface SymbolLimit {
  /** @defaultValue every channel */
  readonly channels?: readonly MarketChannel[];
  /** The most symbols; `Infinity` for no limit. */
  readonly symbols: number;
}

/**
 * What a plan allows: one number over every channel, a number for each channel by itself, or a list
 * of limits that all have to hold. "30 symbols over trades and quotes, and bars without a limit" is
 * `[{ channels: ["trades", "quotes"], symbols: 30 }]`.
 * @public
 */
export type SymbolLimits =
  | number
  | { readonly [channel in MarketChannel]?: number }
  | readonly SymbolLimit[];

/** A limit that limits something. */
export interface FiniteLimit {
  /** Whether the channel's symbols count. */
  readonly counts: (channel: string) => boolean;
  readonly symbols: number;
}

/** The limits as one list, without those that limit nothing; what is wrong goes to `faults`. */
export function resolveSymbolLimits(
  limits: SymbolLimits | undefined,
  faults: Faults,
): FiniteLimit[] {
  return listed(limits, faults).flatMap(({ channels, symbols }, at) => {
    const name = typeof limits === "number" ? "symbolLimits" : `symbolLimits.${channels ?? at}`;
    faults.integer(name, symbols, { unlimited: true });
    if (symbols === Number.POSITIVE_INFINITY) return [];
    const counted = channels && new Set<string>(channels);
    return [{ counts: (channel: string) => counted?.has(channel) ?? true, symbols }];
  });
}

function listed(limits: SymbolLimits | undefined, faults: Faults): readonly SymbolLimit[] {
  if (limits === undefined) return [];
  if (typeof limits === "number") return [{ symbols: limits }];
  if (typeof limits !== "object" || limits === null) {
    faults.add(`symbolLimits must be a number, an object or a list, not ${shown(limits)}`);
    return [];
  }
  const list = Array.isArray(limits)
    ? (limits as readonly SymbolLimit[])
    : Object.entries(limits as Record<string, number | undefined>).flatMap(([channel, symbols]) =>
        symbols === undefined ? [] : [{ channels: [channel as MarketChannel], symbols }],
      );
  return list.filter((limit, at) => {
    const channels = limit?.channels ?? [];
    if (typeof limit !== "object" || limit === null || !Array.isArray(channels)) {
      faults.add(`symbolLimits.${at} must be { channels, symbols }, not ${shown(limit)}`);
      return false;
    }
    for (const channel of channels) faults.oneOf("symbolLimits: channel", channel, MARKET_CHANNELS);
    return true;
  });
}
