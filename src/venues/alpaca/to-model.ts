import type { Arrival } from "../../model/arrival.ts";
import { Bar, type BarType } from "../../model/bar.ts";
import { Cancellation } from "../../model/cancellation.ts";
import { Correction } from "../../model/correction.ts";
import { Imbalance } from "../../model/imbalance.ts";
import { LimitBand } from "../../model/limit-band.ts";
import type { MarketData } from "../../model/market-data.ts";
import { News } from "../../model/news.ts";
import { type BookLevel, OrderBook } from "../../model/order-book.ts";
import { PerpetualPricing } from "../../model/perpetual-pricing.ts";
import { Quote } from "../../model/quote.ts";
import { type TakerSide, Trade, type TradeRevision } from "../../model/trade.ts";
import { TradingStatus } from "../../model/trading-status.ts";
import type { RawMessage } from "./frame-decoder.ts";
import { idText, list, number, rawId, text, time } from "./raw-fields.ts";

/** The wire's codes for data messages. @public */
export type DataCode = "t" | "q" | "b" | "d" | "u" | "c" | "x" | "l" | "s" | "i" | "o" | "p" | "n";

type Mapper = (raw: RawMessage, received: Arrival | number) => MarketData;

/** One entry per message of docs.alpaca.markets' real-time pages, January 2026; `p` from the Go SDK v3. */
const MAPPERS: Readonly<Record<DataCode, Mapper>> = {
  t: toTrade,
  q: toQuote,
  b: (raw, received) => toBar("bar", raw, received),
  d: (raw, received) => toBar("dailyBar", raw, received),
  u: (raw, received) => toBar("updatedBar", raw, received),
  c: toCorrection,
  x: toCancellation,
  l: toLimitBand,
  s: toTradingStatus,
  i: toImbalance,
  o: toOrderBook,
  p: toPricing,
  n: toNews,
};

/** Every code there is a model for. */
export const DATA_CODES: readonly DataCode[] = Object.keys(MAPPERS) as DataCode[];

/**
 * The model of a data message, or `undefined` for a code that is not known. Unknown keys are
 * ignored and descriptive ones may be missing; without symbol, price or time there is no message.
 * @throws TypeError naming the field that is missing or malformed
 */
export function toModel(raw: RawMessage, received: Arrival | number): MarketData | undefined {
  const code = raw["T"];
  if (typeof code !== "string" || !Object.hasOwn(MAPPERS, code)) return undefined;
  return MAPPERS[code as DataCode](raw, received);
}

export function toTrade(raw: RawMessage, received: Arrival | number): Trade {
  return Trade.from(text.required(raw, "S"), time.required(raw, "t"), received, {
    rawId: rawId(raw["i"]),
    price: number.required(raw, "p"),
    size: number.required(raw, "s"),
    conditions: list(raw["c"]),
    exchange: text.optional(raw, "x"),
    tape: text.optional(raw, "z"),
    takerSide: takerSide(raw["tks"]),
    revision: raw["u"] === undefined ? undefined : revision(raw["u"]),
  });
}

export function toQuote(raw: RawMessage, received: Arrival | number): Quote {
  return Quote.from(text.required(raw, "S"), time.required(raw, "t"), received, {
    bidPrice: number.required(raw, "bp"),
    bidSize: number.optional(raw, "bs"),
    bidExchange: text.optional(raw, "bx"),
    askPrice: number.required(raw, "ap"),
    askSize: number.optional(raw, "as"),
    askExchange: text.optional(raw, "ax"),
    conditions: list(raw["c"]),
    tape: text.optional(raw, "z"),
  });
}

export function toBar(type: BarType, raw: RawMessage, received: Arrival | number): Bar {
  return Bar.from(text.required(raw, "S"), time.required(raw, "t"), received, {
    type,
    open: number.required(raw, "o"),
    high: number.required(raw, "h"),
    low: number.required(raw, "l"),
    close: number.required(raw, "c"),
    volume: number.required(raw, "v"),
    tradeCount: number.optional(raw, "n"),
    vwap: number.optional(raw, "vw"),
  });
}

