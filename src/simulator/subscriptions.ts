import type { WireSubscription } from "../venues/alpaca/wire.ts";
import type { AckKey, DataEndpoint } from "./endpoints.ts";
import { assetClassOf } from "./symbols.ts";

/** Symbols by channel, as a client asks for them. @internal */
export type Selection = ReadonlyMap<AckKey, readonly string[]>;

const STAR = "*";

/** Every channel name of any endpoint: a known one in the wrong place is 410, an unknown key is no channel. */
const CHANNEL_NAMES: ReadonlySet<string> = new Set([
  "trades",
  "quotes",
  "bars",
  "updatedBars",
  "dailyBars",
  "statuses",
  "lulds",
  "imbalances",
  "orderbooks",
  "pricing",
  "news",
  "corrections",
  "cancelErrors",
]);

/** These come with `trades` and cannot be asked for. */
const MIRRORS_OF_TRADES: ReadonlySet<AckKey> = new Set(["corrections", "cancelErrors"]);

/** Reads the channels of a subscribe or unsubscribe message, or says with which code it is refused. @internal */
export function readSelection(
  request: Readonly<Record<string, unknown>>,
  endpoint: DataEndpoint,
): Selection | number {
  const selection = new Map<AckKey, readonly string[]>();
  for (const [key, symbols] of Object.entries(request)) {
    if (!CHANNEL_NAMES.has(key)) continue;
    if (!Array.isArray(symbols) || !symbols.every((symbol) => typeof symbol === "string"))
      return 400;
    if (symbols.length === 0) continue;
    const channel = endpoint.channels.find((offered) => offered === key);
    if (!channel) return 410;
    if (!symbols.every((symbol) => isWellFormed(symbol, endpoint))) return 400;
    if (endpoint.carries === "option" && channel === "quotes" && symbols.includes(STAR)) return 413;
    selection.set(channel, symbols);
  }
  return selection;
}

function isWellFormed(symbol: string, { carries }: DataEndpoint): boolean {
  if (symbol === STAR) return true;
  const assetClass = assetClassOf(symbol);
  if (carries === "news") return assetClass !== undefined;
  if (carries === "crypto") return assetClass === "crypto";
  if (carries === "option") return assetClass === "option";
  return assetClass === "stock";
}

/** What one session is subscribed to. @internal */
export class Subscriptions {
  readonly #endpoint: DataEndpoint;
  readonly #symbols = new Map<AckKey, Set<string>>();

  constructor(endpoint: DataEndpoint) {
    this.#endpoint = endpoint;
  }

  /** The symbols of a channel, `*` among them when it was asked for. */
  of(channel: AckKey): ReadonlySet<string> {
    return this.#symbols.get(MIRRORS_OF_TRADES.has(channel) ? "trades" : channel) ?? new Set();
  }

  includes(channel: AckKey, symbol: string): boolean {
    const symbols = this.of(channel);
    return symbols.has(symbol) || symbols.has(STAR);
  }

  get isEmpty(): boolean {
    return [...this.#symbols.values()].every((symbols) => symbols.size === 0);
  }

  /**
   * Whether adding this would exceed a plan's limit of distinct (channel, symbol) pairs over trades
   * and quotes. How the venue counts is not documented today; older pages said this.
   */
  wouldExceed(limit: number, more: Selection): boolean {
    if (limit === Number.POSITIVE_INFINITY) return false;
    let count = 0;
    for (const channel of ["trades", "quotes"] as const) {
      const wanted = new Set([...this.of(channel), ...(more.get(channel) ?? [])]);
      if (wanted.has(STAR)) return true;
      count += wanted.size;
    }
    return count > limit;
  }

  add(more: Selection): void {
    for (const [channel, symbols] of more) {
      const held = this.#symbols.get(channel) ?? new Set<string>();
      for (const symbol of symbols) held.add(symbol);
      this.#symbols.set(channel, held);
    }
  }

  remove(less: Selection): void {
    for (const [channel, symbols] of less) {
      for (const symbol of symbols) this.#symbols.get(channel)?.delete(symbol);
    }
  }

  /** The whole state, in the key order of the endpoint; `imbalances` only while it is used. */
  acknowledgement(withoutKeys: readonly string[] = []): WireSubscription {
    const lists: { [key in AckKey]?: readonly string[] } = {};
    for (const key of this.#endpoint.ackKeys) {
      if (!withoutKeys.includes(key)) lists[key] = [...this.of(key)];
    }
    const imbalances = [...this.of("imbalances")];
    if (imbalances.length > 0 && !withoutKeys.includes("imbalances")) lists.imbalances = imbalances;
    return { T: "subscription", ...lists };
  }
}
