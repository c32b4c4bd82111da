/**
 * Alpaca's messages as they stand on the wire. Types only.
 * Source: docs.alpaca.markets, real-time stock, crypto, option and news pages and the websocket
 * streaming page, read January to September 2026.
 *
 * `Time` is RFC 3339 text with up to nine fractional digits in JSON, and the timestamp extension
 * (type -1) in MessagePack; each codec says what it makes of it.
 */

/** Data channels a client may ask for. `corrections` and `cancelErrors` come with `trades`. @public */
export type WireChannel =
  | "trades"
  | "quotes"
  | "bars"
  | "updatedBars"
  | "dailyBars"
  | "statuses"
  | "lulds"
  | "imbalances"
  | "orderbooks"
  | "pricing"
  | "news";

export type WireSelection = { readonly [channel in WireChannel]?: readonly string[] };

/** A trade. @public */
export interface WireTrade<Time = string> {
  readonly T: "t";
  readonly S: string;
  /** Trade id, beyond 2^53 for crypto; absent for options. */
  readonly i?: number | bigint;
  readonly x?: string;
  readonly p: number;
  readonly s: number;
  /** A list for stocks, one text for options, absent for crypto. */
  readonly c?: readonly string[] | string;
  readonly z?: string;
  /** Taker side, crypto only. */
  readonly tks?: "B" | "S";
  readonly t: Time;
}

/** The best bid and offer. @public */
export interface WireQuote<Time = string> {
  readonly T: "q";
  readonly S: string;
  readonly bx?: string;
  readonly bp: number;
  readonly bs: number;
  readonly ax?: string;
  readonly ap: number;
  readonly as: number;
  readonly c?: readonly string[] | string;
  readonly z?: string;
  readonly t: Time;
}

/** A minute bar `b`, the day so far `d`, or a minute again after late trades `u`. @public */
export interface WireBar<Time = string> {
  readonly T: "b" | "d" | "u";
  readonly S: string;
  readonly o: number;
  readonly h: number;
  readonly l: number;
  readonly c: number;
  readonly v: number;
  readonly t: Time;
  readonly n?: number;
  readonly vw?: number;
}

/** A trade that was reported wrongly. @public */
export interface WireCorrection<Time = string> {
  readonly T: "c";
  readonly S: string;
  readonly x: string;
  readonly oi: number | bigint;
  readonly op: number;
  readonly os: number;
  readonly oc?: readonly string[];
  readonly ci: number | bigint;
  readonly cp: number;
  readonly cs: number;
  readonly cc?: readonly string[];
  readonly z?: string;
  readonly t: Time;
}

/** A trade that is taken back. @public */
export interface WireCancel<Time = string> {
  readonly T: "x";
  readonly S: string;
  readonly i: number | bigint;
  readonly x: string;
  readonly p: number;
  readonly s: number;
  /** `C` cancel, `E` error. */
  readonly a: string;
  readonly z?: string;
  readonly t: Time;
}

/** A limit-up limit-down band. @public */
export interface WireLuld<Time = string> {
  readonly T: "l";
  readonly S: string;
  readonly u: number;
  readonly d: number;
  readonly i: string;
  readonly z?: string;
  readonly t: Time;
}

/** A halt or resumption. @public */
export interface WireStatus<Time = string> {
  readonly T: "s";
  readonly S: string;
  readonly sc: string;
  readonly sm: string;
  readonly rc: string;
  readonly rm: string;
  readonly z?: string;
  readonly t: Time;
}

/** An order imbalance. @public */
export interface WireImbalance<Time = string> {
  readonly T: "i";
  readonly S: string;
  readonly p: number;
  readonly z?: string;
  readonly t: Time;
}

/** A price level of a book; size 0 takes it away. @public */
export interface WireLevel {
  readonly p: number;
  readonly s: number;
}

/** A whole order book, or changes to it. @public */
export interface WireOrderBook<Time = string> {
  readonly T: "o";
  readonly S: string;
  readonly b: readonly WireLevel[];
  readonly a: readonly WireLevel[];
  /** True: this is the whole book. Absent: changes to it. */
  readonly r?: boolean;
  readonly t: Time;
}

/** Pricing of a perpetual future. @public */
export interface WirePricing<Time = string> {
  readonly T: "p";
  readonly S: string;
  readonly ip: number;
  readonly mp: number;
  readonly fr: number;
  readonly oi: number;
  readonly t: Time;
  readonly ft?: Time;
}

/** An article. @public */
export interface WireNews<Time = string> {
  readonly T: "n";
  readonly id: number;
  readonly headline: string;
  readonly summary: string;
  readonly author: string;
  readonly content: string;
  readonly url: string;
  readonly symbols: readonly string[];
  readonly source: string;
  readonly created_at: Time;
  readonly updated_at: Time;
}

/** Any data message. @public */
export type WireData<Time = string> =
  | WireTrade<Time>
  | WireQuote<Time>
  | WireBar<Time>
  | WireCorrection<Time>
  | WireCancel<Time>
  | WireLuld<Time>
  | WireStatus<Time>
  | WireImbalance<Time>
  | WireOrderBook<Time>
  | WirePricing<Time>
  | WireNews<Time>;

export interface WireSuccess {
  readonly T: "success";
  readonly msg: "connected" | "authenticated";
}

export interface WireError {
  readonly T: "error";
  readonly code: number;
  readonly msg: string;
}

/** The whole set after the change; any key may be missing, which means an empty list. */
export type WireSubscription = { readonly T: "subscription" } & {
  readonly [channel in WireChannel | "corrections" | "cancelErrors"]?: readonly string[];
};

export type WireControl = WireSuccess | WireError | WireSubscription;

export type WireRequest =
  | { readonly action: "auth"; readonly key: string; readonly secret: string }
  | ({ readonly action: "subscribe" | "unsubscribe" } & WireSelection);

/** What the trading stream (`/stream`) sends: objects, not arrays. */
export type WireTradingMessage =
  | {
      readonly stream: "authorization";
      readonly data: {
        readonly status: "authorized" | "unauthorized";
        readonly action?: string;
        readonly message?: string;
      };
    }
  | { readonly stream: "listening"; readonly data: { readonly streams: readonly string[] } }
  | { readonly stream: "trade_updates"; readonly data: WireTradeUpdate }
  | { readonly action: "error"; readonly data: { readonly error_message: string } };

export interface WireTradeUpdate {
  readonly event: string;
  readonly order: Readonly<Record<string, unknown>>;
  readonly timestamp?: string;
  readonly at?: string;
  readonly event_id?: string;
  readonly execution_id?: string;
  readonly price?: string;
  readonly qty?: string;
  readonly position_qty?: string;
}