function toCorrection(raw: RawMessage, received: Arrival | number): Correction {
  return new Correction(text.required(raw, "S"), time.required(raw, "t"), received, {
    exchange: text.optional(raw, "x"),
    tape: text.optional(raw, "z"),
    original: {
      id: idText(raw, "oi"),
      price: number.required(raw, "op"),
      size: number.required(raw, "os"),
      conditions: list(raw["oc"]),
    },
    corrected: {
      id: idText(raw, "ci"),
      price: number.required(raw, "cp"),
      size: number.required(raw, "cs"),
      conditions: list(raw["cc"]),
    },
  });
}

function toCancellation(raw: RawMessage, received: Arrival | number): Cancellation {
  return new Cancellation(text.required(raw, "S"), time.required(raw, "t"), received, {
    id: idText(raw, "i"),
    price: number.required(raw, "p"),
    size: number.required(raw, "s"),
    exchange: text.optional(raw, "x"),
    tape: text.optional(raw, "z"),
    action: cancelAction(raw["a"]),
  });
}

function toLimitBand(raw: RawMessage, received: Arrival | number): LimitBand {
  return new LimitBand(text.required(raw, "S"), time.required(raw, "t"), received, {
    limitUp: number.required(raw, "u"),
    limitDown: number.required(raw, "d"),
    indicator: text.optional(raw, "i"),
    tape: text.optional(raw, "z"),
  });
}

function toTradingStatus(raw: RawMessage, received: Arrival | number): TradingStatus {
  return new TradingStatus(text.required(raw, "S"), time.required(raw, "t"), received, {
    statusCode: text.required(raw, "sc"),
    statusText: text.optional(raw, "sm"),
    reasonCode: text.optional(raw, "rc"),
    reasonText: text.optional(raw, "rm"),
    tape: text.optional(raw, "z"),
  });
}

function toImbalance(raw: RawMessage, received: Arrival | number): Imbalance {
  return new Imbalance(text.required(raw, "S"), time.required(raw, "t"), received, {
    price: number.required(raw, "p"),
    tape: text.optional(raw, "z"),
  });
}

function toOrderBook(raw: RawMessage, received: Arrival | number): OrderBook {
  return new OrderBook(text.required(raw, "S"), time.required(raw, "t"), received, {
    bids: levels(raw["b"]),
    asks: levels(raw["a"]),
    snapshot: raw["r"] === true,
  });
}

function levels(value: unknown): readonly BookLevel[] {
  if (!Array.isArray(value)) return [];
  return value.map((level: RawMessage) => ({
    price: number.required(level, "p"),
    size: number.required(level, "s"),
  }));
}

function toPricing(raw: RawMessage, received: Arrival | number): PerpetualPricing {
  return new PerpetualPricing(text.required(raw, "S"), time.required(raw, "t"), received, {
    indexPrice: number.required(raw, "ip"),
    markPrice: number.required(raw, "mp"),
    fundingRate: number.required(raw, "fr"),
    openInterest: number.optional(raw, "oi"),
    nextFunding: raw["ft"] == null ? undefined : time.required(raw, "ft"),
  });
}

function toNews(raw: RawMessage, received: Arrival | number): News {
  return new News(time.required(raw, "updated_at"), received, {
    id: idText(raw, "id"),
    headline: text.optional(raw, "headline"),
    summary: text.optional(raw, "summary"),
    author: text.optional(raw, "author"),
    content: text.optional(raw, "content"),
    url: text.optional(raw, "url"),
    symbols: list(raw["symbols"]),
    source: text.optional(raw, "source"),
    createdAt: time.required(raw, "created_at"),
  });
}

export function takerSide(code: unknown): TakerSide {
  return code === "B" ? "buy" : code === "S" ? "sell" : "unknown";
}

/** Only in history (historical trades reference, January 2026). */
function revision(word: unknown): TradeRevision {
  return word === "canceled" || word === "corrected" || word === "incorrect" ? word : "unknown";
}

function cancelAction(code: unknown): Cancellation["action"] {
  return code === "C" ? "cancel" : code === "E" ? "error" : "unknown";
}
