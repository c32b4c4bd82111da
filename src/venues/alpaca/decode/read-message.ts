import type { Arrival } from "../../../model/arrival.ts";
import type { Bar } from "../../../model/bar.ts";
import type { Quote } from "../../../model/quote.ts";
import type { Trade } from "../../../model/trade.ts";
import type { JsonReader } from "./json-reader.ts";
import type { MessagePackReader } from "./message-pack-reader.ts";
import type { MessageReader } from "./message-reader.ts";
import { readBar } from "./read-bar.ts";
import { readQuote } from "./read-quote.ts";
import { readTrade } from "./read-trade.ts";
import { usualJsonQuote, usualJsonTrade } from "./usual-json.ts";
import { usualQuote } from "./usual-quote.ts";
import { usualTrade } from "./usual-trade.ts";

const QUOTE = "q".charCodeAt(0);
const TRADE = "t".charCodeAt(0);
const MINUTE_BAR = "b".charCodeAt(0);
const DAILY_BAR = "d".charCodeAt(0);
const UPDATED_BAR = "u".charCodeAt(0);

/** The messages that are read directly. */
export type DirectMessage = Trade | Quote | Bar;

/**
 * The message at the cursor: first in the hope that it is a stock's quote or trade in the venue's
 * usual form, then in any order of keys. `undefined` for all that the generic way has to tell.
 */
export function readMessagePack(
  reader: MessagePackReader,
  arrival: Arrival,
): DirectMessage | undefined {
  const start = reader.at;
  const type = reader.begin();
  const usual =
    type === QUOTE
      ? usualQuote(reader, arrival)
      : type === TRADE
        ? usualTrade(reader, arrival)
        : undefined;
  return usual ?? readAnyOrder(reader, start, arrival);
}

/** The same for JSON. */
export function readJson(reader: JsonReader, arrival: Arrival): DirectMessage | undefined {
  const start = reader.at;
  const type = reader.begin();
  const usual =
    type === QUOTE
      ? usualJsonQuote(reader, arrival)
      : type === TRADE
        ? usualJsonTrade(reader, arrival)
        : undefined;
  return usual ?? readAnyOrder(reader, start, arrival);
}

function readAnyOrder(
  reader: MessageReader,
  start: number,
  arrival: Arrival,
): DirectMessage | undefined {
  reader.at = start;
  switch (reader.begin()) {
    case QUOTE:
      return readQuote(reader, arrival);
    case TRADE:
      return readTrade(reader, arrival);
    case MINUTE_BAR:
      return readBar(reader, arrival, "b", "bar");
    case DAILY_BAR:
      return readBar(reader, arrival, "d", "dailyBar");
    case UPDATED_BAR:
      return readBar(reader, arrival, "u", "updatedBar");
    default:
      return undefined;
  }
}
