import type { z } from "zod";
import { NoDataError } from "../../core/errors.ts";
import { Faults } from "../../core/faults.ts";
import type { RestCallOptions } from "./rest-call.ts";
import type { RestReader } from "./rest-reader.ts";
import {
  type BySymbol,
  LATEST_QUOTE_ANSWER,
  LATEST_QUOTES_ANSWER,
  LATEST_TRADE_ANSWER,
  LATEST_TRADES_ANSWER,
  PAIR_SNAPSHOTS_ANSWER,
  type RestQuote,
  type RestSnapshot,
  type RestTrade,
  STOCK_SNAPSHOTS_ANSWER,
} from "./rest-schemas.ts";
import {
  chunkByUrlLength,
  isPair,
  normalizeSymbol,
  normalizeSymbols,
  splitFamilies,
} from "./rest-symbols.ts";

/** Which tape the latest quotes and trades come from. @public */
export type RestLatestFeed = "sip" | "iex" | "delayed_sip" | "boats" | "overnight" | "otc";

/** Calls for latest values. @public */
export interface RestLatestOptions extends RestCallOptions {
  /**
   * Stocks only.
   * @defaultValue `sip` where the plan has it, else `iex`, decided by the venue
   */
  readonly feed?: RestLatestFeed | undefined;
}

const LATEST_FEEDS: readonly string[] = ["sip", "iex", "delayed_sip", "boats", "overnight", "otc"];

/** Below the market data host. */
export const STOCKS_PATH = "/v2/stocks";
/** Below the market data host. */
export const PAIRS_PATH = "/v1beta3/crypto/us";

/** Where the values of many symbols are, and how the answers read. */
interface LatestMany<Value> {
  readonly operation: string;
  readonly stocks: { readonly path: string; readonly answer: z.ZodType<BySymbol<Value>> };
  readonly pairs: { readonly path: string; readonly answer: z.ZodType<BySymbol<Value>> };
}

/** Where one kind of latest value is. */
export interface LatestKind<Value> extends LatestMany<Value> {
  /** A stock has an address of its own. */
  readonly name: "quotes" | "trades";
  readonly one: z.ZodType<Value>;
}

export const LATEST_QUOTE: LatestKind<RestQuote> = {
  operation: "quote",
  name: "quotes",
  one: LATEST_QUOTE_ANSWER,
  stocks: { path: `${STOCKS_PATH}/quotes/latest`, answer: LATEST_QUOTES_ANSWER },
  pairs: { path: `${PAIRS_PATH}/latest/quotes`, answer: LATEST_QUOTES_ANSWER },
};

export const LATEST_TRADE: LatestKind<RestTrade> = {
  operation: "trade",
  name: "trades",
  one: LATEST_TRADE_ANSWER,
  stocks: { path: `${STOCKS_PATH}/trades/latest`, answer: LATEST_TRADES_ANSWER },
  pairs: { path: `${PAIRS_PATH}/latest/trades`, answer: LATEST_TRADES_ANSWER },
};

export const SNAPSHOTS: LatestMany<RestSnapshot> = {
  operation: "snapshots",
  stocks: { path: `${STOCKS_PATH}/snapshots`, answer: STOCK_SNAPSHOTS_ANSWER },
  pairs: { path: `${PAIRS_PATH}/snapshots`, answer: PAIR_SNAPSHOTS_ANSWER },
};

/** Asks the market data host for latest values. */
export class LatestValues {
  readonly #reader: RestReader;
  readonly #dataUrl: string;

  constructor(reader: RestReader, dataUrl: string) {
    this.#reader = reader;
    this.#dataUrl = dataUrl;
  }

  /** @throws NoDataError for a pair that the venue does not know; it answers without it. */
  async one<Value>(
    kind: LatestKind<Value>,
    given: string,
    { feed, ...call }: RestLatestOptions,
  ): Promise<Value> {
    const symbol = normalizeSymbol(given);
    checkFeed(feed);
    const { operation, name, one, pairs } = kind;
    if (isPair(symbol)) {
      const question = { operation, url: this.#dataUrl + pairs.path, query: { symbols: symbol } };
      const values = await this.#reader.read({ ...question, ...call }, pairs.answer);
      const value = values[symbol];
      if (value === undefined) throw new NoDataError(`${operation} of ${symbol}`);
      return value;
    }
    const path = `${STOCKS_PATH}/${encodeURIComponent(symbol)}/${name}/latest`;
    const question = { operation, url: this.#dataUrl + path, query: { feed } };
    return this.#reader.read({ ...question, ...call }, one);
  }

  /** Lists too long for one URL are asked for in parts, all at once. */
  async many<Value>(
    { operation, stocks, pairs }: LatestMany<Value>,
    given: readonly string[],
    { feed, ...call }: RestLatestOptions,
  ): Promise<BySymbol<Value>> {
    const faults = new Faults();
    const families = splitFamilies(normalizeSymbols(given, faults));
    faults.throwIfAny();
    checkFeed(feed);
    const ask = (symbols: string, { path, answer }: LatestMany<Value>["stocks"], query: object) =>
      this.#reader.read(
        { operation, url: this.#dataUrl + path, query: { symbols, ...query }, ...call },
        answer,
      );
    const answers = await Promise.all([
      ...chunkByUrlLength(families.stocks).map((symbols) => ask(symbols, stocks, { feed })),
      ...chunkByUrlLength(families.pairs).map((symbols) => ask(symbols, pairs, {})),
    ]);
    return Object.assign({}, ...answers);
  }
}

function checkFeed(feed: string | undefined): void {
  if (feed === undefined) return;
  const faults = new Faults();
  faults.oneOf("feed", feed, LATEST_FEEDS);
  faults.throwIfAny();
}
