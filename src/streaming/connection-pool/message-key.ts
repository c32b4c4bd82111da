import type { MarketData } from "../../model/market-data.ts";

/**
 * The same text for the same message, over whichever connection it came; different messages of one
 * channel and symbol differ in it. Made only while a connection is being replaced.
 */
export function messageKey(message: MarketData): string {
  switch (message.type) {
    case "trade":
      // Ids are unique per exchange; a venue without exchanges gives none.
      return message.id === undefined ? everyField(message) : `${message.id} ${message.exchange}`;
    case "quote":
      return [
        message.seconds,
        message.nanos,
        message.bidPrice,
        message.bidSize,
        message.bidExchange,
        message.askPrice,
        message.askSize,
        message.askExchange,
        message.conditions,
      ].join(" ");
    case "bar":
    case "updatedBar":
    case "dailyBar":
      // A bar comes again with the same start and other values.
      return [
        message.seconds,
        message.open,
        message.high,
        message.low,
        message.close,
        message.volume,
        message.tradeCount,
        message.vwap,
      ].join(" ");
    default:
      return everyField(message);
  }
}

/** All but the moment of its arrival, which each connection has for itself. */
function everyField(message: MarketData): string {
  return JSON.stringify({ ...message.toJSON(), receivedMs: 0 });
}
