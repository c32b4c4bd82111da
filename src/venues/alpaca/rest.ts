import type { z } from "zod";
import { type Clock, systemClock } from "../../core/clock.ts";
import { Faults } from "../../core/faults.ts";
import type { HttpRequester } from "../../http/http-request.ts";
import type { Account } from "../../model/account.ts";
import type { Asset } from "../../model/asset.ts";
import type { MarketClock } from "../../model/market-clock.ts";
import type { MarketDay } from "../../model/market-day.ts";
import type { Order } from "../../model/order.ts";
import type { Position } from "../../model/position.ts";
import { type AlpacaCredentials, sealCredentials } from "./credentials.ts";
import {
  ACCOUNT_ANSWER,
  ASSET_ANSWER,
  ASSETS_ANSWER,
  CALENDAR_ANSWER,
  CLOCK_ANSWER,
  POSITION_ANSWER,
  POSITIONS_ANSWER,
} from "./rest-account-schemas.ts";
import {
  assetsQuery,
  calendarQuery,
  type RestAssetsRequest,
  type RestCalendarRequest,
} from "./rest-assets.ts";
import { checkOrderId, type RestCallOptions } from "./rest-call.ts";
import {
  checkBarsRequest,
  checkHistoryRequest,
  type RestBarsRequest,
  type RestHistoryRequest,
} from "./rest-history.ts";
import {
  LATEST_QUOTE,
  LATEST_TRADE,
  LatestValues,
  PAIRS_PATH,
  type RestLatestOptions,
  SNAPSHOTS,
  STOCKS_PATH,
} from "./rest-latest.ts";
import { ORDER_ANSWER, ORDERS_ANSWER } from "./rest-order-schemas.ts";
import { checkOrdersRequest, type RestOrdersRequest, walkOrders } from "./rest-orders.ts";
import { followPages } from "./rest-pages.ts";
import { RestReader } from "./rest-reader.ts";
import {
  BARS_ANSWER,
  type BySymbol,
  QUOTES_ANSWER,
  type RestBar,
  type RestPage,
  type RestQuote,
  type RestSnapshot,
  type RestTrade,
  TRADES_ANSWER,
} from "./rest-schemas.ts";
import { chunkByUrlLength, normalizeSymbol, splitFamilies } from "./rest-symbols.ts";

/** What {@link AlpacaRest} works with. @public */
export interface AlpacaRestOptions {
  /** Sends the requests; it is shared and not closed here. */
  readonly session: HttpRequester;
  readonly credentials: AlpacaCredentials;
  /** Where account, orders and clock are, such as `https://paper-api.alpaca.markets`. */
  readonly tradingUrl: string;
  /** Where market data is, such as `https://data.alpaca.markets`. */
  readonly dataUrl: string;
  /**
   * Reads how long a rate limit lasts.
   * @defaultValue the system's clock
   */
  readonly clock?: Clock;
}

/** Where one kind of history is. */
interface History<Row> {
  readonly name: "bars" | "trades" | "quotes";
  readonly answer: z.ZodType<RestPage<Row>>;
  /** What only this kind takes. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly stocksOnly?: Readonly<Record<string, string | undefined>>;
}

type Pages<Row> = AsyncGenerator<RestPage<Row>, void, undefined>;

/**
 * Alpaca's reading REST calls, one method each, with checked answers: what the account has as models,
 * market data in the venue's own shapes, which are those of the stream. Nothing is retried or cached
 * here. A call gives data or an error: a status that is no success rejects with what it means, a
 * success that is not what it should be with a ResponseDecodeError, wrong input with a ConfigError
 * before anything is sent.
 * @public
 */
export class AlpacaRest {
  readonly #reader: RestReader;
  readonly #latest: LatestValues;
  readonly #tradingUrl: string;
  readonly #dataUrl: string;

