import { hash32, seededRandom } from "../core/random.ts";
import type { WireBar, WireQuote, WireTrade } from "../venues/alpaca/wire.ts";
import { BAR_KIND, QUOTE_KIND, TRADE_KIND } from "./load-channels.ts";
import { shuffle, zipfRanks } from "./load-symbols.ts";
import { basePriceOf, hashText, tapeOf } from "./symbols.ts";
import { VenueTime } from "./venue-time.ts";

/** Ids of a load begin after this: every one of them has thirteen digits, and nine bytes of MessagePack. @internal */
export const LOAD_ID_BASE = 1e12;
/** Stands where a time is patched in: nine digits of nanoseconds. @internal */
export const TIME_PLACE: VenueTime = new VenueTime(1_704_207_845, 123_456_789);
/** Stands where a bar's minute is patched in. @internal */
export const MINUTE_PLACE: VenueTime = new VenueTime(1_704_207_840, 0);

/** Every hundred messages are made up of these, in an order of their own. */
const HUNDRED = { trades: 14, bars: 1 };
const BLOCK = 100;
/** With so many messages for each symbol, even the rarest comes up by Zipf's law, up to 20,000 of them. */
const MESSAGES_PER_SYMBOL = 12.5;
/** Fewer would repeat themselves too soon. */
const LEAST_MESSAGES = 10_000;

const EXCHANGES = "VQZPKNTXYBJHMU";
const QUOTE_CONDITIONS = [["R"], ["R"], ["R"], ["R"], ["A"], ["B"]] as const;
const TRADE_CONDITIONS = [["@"], ["@", "I"], ["@", "F", "I"], [" ", "T"], ["@", "T", "I"]] as const;

/** A message with placeholders where every sending patches it. @internal */
export type LoadMessage = WireTrade<VenueTime> | WireQuote<VenueTime> | WireBar<VenueTime>;

/** The messages that a load sends round and round, as kinds and symbols. @internal */
export interface LoadScript {
  readonly kinds: Uint8Array;
  /** Places in the list of symbols. */
  readonly symbols: Uint32Array;
}

/**
 * Draws the messages: exactly 85 quotes, 14 trades and a bar in every hundred. There are as many as make
 * whole frames and whole hundreds.
 * @internal
 */
export function loadScript(seed: number, symbolCount: number, framesOf: number): LoadScript {
  const least = Math.max(LEAST_MESSAGES, symbolCount * MESSAGES_PER_SYMBOL);
  const round = framesOf * BLOCK;
  const count = round * Math.ceil(least / round);
  const random = seededRandom(seed);
  const symbols = zipfRanks(count, symbolCount);
  shuffle(symbols, random);
  const kinds = new Uint8Array(count).fill(QUOTE_KIND);
  for (let from = 0; from < count; from += BLOCK) {
    const block = kinds.subarray(from, from + BLOCK);
    block.fill(TRADE_KIND, 0, HUNDRED.trades);
    block.fill(BAR_KIND, HUNDRED.trades, HUNDRED.trades + HUNDRED.bars);
    shuffle(block, random);
  }
  return { kinds, symbols };
}

function cents(price: number): number {
  return Math.round(price * 100) / 100;
}

/** What does not change about a symbol. @internal */
export interface LoadListing {
  readonly symbol: string;
  readonly basePrice: number;
  readonly tapeCode: string;
}

/** Looks a symbol up, once for all its messages. @internal */
export function loadListing(symbol: string): LoadListing {
  const identity = hashText(0, symbol);
  return {
    symbol,
    basePrice: basePriceOf(symbol, identity),
    tapeCode: tapeOf(symbol, identity),
  };
}

/** One message of the script, in the key order of the venue's stream. @internal */
export function loadMessage(
  kind: number,
  { symbol: S, basePrice, tapeCode: z }: LoadListing,
  seed: number,
  position: number,
): LoadMessage {
  const bits = hash32(seed, position);
  const more = hash32(seed, position, 1);
  // Within half a per cent of what the symbol is worth.
  const p = Math.max(0.01, cents(basePrice * (0.995 + (bits % 1024) / 102_400)));
  const exchange = (shift: number): string => EXCHANGES.charAt((bits >>> shift) % EXCHANGES.length);
  // Most sizes are small, some are large.
  const size = (most: number): number => 1 + Math.floor((more / 2 ** 32) ** 2 * most);
  if (kind === QUOTE_KIND) {
    return {
      T: "q",
      S,
      bx: exchange(4),
      bp: p,
      bs: 100 * size(40),
      ax: exchange(12),
      ap: cents(p + 0.01 + (bits % 5) / 100),
      as: 100 * (1 + (more % 40)),
      c: QUOTE_CONDITIONS[bits % QUOTE_CONDITIONS.length] ?? ["R"],
      z,
      t: TIME_PLACE,
    };
  }
  if (kind === TRADE_KIND) {
    return {
      T: "t",
      S,
      i: LOAD_ID_BASE,
      x: exchange(4),
      // A fifth of the trades is between the cents.
      p: bits % 5 === 0 ? Math.round((p + 0.0049) * 10_000) / 10_000 : p,
      s: size(800),
      c: TRADE_CONDITIONS[bits % TRADE_CONDITIONS.length] ?? ["@"],
      z,
      t: TIME_PLACE,
    };
  }
  return {
    T: "b",
    S,
    o: p,
    h: cents(p + 0.2),
    l: Math.max(0.01, cents(p - 0.2)),
    c: cents(p + (bits % 10) / 100),
    v: 100 + (more % 90_000),
    t: MINUTE_PLACE,
    n: 1 + (bits % 900),
    vw: Math.round((p + (more % 1000) / 100_000) * 1e6) / 1e6,
  };
}
