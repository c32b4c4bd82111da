import type { Arrival } from "../../../model/arrival.ts";
import { Quote } from "../../../model/quote.ts";
import { Trade } from "../../../model/trade.ts";
import type { JsonReader } from "./json-reader.ts";

const SYMBOL = separatedKey('S"');
const BID_EXCHANGE = separatedKey("bx");
const BID_PRICE = separatedKey("bp");
const BID_SIZE = separatedKey("bs");
const ASK_EXCHANGE = separatedKey("ax");
const ASK_PRICE = separatedKey("ap");
const ASK_SIZE = separatedKey("as");
const CONDITIONS = separatedKey('c"');
const TAPE = separatedKey('z"');
const TIME = separatedKey('t"');
const ID = separatedKey('i"');
const EXCHANGE = separatedKey('x"');
const PRICE = separatedKey('p"');
const SIZE = separatedKey('s"');

/** The comma and the quote before a key, and the two bytes behind them. */
function separatedKey(bytes: string): number {
  return Buffer.from(`,"${bytes}`).readUInt32BE();
}

/** A stock quote with its keys in the venue's order; `undefined` for any other, of which nothing is said. */
export function usualJsonQuote(reader: JsonReader, arrival: Arrival): Quote | undefined {
  if (!reader.passLetter(SYMBOL)) return undefined;
  const symbol = reader.symbol();
  if (!reader.passLetters(BID_EXCHANGE)) return undefined;
  const bidExchange = reader.text();
  if (!reader.passLetters(BID_PRICE)) return undefined;
  const bidPrice = reader.number();
  if (!reader.passLetters(BID_SIZE)) return undefined;
  const bidSize = reader.number();
  if (!reader.passLetters(ASK_EXCHANGE)) return undefined;
  const askExchange = reader.text();
  if (!reader.passLetters(ASK_PRICE)) return undefined;
  const askPrice = reader.number();
  if (!reader.passLetters(ASK_SIZE)) return undefined;
  const askSize = reader.number();
  if (!reader.passLetter(CONDITIONS)) return undefined;
  const conditions = reader.conditions();
  if (!reader.passLetter(TAPE)) return undefined;
  const tape = reader.text();
  if (!reader.passLetter(TIME)) return undefined;
  const seconds = reader.time();
  if (!reader.passEnd()) return undefined;
  return new Quote(
    symbol,
    seconds,
    reader.nanos,
    arrival,
    bidPrice,
    bidSize,
    bidExchange,
    askPrice,
    askSize,
    askExchange,
    conditions,
    tape,
  );
}

/** A stock trade with its keys in the venue's order; `undefined` for any other. */
export function usualJsonTrade(reader: JsonReader, arrival: Arrival): Trade | undefined {
  if (!reader.passLetter(SYMBOL)) return undefined;
  const symbol = reader.symbol();
  if (!reader.passLetter(ID)) return undefined;
  const id = reader.id();
  if (!reader.passLetter(EXCHANGE)) return undefined;
  const exchange = reader.text();
  if (!reader.passLetter(PRICE)) return undefined;
  const price = reader.number();
  if (!reader.passLetter(SIZE)) return undefined;
  const size = reader.number();
  if (!reader.passLetter(CONDITIONS)) return undefined;
  const conditions = reader.conditions();
  if (!reader.passLetter(TAPE)) return undefined;
  const tape = reader.text();
  if (!reader.passLetter(TIME)) return undefined;
  const seconds = reader.time();
  if (!reader.passEnd()) return undefined;
  return new Trade(
    symbol,
    seconds,
    reader.nanos,
    arrival,
    id,
    price,
    size,
    conditions,
    exchange,
    tape,
    "unknown",
    undefined,
  );
}
