import { EVERY_KIND, LOAD_CHANNELS } from "./load-channels.ts";
import type { LoadMarket } from "./load-market.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** What a session wants of a load: nothing, everything, or for each symbol a set of kinds as bits. @internal */
export type LoadSelection = "nothing" | "everything" | Uint8Array;

/** Reads a session's subscriptions. @internal */
export function loadSelection(subscriptions: Subscriptions, market: LoadMarket): LoadSelection {
  const wanted = new Uint8Array(market.symbols.length);
  const want = (number: number, bit: number): void => {
    wanted[number] = (wanted[number] ?? 0) | bit;
  };
  for (const [kind, channel] of LOAD_CHANNELS.entries()) {
    const bit = 1 << kind;
    const asked = subscriptions.of(channel);
    if (asked.has("*")) for (const number of wanted.keys()) want(number, bit);
    for (const symbol of asked) {
      const number = market.numberOf(symbol);
      if (number !== undefined) want(number, bit);
    }
  }
  if (wanted.every((kinds) => kinds === EVERY_KIND)) return "everything";
  return wanted.some((kinds) => kinds !== 0) ? wanted : "nothing";
}
