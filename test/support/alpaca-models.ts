import { Bar } from "../../src/model/bar.ts";
import { Quote } from "../../src/model/quote.ts";
import { parseRfc3339, type VenueTime } from "../../src/model/venue-time.ts";

function timeOf(moment: number | string): VenueTime {
  if (typeof moment === "number") {
    return { seconds: Math.floor(moment / 1_000), nanos: (moment % 1_000) * 1_000_000 };
  }
  const time = parseRfc3339(moment);
  if (!time) throw new TypeError(`${moment} is no time`);
  return time;
}

/** A quote of that moment of the venue, in milliseconds or RFC 3339. */
export function quoteAt(moment: number | string, symbol = "AAPL", bidPrice = 100): Quote {
  return Quote.from(symbol, timeOf(moment), 0, {
    bidPrice,
    bidSize: 1,
    bidExchange: "V",
    askPrice: bidPrice + 1,
    askSize: 1,
    askExchange: "V",
    conditions: [],
    tape: "C",
  });
}

/** A minute bar that starts at that second. */
export function barAt(seconds: number, close = 100): Bar {
  return Bar.from("AAPL", { seconds, nanos: 0 }, 0, {
    type: "bar",
    open: close,
    high: close,
    low: close,
    close,
    volume: 1,
    tradeCount: 1,
    vwap: close,
  });
}
