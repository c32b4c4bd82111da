import { hash32 } from "../core/random.ts";

/** What kind of thing a symbol names. @internal */
export type AssetClass = "stock" | "crypto" | "option";

/** The symbol that `/v2/test` knows, and the only one it knows. @internal */
export const TEST_SYMBOL = "FAKEPACA";

const STOCK = /^[A-Z][A-Z0-9]{0,11}(?:[.-][A-Z]{1,3})?$/;
const CRYPTO = /^[A-Z0-9]{2,12}\/[A-Z0-9]{2,6}$/;
/** Root, date, call or put, strike × 1000 in eight digits (OCC, without padding). */
const OPTION = /^([A-Z][A-Z0-9]{0,5})(\d{6})([CP])(\d{8})$/;

/** The class of a well-formed symbol, `undefined` for a malformed one. @internal */
export function assetClassOf(symbol: string): AssetClass | undefined {
  if (OPTION.test(symbol)) return "option";
  if (STOCK.test(symbol)) return "stock";
  return CRYPTO.test(symbol) ? "crypto" : undefined;
}

/** Orders of magnitude that make the display plausible; any other symbol's price comes from its hash. */
const BASE_PRICES: ReadonlyMap<string, number> = new Map([
  ["AAPL", 228.4],
  ["AMD", 162.3],
  ["AMZN", 219.7],
  ["GOOGL", 176.2],
  ["META", 612.5],
  ["MSFT", 431.9],
  ["NFLX", 918.6],
  ["NVDA", 134.8],
  ["QQQ", 512.4],
  ["SPY", 589.3],
  ["TSLA", 342.1],
  ["BRK.B", 468.2],
  [TEST_SYMBOL, 134.5],
  ["BTC/USD", 67_412],
  ["ETH/USD", 3484],
  ["SOL/USD", 168.3],
  ["LTC/USD", 84.6],
  ["DOGE/USD", 0.1634],
  ["AVAX/USD", 38.72],
  ["SHIB/USD", 0.0000183],
]);

/** What `*` means on each kind of endpoint, unless the options say otherwise. @internal */
export const DEFAULT_UNIVERSE: { readonly [assetClass in AssetClass]: readonly string[] } = {
  stock: ["AAPL", "AMD", "AMZN", "GOOGL", "META", "MSFT", "NFLX", "NVDA", "QQQ", "SPY", "TSLA"],
  crypto: ["AVAX/USD", "BTC/USD", "DOGE/USD", "ETH/USD", "LTC/USD", "SHIB/USD", "SOL/USD"],
  option: ["AAPL271217C00230000", "AAPL271217P00230000", "SPY271217C00590000"],
};

/** One 32-bit value for a text, so that hashes of symbols can be mixed with indices. @internal */
export function hashText(seed: number, text: string): number {
  let state = hash32(seed, text.length);
  for (let at = 0; at < text.length; at++) state = hash32(state, text.charCodeAt(at));
  return state;
}

/** The price a symbol's path wanders around. @internal */
export function basePriceOf(symbol: string, symbolHash: number): number {
  const known = BASE_PRICES.get(symbol);
  if (known !== undefined) return known;
  const share = symbolHash / 2 ** 32;
  const assetClass = assetClassOf(symbol);
  if (assetClass === "option") return 0.5 + share * 20;
  // Log-uniform: as many penny coins as expensive ones.
  return assetClass === "crypto" ? 10 ** (share * 5 - 2) : 10 ** (1 + share * 1.6);
}

/** The consolidated tape of a stock: `A` NYSE, `B` the regional exchanges, `C` Nasdaq. @internal */
export function tapeOf(symbol: string, symbolHash: number): "A" | "B" | "C" {
  if (symbol === "SPY") return "B";
  if (symbol === "BRK.B") return "A";
  if (BASE_PRICES.has(symbol)) return "C";
  return (["A", "B", "C"] as const)[symbolHash % 3] ?? "C";
}
