import type { Arrival } from "../../../model/arrival.ts";
import { Bar, type BarType } from "../../../model/bar.ts";
import { END_OF_MESSAGE, keyCode } from "./key-code.ts";
import type { MessageReader } from "./message-reader.ts";

const SYMBOL = keyCode("S");
const OPEN = keyCode("o");
const HIGH = keyCode("h");
const LOW = keyCode("l");
const CLOSE = keyCode("c");
const VOLUME = keyCode("v");
const TIME = keyCode("t");
const TRADE_COUNT = keyCode("n");
const VWAP = keyCode("vw");
const TYPE = keyCode("T");

const HAS_SYMBOL = 1;
const HAS_OPEN = 2;
const HAS_HIGH = 4;
const HAS_LOW = 8;
const HAS_CLOSE = 16;
const HAS_VOLUME = 32;
const HAS_TIME = 64;
const HAS_ALL = 127;

/** The bar whose type was just read; for the order of the keys see {@link readQuote}. */
export function readBar(
  reader: MessageReader,
  arrival: Arrival,
  code: "b" | "d" | "u",
  type: BarType,
): Bar | undefined {
  let has = 0;
  let symbol = "";
  let seconds = 0;
  let nanos = 0;
  let open = 0;
  let high = 0;
  let low = 0;
  let close = 0;
  let volume = 0;
  let tradeCount = 0;
  let vwap = 0;
  let key = reader.nextKey();
  while (key !== END_OF_MESSAGE) {
    const turn = reader.at;
    if (key === SYMBOL) {
      symbol = reader.symbol();
      has |= HAS_SYMBOL;
      key = reader.nextKey();
    }
    if (key === OPEN) {
      open = reader.number();
      has |= HAS_OPEN;
      key = reader.nextKey();
    }
    if (key === HIGH) {
      high = reader.number();
      has |= HAS_HIGH;
      key = reader.nextKey();
    }
    if (key === LOW) {
      low = reader.number();
      has |= HAS_LOW;
      key = reader.nextKey();
    }
    if (key === CLOSE) {
      close = reader.number();
      has |= HAS_CLOSE;
      key = reader.nextKey();
    }
    if (key === VOLUME) {
      volume = reader.number();
      has |= HAS_VOLUME;
      key = reader.nextKey();
    }
    if (key === TIME) {
      seconds = reader.time();
      nanos = reader.nanos;
      has |= HAS_TIME;
      key = reader.nextKey();
    }
    if (key === TRADE_COUNT) {
      tradeCount = reader.number();
      key = reader.nextKey();
    }
    if (key === VWAP) {
      vwap = reader.number();
      key = reader.nextKey();
    }
    if (reader.at === turn && key !== END_OF_MESSAGE) {
      if (key === TYPE) reader.sameType(code);
      else reader.skip();
      key = reader.nextKey();
    }
  }
  if (reader.isOdd || has !== HAS_ALL) return undefined;
  return new Bar(
    symbol,
    seconds,
    nanos,
    arrival,
    type,
    open,
    high,
    low,
    close,
    volume,
    tradeCount,
    vwap,
  );
}
