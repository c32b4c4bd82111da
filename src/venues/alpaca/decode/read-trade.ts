import type { Arrival } from "../../../model/arrival.ts";
import { type RawId, type TakerSide, Trade } from "../../../model/trade.ts";
import { takerSide } from "../to-model.ts";
import { NO_CONDITIONS } from "./condition-lists.ts";
import { END_OF_MESSAGE, keyCode } from "./key-code.ts";
import type { MessageReader } from "./message-reader.ts";

const SYMBOL = keyCode("S");
const ID = keyCode("i");
const EXCHANGE = keyCode("x");
const PRICE = keyCode("p");
const SIZE = keyCode("s");
const CONDITIONS = keyCode("c");
const TAPE = keyCode("z");
const TIME = keyCode("t");
const TAKER_SIDE = keyCode("tks");
const REVISION = keyCode("u");
const TYPE = keyCode("T");

const HAS_SYMBOL = 1;
const HAS_PRICE = 2;
const HAS_SIZE = 4;
const HAS_TIME = 8;
const HAS_ALL = 15;

/** The trade whose type was just read; for the order of the keys see {@link readQuote}. */
export function readTrade(reader: MessageReader, arrival: Arrival): Trade | undefined {
  let has = 0;
  let symbol = "";
  let seconds = 0;
  let nanos = 0;
  let id: RawId;
  let price = 0;
  let size = 0;
  let conditions = NO_CONDITIONS;
  let exchange = "";
  let tape = "";
  let side: TakerSide = "unknown";
  let key = reader.nextKey();
  while (key !== END_OF_MESSAGE) {
    const turn = reader.at;
    if (key === SYMBOL) {
      symbol = reader.symbol();
      has |= HAS_SYMBOL;
      key = reader.nextKey();
    }
    if (key === ID) {
      id = reader.id();
      key = reader.nextKey();
    }
    if (key === EXCHANGE) {
      exchange = reader.text();
      key = reader.nextKey();
    }
    if (key === PRICE) {
      price = reader.number();
      has |= HAS_PRICE;
      key = reader.nextKey();
    }
    if (key === SIZE) {
      size = reader.number();
      has |= HAS_SIZE;
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
    if (key === TAKER_SIDE) {
      side = takerSide(reader.text());
      key = reader.nextKey();
    }
    if (reader.at === turn && key !== END_OF_MESSAGE) {
      if (key === TYPE) reader.sameType("t");
      // Only history revises trades.
      else if (key === REVISION) reader.odd();
      else reader.skip();
      key = reader.nextKey();
    }
  }
  if (reader.isOdd || has !== HAS_ALL) return undefined;
  return new Trade(
    symbol,
    seconds,
    nanos,
    arrival,
    id,
    price,
    size,
    conditions,
    exchange,
    tape,
    side,
    undefined,
  );
}
