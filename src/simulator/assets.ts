import { stableUuid } from "./identifiers.ts";
import type { Market } from "./market.ts";
import { hashText, TEST_SYMBOL } from "./symbols.ts";
import type { Tape } from "./tape.ts";

/** One row of the venue's list of assets. @internal */
export interface Asset {
  readonly id: string;
  readonly class: string;
  readonly exchange: string;
  readonly symbol: string;
  readonly name: string;
  readonly status: string;
  readonly attributes: readonly string[];
  readonly [field: string]: unknown;
}

const EXCHANGES = { A: "NYSE", B: "ARCA", C: "NASDAQ" } as const;
/** One symbol in this many that nobody knows by name cannot be borrowed. */
const SYMBOLS_PER_HARD_ONE = 5;

function stockAsset(market: Market, tape: Tape, notShortable: ReadonlySet<string>): Asset {
  const { symbol } = tape;
  const isWellKnown = market.settings.universe.stock.includes(symbol);
  const isLucky = hashText(0, symbol) % SYMBOLS_PER_HARD_ONE !== 0;
  const isShortable = !notShortable.has(symbol) && (isWellKnown || isLucky);
  return {
    // An asset's identifier belongs to the asset, not to the seed.
    id: stableUuid(0, symbol),
    class: "us_equity",
    exchange: EXCHANGES[tape.tapeCode],
    symbol,
    name: `${symbol} Common Stock`,
    status: "active",
    tradable: true,
    marginable: true,
    maintenance_margin_requirement: 30,
    margin_requirement_long: "30",
    margin_requirement_short: "30",
    shortable: isShortable,
    easy_to_borrow: isShortable,
    borrow_status: isShortable ? "easy_to_borrow" : "hard_to_borrow",
    fractionable: true,
    attributes: ["fractional_eh_enabled", "has_options", "overnight_tradable"],
  };
}

function cryptoAsset({ symbol, ticksPerUnit }: Tape): Asset {
  return {
    id: stableUuid(0, symbol),
    class: "crypto",
    exchange: "CRYPTO",
    symbol,
    name: symbol,
    status: "active",
    tradable: true,
    marginable: false,
    maintenance_margin_requirement: 100,
    margin_requirement_long: "100",
    margin_requirement_short: "100",
    shortable: false,
    easy_to_borrow: false,
    fractionable: true,
    attributes: [],
    min_order_size: "0.000000001",
    min_trade_increment: "0.000000001",
    price_increment: (1 / ticksPerUnit).toFixed(Math.round(Math.log10(ticksPerUnit))),
  };
}

/** The asset of a symbol; options and unknown symbols have none. @internal */
export function assetOf(
  market: Market,
  symbol: string,
  notShortable: ReadonlySet<string>,
): Asset | undefined {
  const tape = symbol === TEST_SYMBOL ? undefined : market.tape(symbol);
  if (!tape || tape.assetClass === "option") return undefined;
  return tape.assetClass === "crypto" ? cryptoAsset(tape) : stockAsset(market, tape, notShortable);
}

/** The assets of everything `*` stands for. @internal */
export function listedAssets(market: Market, notShortable: ReadonlySet<string>): readonly Asset[] {
  const { stock, crypto } = market.settings.universe;
  return [...stock, ...crypto].flatMap((symbol) => assetOf(market, symbol, notShortable) ?? []);
}
