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
  readonly type = "trade";
  readonly price: number;
  /** Shares, contracts, or units of a crypto asset. */
  readonly size: number;
  /** The venue's condition codes, empty where it gives none. */
  readonly conditions: readonly string[];
  /** The venue's exchange code, empty where it gives none. */
  readonly exchange: string;
  /** `A` NYSE, `B` regional, `C` Nasdaq, `O` OTC, `N` overnight; empty where there is none. */
  readonly tape: string;
  readonly takerSide: TakerSide;
  /** In history, what became of it later; `undefined` for a trade that stands, and on the stream. */
  readonly revision: TradeRevision | undefined;
  readonly #rawId: RawId;

  constructor(symbol: string, time: VenueTime, receivedMs: number, fields: TradeFields) {
    super(symbol, time, receivedMs);
    this.price = fields.price;
    this.size = fields.size;
    this.conditions = fields.conditions;
    this.exchange = fields.exchange;
    this.tape = fields.tape;
    this.takerSide = fields.takerSide;
    this.revision = fields.revision;
    this.#rawId = fields.rawId;
  }

  /** The venue's id of the trade, exact whatever its size; `undefined` where there is none. */
  get id(): string | undefined {
    return this.#rawId === undefined ? undefined : String(this.#rawId);
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), id: this.id };
  }
}
