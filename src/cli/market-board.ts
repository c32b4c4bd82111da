import type { StreamMessage } from "../venues/alpaca/handler-codes.ts";
import { decimalsFor, decimalsIn } from "./price-format.ts";
import { RateMeter } from "./rate-meter.ts";

/** What is known of one symbol. Prices are `undefined` until the venue has told one. */
export interface BoardRow {
  readonly symbol: string;
  last: number | undefined;
  /** The first price of this run, which `change` is measured from. */
  first: number | undefined;
  /** Whether the last price that differed was higher or lower. */
  direction: "up" | "down" | undefined;
  bidPrice: number | undefined;
  bidSize: number;
  askPrice: number | undefined;
  askSize: number;
  /** How exactly prices are quoted; grows when a finer one is seen, so that columns stay calm. */
  decimals: number;
  /** Monotonic. */
  lastHeardMs: number | undefined;
  readonly meter: RateMeter;
}

/** The latest of every symbol, kept for looking at: a fixed amount of memory for each. */
export class MarketBoard {
  readonly #rows = new Map<string, BoardRow>();
  readonly #total: RateMeter;
  #hasData = false;

  /** @param symbols - shown from the start, in this order; others follow as they are heard of */
  constructor(symbols: readonly string[], nowMs: number) {
    this.#total = new RateMeter(nowMs);
    for (const symbol of symbols) if (symbol !== "*") this.#add(symbol, nowMs);
  }

  get rows(): readonly BoardRow[] {
    return [...this.#rows.values()];
  }

  /** Whether anything has come at all. */
  get hasData(): boolean {
    return this.#hasData;
  }

  perSecond(nowMs: number): number {
    return this.#total.perSecond(nowMs);
  }

  take(message: StreamMessage, nowMs: number): void {
    this.#total.count(nowMs);
    this.#hasData = true;
    if (!("symbol" in message) || message.symbol === "") return;
    const row = this.#rows.get(message.symbol) ?? this.#add(message.symbol, nowMs);
    row.meter.count(nowMs);
    row.lastHeardMs = nowMs;
    if (message.type === "trade") traded(row, message.price);
    else if (message.type === "quote") {
      refine(row, message.bidPrice);
      refine(row, message.askPrice);
      row.bidPrice = message.bidPrice || undefined;
      row.bidSize = message.bidSize;
      row.askPrice = message.askPrice || undefined;
      row.askSize = message.askSize;
    } else if (message.type === "bar" && row.last === undefined) traded(row, message.close);
  }

  #add(symbol: string, nowMs: number): BoardRow {
    const row: BoardRow = {
      symbol,
      last: undefined,
      first: undefined,
      direction: undefined,
      bidPrice: undefined,
      bidSize: 0,
      askPrice: undefined,
      askSize: 0,
      decimals: 0,
      lastHeardMs: undefined,
      meter: new RateMeter(nowMs),
    };
    this.#rows.set(symbol, row);
    return row;
  }
}

function traded(row: BoardRow, price: number): void {
  if (row.last !== undefined && price !== row.last)
    row.direction = price > row.last ? "up" : "down";
  row.first ??= price;
  row.last = price;
  row.decimals ||= decimalsFor(price);
}

function refine(row: BoardRow, price: number): void {
  if (price > 0) row.decimals = Math.max(row.decimals, decimalsIn(price, decimalsFor(price)));
}