  /** @throws ConfigError naming everything that is wrong. */
  constructor(options: AlpacaRestOptions) {
    const faults = new Faults();
    const credentials = sealCredentials(options.credentials, faults);
    faults.url("tradingUrl", options.tradingUrl, ["https:", "http:"]);
    faults.url("dataUrl", options.dataUrl, ["https:", "http:"]);
    faults.throwIfAny();
    this.#reader = new RestReader(options.session, credentials, options.clock ?? systemClock);
    this.#tradingUrl = withoutTrailingSlash(options.tradingUrl);
    this.#dataUrl = withoutTrailingSlash(options.dataUrl);
    this.#latest = new LatestValues(this.#reader, this.#dataUrl);
  }

  /** The account that the keys belong to. */
  account(call: RestCallOptions = {}): Promise<Account> {
    return this.#trading("account", "/v2/account", ACCOUNT_ANSWER, call);
  }

  /** What the account holds. */
  positions(call: RestCallOptions = {}): Promise<readonly Position[]> {
    return this.#trading("positions", "/v2/positions", POSITIONS_ANSWER, call);
  }

  /** One position, by symbol or asset id. One that there is not is an HttpStatusError with status 404. */
  async position(symbol: string, call: RestCallOptions = {}): Promise<Position> {
    // Positions have pairs without their slash.
    const name = encodeURIComponent(normalizeSymbol(symbol).replace("/", ""));
    return this.#trading("position", `/v2/positions/${name}`, POSITION_ANSWER, call);
  }

  /** Whether the stock market is open, and when that changes. */
  clock(call: RestCallOptions = {}): Promise<MarketClock> {
    return this.#trading("clock", "/v2/clock", CLOCK_ANSWER, call);
  }

  /** The days on which the stock market trades, and from when to when. */
  async calendar(request: RestCalendarRequest = {}): Promise<readonly MarketDay[]> {
    const query = calendarQuery(request);
    return this.#trading("calendar", "/v2/calendar", CALENDAR_ANSWER, request, query);
  }

  /** The venue's instruments, thousands of them unless there is a filter. */
  async assets(request: RestAssetsRequest = {}): Promise<readonly Asset[]> {
    return this.#trading("assets", "/v2/assets", ASSETS_ANSWER, request, assetsQuery(request));
  }

  /** One instrument. An unknown one is an HttpStatusError with status 404. */
  async asset(symbol: string, call: RestCallOptions = {}): Promise<Asset> {
    const name = encodeURIComponent(normalizeSymbol(symbol));
    return this.#trading("asset", `/v2/assets/${name}`, ASSET_ANSWER, call);
  }

  /**
   * Orders, however many there are, each once.
   * @throws ConfigError at once when the request is wrong.
   */
  orders(request: RestOrdersRequest = {}): AsyncGenerator<Order, void, undefined> {
    const { limit = Number.POSITIVE_INFINITY } = request;
    return walkOrders(checkOrdersRequest(request), limit, (query) =>
      this.#trading("orders", "/v2/orders", ORDERS_ANSWER, request, query),
    );
  }

  /** One order, by the venue's id. An unknown one is an HttpStatusError with status 404. */
  async order(id: string, call: RestCallOptions = {}): Promise<Order> {
    const name = encodeURIComponent(checkOrderId("id", id));
    return this.#trading("order", `/v2/orders/${name}`, ORDER_ANSWER, call);
  }

  /** One order, by the id that we gave it. An unknown one is an HttpStatusError with status 404. */
  async orderByClientId(clientOrderId: string, call: RestCallOptions = {}): Promise<Order> {
    const query = { client_order_id: checkOrderId("clientOrderId", clientOrderId) };
    return this.#trading("order", "/v2/orders:by_client_order_id", ORDER_ANSWER, call, query);
  }

  /**
   * The latest quote of a stock, or of a pair such as `BTC/USD`.
   * @throws NoDataError for a pair that the venue does not know; it answers without it.
   */
  latestQuote(symbol: string, options: RestLatestOptions = {}): Promise<RestQuote> {
    return this.#latest.one(LATEST_QUOTE, symbol, options);
  }

