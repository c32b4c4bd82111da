import { type Arrival, arrivalOf } from "./arrival.ts";
import { MarketEvent } from "./market-event.ts";
import type { VenueTime } from "./venue-time.ts";

/** A trade id as it was decoded: a number where that is exact. @public */
export type RawId = number | bigint | string | undefined;

/** The fields of a {@link Trade} beside symbol and times. @public */
export interface TradeFields {
  readonly rawId: RawId;
  readonly price: number;
  readonly size: number;
  readonly conditions: readonly string[];
  readonly exchange: string;
  readonly tape: string;
  readonly takerSide: TakerSide;
  readonly revision?: TradeRevision | undefined;
}

/** What became of a trade after it was reported. @public */
export type TradeRevision = "canceled" | "corrected" | "incorrect" | "unknown";

/** Who took the liquidity; `unknown` where the venue does not say. @public */
export type TakerSide = "buy" | "sell" | "unknown";

/** A print on the tape. @public */
export class Trade extends MarketEvent {
  declare readonly price: number;
  /** Shares, contracts, or units of a crypto asset. */
  declare readonly size: number;
  /** The venue's condition codes, empty where it gives none. */
  declare readonly conditions: readonly string[];
  /** The venue's exchange code, empty where it gives none. */
  declare readonly exchange: string;
  /** `A` NYSE, `B` regional, `C` Nasdaq, `O` OTC, `N` overnight; empty where there is none. */
  declare readonly tape: string;
  declare readonly takerSide: TakerSide;
  /** In history, what became of it later; `undefined` for a trade that stands, and on the stream. */
  declare readonly revision: TradeRevision | undefined;
  readonly #rawId: RawId;

  /** For decoders, which make millions: no object in between. Everyone else uses {@link Trade.from}. */
  constructor(
    symbol: string,
    seconds: number,
    nanos: number,
    arrival: Arrival,
    rawId: RawId,
    price: number,
    size: number,
    conditions: readonly string[],
    exchange: string,
    tape: string,
    takerSide: TakerSide,
    revision: TradeRevision | undefined,
  ) {
    super(symbol, seconds, nanos, arrival);
    this.price = price;
    this.size = size;
    this.conditions = conditions;
    this.exchange = exchange;
    this.tape = tape;
    this.takerSide = takerSide;
    this.revision = revision;
    this.#rawId = rawId;
  }

  /** A trade of these fields; `received` is its arrival, or our wall clock alone. */
  static from(
    symbol: string,
    time: VenueTime,
    received: Arrival | number,
    fields: TradeFields,
  ): Trade {
    return new Trade(
      symbol,
      time.seconds,
      time.nanos,
      arrivalOf(received),
      fields.rawId,
      fields.price,
      fields.size,
      fields.conditions,
      fields.exchange,
      fields.tape,
      fields.takerSide,
      fields.revision,
    );
  }

  /** What it is, told apart from the other messages. */
  get type(): "trade" {
    return "trade";
  }

  /** The venue's id of the trade, exact whatever its size; `undefined` where there is none. */
  get id(): string | undefined {
    return this.#rawId === undefined ? undefined : String(this.#rawId);
  }

  /**
   * Tells trades of one symbol and one nanosecond apart: made of id and exchange, a whole number that
   * a double holds.
   * @internal
   */
  get key(): number {
    const id = this.#rawId;
    let low = 0;
    if (typeof id === "number") low = id < 2 ** 44 ? id : id % 2 ** 44;
    else if (id !== undefined) low = hashOf(String(id));
    return low * 256 + (this.exchange.length > 0 ? this.exchange.charCodeAt(0) & 0xff : 0);
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), id: this.id };
  }
}

/** 44 bits of a text: two 22-bit halves, forwards and backwards. */
function hashOf(text: string): number {
  let forwards = 0;
  let backwards = 0;
  for (let at = 0; at < text.length; at++) {
    forwards = (Math.imul(forwards, 31) + text.charCodeAt(at)) | 0;
    backwards = (Math.imul(backwards, 37) + text.charCodeAt(text.length - 1 - at)) | 0;
  }
  return (forwards >>> 10) * 2 ** 22 + (backwards >>> 10);
}
