import {
  ConfigError,
  SubscriptionIncompleteError,
  SubscriptionRejectedError,
} from "../../core/errors.ts";
import type { HoldfastError } from "../../core/holdfast-error.ts";
import { channelSymbol, toSelection } from "./channel-symbol.ts";
import { SymbolLimitError } from "./symbol-limit-error.ts";

/** A symbol that a subscription asked for and does not have. @public */
export interface RefusedSymbol {
  readonly channel: string;
  readonly symbol: string;
  /**
   * `limit`: it found no room. `evicted`: it had room, and a higher priority took it. Both come as
   * soon as there is room. `venue`: the venue refused it, and it is not asked for again.
   */
  readonly reason: "limit" | "evicted" | "venue";
  /** What the venue, or the stream to it, said; only with the reason `venue`. */
  readonly error?: HoldfastError;
}

/** One error for a subscription of which nothing was left. */
export function refusalError(refused: readonly RefusedSymbol[]): HoldfastError {
  const selection = toSelection(
    refused.map(({ channel, symbol }) => channelSymbol(channel, symbol)),
  );
  const errors = [...new Set(refused.flatMap(({ error }) => (error ? [error] : [])))];
  const [first] = errors;
  if (!first) return new SymbolLimitError(selection);
  if (errors.length === 1 && refused.every(({ error }) => error)) return first;
  if (errors.every((error) => error instanceof ConfigError)) {
    return new ConfigError([...new Set(errors.flatMap(({ faults }) => faults))], { cause: first });
  }
  if (first instanceof SubscriptionIncompleteError) {
    return new SubscriptionIncompleteError(selection, { cause: first });
  }
  const venueCode = first instanceof SubscriptionRejectedError ? first.venueCode : 0;
  return new SubscriptionRejectedError(venueCode, "see the cause", selection, { cause: first });
}
