import type { WireQuote, WireTrade } from "../venues/alpaca/wire.ts";
import type { Tape } from "./tape.ts";
import type { VenueTime } from "./venue-time.ts";

/** Which exchanges a stock feed shows: all of them, or the one it consists of. @internal */
export type StockVenue = "consolidated" | "iex" | "overnight";

// Exchange codes: market data FAQ and /v2/stocks/meta/exchanges, January 2026.
const CONSOLIDATED_EXCHANGES = ["Q", "N", "P", "K", "Z", "V", "D", "B", "J", "U"] as const;
const OPTION_EXCHANGES = ["C", "N", "W", "X", "M", "Q"] as const;

function stockExchange(venue: StockVenue, bits: number): string {
  if (venue === "iex") return "V";
  // The overnight session's code is not in the exchange table; its tape letter is N.
  if (venue === "overnight") return "N";
  return CONSOLIDATED_EXCHANGES[bits % CONSOLIDATED_EXCHANGES.length] ?? "Q";
}

/** Trade ids begin here, leaving room for any number of earlier trades. */
const FIRST_STOCK_ID = 52_000_000_000_000;
const FIRST_CRYPTO_ID = 3_447_000_000_000_000_000n;

const ODD_LOT = "I";
const LOT = 100;

/** A third of the trades are odd lots, the rest one to eight round lots. */
function stockTradeSize(bits: number): number {
  return bits % 3 === 0 ? 1 + ((bits >>> 8) % (LOT - 1)) : LOT * (1 + ((bits >>> 8) % 8));
}

/** Sale conditions by the market data page's tables: `@` regular on tape C, a space on A and B. */
function stockConditions(tape: Tape, size: number, bits: number): readonly string[] {
  const conditions = [tape.tapeCode === "C" ? "@" : " "];
  if ((bits >>> 16) % 4 === 0) conditions.push("F");
  if (size < LOT) conditions.push(ODD_LOT);
  return conditions;
}

/** The next tick above or below the middle: trades happen at the quote, not between. */
function tradePrice(tape: Tape, index: number, bits: number): number {
  const side = (bits >>> 4) & 1 ? 1 : -1;
  return (tape.middleTicks(index) + side) / tape.ticksPerUnit;
}

function cryptoSize(bits: number): number {
  return (1 + (bits % 2_000_000_000)) / 1e9;
}

/** The trade at an index of the tape, in the key order of the venue's stream. @internal */
export function tradeMessage(
  tape: Tape,
  index: number,
  t: VenueTime,
  venue: StockVenue,
): WireTrade<VenueTime> {
  const bits = tape.detailBits(index);
  const p = tradePrice(tape, index, bits);
  if (tape.assetClass === "crypto") {
    const i = FIRST_CRYPTO_ID + BigInt(index);
    const tks = (bits >>> 4) & 1 ? "B" : "S";
    return { T: "t", S: tape.symbol, p, s: cryptoSize(bits), t, i, tks };
  }
  if (tape.assetClass === "option") {
    const x = OPTION_EXCHANGES[bits % OPTION_EXCHANGES.length] ?? "C";
    return { T: "t", S: tape.symbol, t, p, s: 1 + ((bits >>> 8) % 20), x, c: "I" };
  }
  const s = stockTradeSize(bits);
  return {
    T: "t",
    S: tape.symbol,
    i: FIRST_STOCK_ID + index,
    x: stockExchange(venue, bits >>> 6),
    p,
    s,
    c: stockConditions(tape, s, bits),
    z: venue === "overnight" ? "N" : tape.tapeCode,
    t,
  };
}

/** The quote at an index of the tape, in the key order of the venue's stream. @internal */
export function quoteMessage(
  tape: Tape,
  index: number,
  t: VenueTime,
  venue: StockVenue,
): WireQuote<VenueTime> {
  const bits = tape.detailBits(index);
  const middle = tape.middleTicks(index);
  const bp = (middle - 1 - ((bits >>> 2) & 1 && middle > 2 ? 1 : 0)) / tape.ticksPerUnit;
  const ap = (middle + 1 + ((bits >>> 3) & 1)) / tape.ticksPerUnit;
  if (tape.assetClass === "crypto") {
    return { T: "q", S: tape.symbol, bp, bs: cryptoSize(bits), ap, as: cryptoSize(bits >>> 1), t };
  }
  const bidExchange = bits >>> 6;
  const askExchange = bits >>> 12;
  if (tape.assetClass === "option") {
    const bx = OPTION_EXCHANGES[bidExchange % OPTION_EXCHANGES.length] ?? "C";
    const ax = OPTION_EXCHANGES[askExchange % OPTION_EXCHANGES.length] ?? "C";
    const bs = 1 + ((bits >>> 16) % 90);
    return { T: "q", S: tape.symbol, t, bx, bp, bs, ax, ap, as: 1 + ((bits >>> 20) % 90), c: "A" };
  }
  return {
    T: "q",
    S: tape.symbol,
    bx: stockExchange(venue, bidExchange),
    bp,
    // Shares, not round lots, since 2025-11-03.
    bs: LOT * (1 + ((bits >>> 16) % 12)),
    ax: stockExchange(venue, askExchange),
    ap,
    as: LOT * (1 + ((bits >>> 20) % 12)),
    c: ["R"],
    z: venue === "overnight" ? "N" : tape.tapeCode,
    t,
  };
}
