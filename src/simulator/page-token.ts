import type { Market } from "./market.ts";
import { badRequest } from "./rest-reply.ts";
import { formatTime, parseTime, VenueTime } from "./venue-time.ts";

const DAY_OR_LONGER = /(Day|D|Week|W|Month|M)$/;

/** The last row of a page. Its text has the venue's shape, which clients must not rely on. @internal */
export class PageToken {
  readonly symbol: string;
  readonly offsetNs: number;

  constructor(symbol: string, offsetNs: number) {
    this.symbol = symbol;
    this.offsetNs = offsetNs;
  }

  /** Reads a token of one of the symbols asked for; `undefined` when the request carries none. */
  static read(
    text: string | null,
    symbols: readonly string[],
    market: Market,
  ): PageToken | undefined {
    if (text === null || text === "") return undefined;
    const [symbol = "", ...parts] = Buffer.from(text, "base64").toString().split("|");
    const time = parts
      .map((part) => (part.length >= 20 ? parseTime(part) : undefined))
      .find(Boolean);
    if (!time || !symbols.includes(symbol)) throw badRequest("invalid page_token");
    return new PageToken(symbol, market.offsetOf(time));
  }

  /** A token of the same row that no other request has got. */
  static respelled(text: string, requestIndex: number): string {
    const row = Buffer.from(text, "base64").toString();
    return Buffer.from(`${row}|#${requestIndex}`).toString("base64");
  }

  /** Base64 of `AAPL|M|2022-01-03T09:00:00.000000000Z`, `AAPL|<time>|P|<id>` or `AAPL|<time>|<hash>`. */
  text(kind: "bars" | "trades" | "quotes", timeframe: string | null, market: Market): string {
    const time = fullTime(market.timeAt(this.offsetNs));
    const isDaily = DAY_OR_LONGER.test(timeframe ?? "");
    const tail =
      kind === "bars" ? [isDaily ? "D" : "M", time] : [time, kind === "trades" ? "P" : "Q"];
    return Buffer.from([this.symbol, ...tail].join("|")).toString("base64");
  }
}

/** All nine digits. */
function fullTime({ seconds, nanos }: VenueTime): string {
  const whole = formatTime(new VenueTime(seconds, 0)).slice(0, -1);
  return `${whole}.${String(nanos).padStart(9, "0")}Z`;
}
