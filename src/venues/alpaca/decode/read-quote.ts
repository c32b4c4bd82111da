import type { Arrival } from "../../../model/arrival.ts";
import { Quote } from "../../../model/quote.ts";
import { NO_CONDITIONS } from "./condition-lists.ts";
import { END_OF_MESSAGE, keyCode } from "./key-code.ts";
import type { MessageReader } from "./message-reader.ts";

const SYMBOL = keyCode("S");
const BID_EXCHANGE = keyCode("bx");
const BID_PRICE = keyCode("bp");
const BID_SIZE = keyCode("bs");
const ASK_EXCHANGE = keyCode("ax");
const ASK_PRICE = keyCode("ap");
const ASK_SIZE = keyCode("as");
const CONDITIONS = keyCode("c");
const TAPE = keyCode("z");
const TIME = keyCode("t");
const TYPE = keyCode("T");

const HAS_SYMBOL = 1;
const HAS_BID = 2;
const HAS_ASK = 4;
const HAS_TIME = 8;
const HAS_ALL = 15;

/**
 * The quote whose type was just read. The keys are asked for in the venue's order, each of them
 * optional, so that its own messages take one turn of the loop; any other order takes more turns.
 */
export function readQuote(reader: MessageReader, arrival: Arrival): Quote | undefined {
  let has = 0;
  let symbol = "";
  let seconds = 0;
  let nanos = 0;
  let bidPrice = 0;
  let bidSize = 0;
  let bidExchange = "";
  let askPrice = 0;
  let askSize = 0;
  let askExchange = "";
  let conditions = NO_CONDITIONS;
  let tape = "";
  let key = reader.nextKey();
  while (key !== END_OF_MESSAGE) {
    const turn = reader.at;
    if (key === SYMBOL) {
      symbol = reader.symbol();
      has |= HAS_SYMBOL;
      key = reader.nextKey();
    }
    if (key === BID_EXCHANGE) {
      bidExchange = reader.text();
      key = reader.nextKey();
    }
    if (key === BID_PRICE) {
      bidPrice = reader.number();
      has |= HAS_BID;
      key = reader.nextKey();
    }
    if (key === BID_SIZE) {
      bidSize = reader.number();
      key = reader.nextKey();
    }
    if (key === ASK_EXCHANGE) {
      askExchange = reader.text();
      key = reader.nextKey();
    }
    if (key === ASK_PRICE) {
      askPrice = reader.number();
      has |= HAS_ASK;
      key = reader.nextKey();
    }
    if (key === ASK_SIZE) {
      askSize = reader.number();
      key = reader.nextKey();
    }
    if (key === CONDITIONS) {
      conditions = reader.conditions();
      key = reader.nextKey();
    }
    if (key === TAPE) {
      tape = reader.text();
      key = reader.nextKey();
    }
    if (key === TIME) {
      seconds = reader.time();
      nanos = reader.nanos;
      has |= HAS_TIME;
      key = reader.nextKey();
    }
    if (reader.at === turn && key !== END_OF_MESSAGE) {
      if (key === TYPE) reader.sameType("q");
      else reader.skip();
      key = reader.nextKey();
    }
  }
  if (reader.isOdd || has !== HAS_ALL) return undefined;
  return new Quote(
    symbol,
    seconds,
    nanos,
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
