import type { Arrival } from "../../../model/arrival.ts";
import { Trade } from "../../../model/trade.ts";
import type { MessagePackReader } from "./message-pack-reader.ts";
import { LETTERS } from "./short-text.ts";
import { keyAndTag, keyWord } from "./usual-keys.ts";

const SYMBOL = keyWord("S");
const ID = keyWord("i");
const EXCHANGE = keyAndTag("x", 0xa1);
const PRICE = keyAndTag("p", 0xcb);
const SIZE = keyWord("s");
const CONDITIONS = keyWord("c");
const TAPE = keyAndTag("z", 0xa1);
const TIME = keyWord("t");

const KEYS = 8;

/** A stock trade just as the venue sends it; see {@link usualQuote}. */
export function usualTrade(reader: MessagePackReader, arrival: Arrival): Trade | undefined {
  const { view } = reader;
  let at = reader.at;
  if (reader.left !== KEYS || view.getUint16(at) !== SYMBOL) return undefined;
  reader.at = at + 2;
  const symbol = reader.symbol();
  at = reader.at;
  if (view.getUint16(at) !== ID) return undefined;
  reader.at = at + 2;
  const id = reader.id();
  at = reader.at;
  if (view.getUint32(at) >>> 8 !== EXCHANGE) return undefined;
  const exchange = LETTERS[view.getUint8(at + 3)];
  if (view.getUint32(at + 4) >>> 8 !== PRICE) return undefined;
  const price = view.getFloat64(at + 7);
  if (view.getUint16(at + 15) !== SIZE) return undefined;
  reader.at = at + 17;
  const size = reader.number();
  at = reader.at;
  if (view.getUint16(at) !== CONDITIONS) return undefined;
  reader.at = at + 2;
  const conditions = reader.conditions();
  at = reader.at;
  if (view.getUint32(at) >>> 8 !== TAPE) return undefined;
  const tape = LETTERS[view.getUint8(at + 3)];
  if (view.getUint16(at + 4) !== TIME) return undefined;
  reader.at = at + 6;
  const seconds = reader.time();
  if (exchange === undefined || tape === undefined) return undefined;
  if (reader.isOdd || price - price !== 0) return undefined;
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
