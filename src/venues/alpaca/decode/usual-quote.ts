import type { Arrival } from "../../../model/arrival.ts";
import { Quote } from "../../../model/quote.ts";
import type { MessagePackReader } from "./message-pack-reader.ts";
import { LETTERS } from "./short-text.ts";
import { keyAndTag, keyWord } from "./usual-keys.ts";

const SYMBOL = keyWord("S");
const BID_EXCHANGE = keyAndTag("bx", 0xa1);
const BID_PRICE = keyAndTag("bp", 0xcb);
const BID_SIZE = keyWord("bs");
const ASK_EXCHANGE = keyAndTag("ax", 0xa1);
const ASK_PRICE = keyAndTag("ap", 0xcb);
const ASK_SIZE = keyWord("as");
const CONDITIONS = keyWord("c");
const TAPE = keyAndTag("z", 0xa1);
const TIME = keyWord("t");

const KEYS = 10;

/**
 * A stock quote just as the venue sends it, the keys in its order, their values in their usual forms:
 * a key is compared together with its value's tag, not read. `undefined` for any other quote, of which
 * nothing is said then.
 */
export function usualQuote(reader: MessagePackReader, arrival: Arrival): Quote | undefined {
  const { view } = reader;
  let at = reader.at;
  if (reader.left !== KEYS || view.getUint16(at) !== SYMBOL) return undefined;
  reader.at = at + 2;
  const symbol = reader.symbol();
  at = reader.at;
  if (view.getUint32(at) !== BID_EXCHANGE) return undefined;
  const bidExchange = LETTERS[view.getUint8(at + 4)];
  if (view.getUint32(at + 5) !== BID_PRICE) return undefined;
  const bidPrice = view.getFloat64(at + 9);
  if (view.getUint32(at + 17) >>> 8 !== BID_SIZE) return undefined;
  reader.at = at + 20;
  const bidSize = reader.number();
  at = reader.at;
  if (view.getUint32(at) !== ASK_EXCHANGE) return undefined;
  const askExchange = LETTERS[view.getUint8(at + 4)];
  if (view.getUint32(at + 5) !== ASK_PRICE) return undefined;
  const askPrice = view.getFloat64(at + 9);
  if (view.getUint32(at + 17) >>> 8 !== ASK_SIZE) return undefined;
  reader.at = at + 20;
  const askSize = reader.number();
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
  if (bidExchange === undefined || askExchange === undefined || tape === undefined)
    return undefined;
  // Not a number, or without end.
  const prices = bidPrice + askPrice;
  if (reader.isOdd || prices - prices !== 0) return undefined;
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