  /** The latest quotes by symbol. Symbols that the venue does not know are absent. */
  latestQuotes(
    symbols: readonly string[],
    options: RestLatestOptions = {},
  ): Promise<BySymbol<RestQuote>> {
    return this.#latest.many(LATEST_QUOTE, symbols, options);
  }

  /** The latest trade of a stock or a pair, as {@link AlpacaRest.latestQuote}. */
  latestTrade(symbol: string, options: RestLatestOptions = {}): Promise<RestTrade> {
    return this.#latest.one(LATEST_TRADE, symbol, options);
  }

  /** The latest trades by symbol. Symbols that the venue does not know are absent. */
  latestTrades(
    symbols: readonly string[],
    options: RestLatestOptions = {},
  ): Promise<BySymbol<RestTrade>> {
    return this.#latest.many(LATEST_TRADE, symbols, options);
  }

  /** The latest of everything by symbol. Symbols that the venue does not know are absent. */
  snapshots(
    symbols: readonly string[],
    options: RestLatestOptions = {},
  ): Promise<BySymbol<RestSnapshot>> {
    return this.#latest.many(SNAPSHOTS, symbols, options);
  }

  /**
   * Historical bars, page by page. A list of symbols too long for one URL is asked for in parts, one
   * after the other, stocks before pairs.
   * @throws ConfigError at once when the request is wrong.
   */
  bars(request: RestBarsRequest): Pages<RestBar> {
    const { timeframe, adjustment } = request;
    const symbols = checkBarsRequest(request);
    const query = { timeframe };
    const stocksOnly = { adjustment };
    return this.#pages({ name: "bars", answer: BARS_ANSWER, query, stocksOnly }, symbols, request);
  }

  /** Historical trades, page by page, as {@link AlpacaRest.bars}. */
  trades(request: RestHistoryRequest): Pages<RestTrade> {
    const symbols = checkHistoryRequest(request);
    return this.#pages({ name: "trades", answer: TRADES_ANSWER }, symbols, request);
  }

  /** Historical quotes, page by page, as {@link AlpacaRest.bars}. */
  quotes(request: RestHistoryRequest): Pages<RestQuote> {
    const symbols = checkHistoryRequest(request);
    return this.#pages({ name: "quotes", answer: QUOTES_ANSWER }, symbols, request);
  }

  #trading<Answer>(
    operation: string,
    path: string,
    answer: z.ZodType<Answer>,
    { signal, lane }: RestCallOptions,
    query: Readonly<Record<string, string | number | boolean | undefined>> = {},
  ): Promise<Answer> {
    const url = this.#tradingUrl + path;
    return this.#reader.read({ operation, url, query, signal, lane }, answer);
  }

  async *#pages<Row>(
    { name, answer, query: ownQuery, stocksOnly }: History<Row>,
    symbols: readonly string[],
    { start, end, limit, sort, feed, signal, lane }: RestHistoryRequest,
  ): Pages<Row> {
    const { stocks, pairs } = splitFamilies(symbols);
    const common = { ...ownQuery, start, end, limit, sort };
    const lists = [
      ...chunkByUrlLength(stocks).map((list) => {
        return { path: STOCKS_PATH, query: { symbols: list, ...common, feed, ...stocksOnly } };
      }),
      ...chunkByUrlLength(pairs).map((list) => {
        return { path: PAIRS_PATH, query: { symbols: list, ...common } };
      }),
    ];
    for (const { path, query } of lists) {
      const question = { operation: name, url: `${this.#dataUrl}${path}/${name}`, signal, lane };
      yield* followPages(name, (token) =>
        this.#reader.read({ ...question, query: { ...query, page_token: token } }, answer),
      );
    }
  }
}

function withoutTrailingSlash(url: string): string {
  return url.endsWith("/") ? url.slice(0, -1) : url;
}
