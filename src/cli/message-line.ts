import type { StreamMessage } from "../venues/alpaca/handler-codes.ts";
import { timeOfDay } from "./time-of-day.ts";

const SYMBOL_WIDTH = 8;
const PRICE_WIDTH = 11;
const SIZE_WIDTH = 7;

/** A message as one aligned line: the venue's time, what it is, the symbol, the figures as they came. */
export function describeMessage(message: StreamMessage): string {
  const atMs = "timestampMs" in message ? message.timestampMs : message.receivedMs;
  const symbol = "symbol" in message ? message.symbol : "";
  const head = `${timeOfDay(atMs, { milliseconds: true })}  ${kindOf(message).padEnd(7)}`;
  return `${head} ${symbol.padEnd(SYMBOL_WIDTH)} ${figuresOf(message)}`.trimEnd();
}

/** The type in at most seven letters. */
function kindOf({ type }: StreamMessage): string {
  switch (type) {
    case "updatedBar":
      return "bar (u)";
    case "dailyBar":
      return "bar (d)";
    case "orderBook":
      return "book";
    case "tradingStatus":
      return "status";
    case "limitBand":
      return "luld";
    case "imbalance":
      return "imbal";
    case "correction":
      return "correct";
    case "cancellation":
      return "cancel";
    case "tradeUpdate":
      return "order";
    default:
      return type;
  }
}

function figuresOf(message: StreamMessage): string {
  switch (message.type) {
    case "trade":
      return `${priceAndSize(message.price, message.size)}  ${message.conditions.join("").trim()}`;
    case "quote":
      return `${priceAndSize(message.bidPrice, message.bidSize)} | ${priceAndSize(message.askPrice, message.askSize)}`;
    case "bar":
    case "updatedBar":
    case "dailyBar": {
      const { open, high, low, close, volume } = message;
      return `open ${open}  high ${high}  low ${low}  close ${close}  volume ${volume}`;
    }
    case "orderBook": {
      const what = message.snapshot ? "snapshot" : "change";
      return `${what}  ${message.bids.length} bids  ${message.asks.length} asks`;
    }
    case "tradingStatus":
      return `${message.statusText || message.statusCode}  ${message.reasonText}`;
    case "limitBand":
      return `up ${message.limitUp}  down ${message.limitDown}  ${message.indicator}`;
    case "imbalance":
      return price(message.price);
    case "correction": {
      const { original, corrected } = message;
      return `${original.size} at ${original.price} is ${corrected.size} at ${corrected.price}`;
    }
    case "cancellation":
      return `${message.size} at ${message.price}  ${message.action}`;
    case "pricing":
      return `mark ${message.markPrice}  index ${message.indexPrice}  funding ${message.fundingRate}`;
    case "news":
      return `${message.headline}  (${message.symbols.join(" ")})`;
    case "tradeUpdate":
      return message.event;
    default:
      return message satisfies never;
  }
}

function priceAndSize(value: number, size: number): string {
  return `${price(value)} × ${String(size).padEnd(SIZE_WIDTH)}`;
}

function price(value: number): string {
  return String(value).padStart(PRICE_WIDTH);
}
