import type { Alpaca } from "@alpacahq/alpaca-trade-api/rest";
import type { HoldfastError } from "../core/holdfast-error.ts";
import type { Unsubscribe } from "../core/listeners.ts";
import type { HttpSessionHealth } from "../http/http-session-health.ts";
import type { PoolPressure } from "../http/pool-pressure.ts";
import type { RequestEvent } from "../http/request-event.ts";
import type { Account } from "../model/account.ts";
import type { Asset } from "../model/asset.ts";
import type { Bar } from "../model/bar.ts";
import type { Gap } from "../model/gap.ts";
import type { MarketClock } from "../model/market-clock.ts";
import type { MarketDay } from "../model/market-day.ts";
import type { Order } from "../model/order.ts";
import type { Position } from "../model/position.ts";
import type { Quote } from "../model/quote.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Sourced } from "../model/sourced.ts";
import type { Stale } from "../model/stream-event.ts";
import type { Trade } from "../model/trade.ts";
import type { HistorySource } from "../ports/history-source.ts";
import type { OriginCircuit } from "../resilience/origin-breaker.ts";
import type { StateChange } from "../socket/live-socket.ts";
import type { Callback } from "../streaming/router.ts";
import type {
  AlpacaStreamMetrics,
  AlpacaWebSocketClient,
  Reconnected,
} from "../venues/alpaca/alpaca-websocket-client.ts";
import { type AlpacaChannel, FEEDS } from "../venues/alpaca/endpoints.ts";
import type { RestAssetsRequest, RestCalendarRequest } from "../venues/alpaca/rest-assets.ts";
import type { RestCallOptions } from "../venues/alpaca/rest-call.ts";
import type { RestOrdersRequest } from "../venues/alpaca/rest-orders.ts";
import type { AlpacaSelection } from "../venues/alpaca/websocket-options.ts";
import type { AccountBudgetHealth } from "./account-budget.ts";
import { type AlpacaClientOptions, DEFAULT_CHANNELS } from "./alpaca-client-options.ts";
import { assembleClient, type ClientParts } from "./alpaca-client-parts.ts";
import { checkSymbols } from "./check-symbols.ts";
import type { AlpacaHistory } from "./history.ts";
import type { CallOptions, MarketDataOptions, QuoteOptions } from "./market-queries.ts";
import { StreamCallbacks } from "./symbol-callbacks.ts";

/** Which channels a symbol is subscribed to. @public */
export interface ChannelOptions extends CallOptions {
  /** @defaultValue ["quotes", "trades", "bars"], as far as the feed has them */
  readonly channels?: readonly AlpacaChannel[];
}

/** What {@link AlpacaClient.getHealth} tells: plain JSON without a secret. @public */
export interface AlpacaClientHealth {
  readonly stream: AlpacaStreamMetrics;
  readonly http: HttpSessionHealth;
  /** What the account has used of its requests, one for each host. */
  readonly budgets: readonly AccountBudgetHealth[];
  readonly cachedQuotes: number;
}

/**
 * One Alpaca account: calls over one shared HTTP session, within the limits that all clients of the
 * account share, and one stream that stays up. Symbols are trimmed and made upper case. It is the paper
 * account unless `environment` says `live`.
 *
 * Single calls resolve to a value that says when it was true, or reject; a ConfigError comes before
 * anything is sent.
 * @public
 */
export class AlpacaClient implements AsyncDisposable {
  /** Historical bars, trades and quotes, however many pages they are. */
  readonly history: AlpacaHistory;
  readonly #parts: ClientParts;
  readonly #callbacks: StreamCallbacks;
  #sdk: Alpaca | undefined;

  /** @throws ConfigError listing everything that is wrong with the options; nothing is connected yet */
  constructor(options: AlpacaClientOptions) {
    this.#parts = assembleClient(options);
    this.history = this.#parts.history;
    this.#callbacks = new StreamCallbacks(this.#parts.stream);
    this.#routeStream();
  }

  /**
   * The venue's own SDK, for all of its REST calls, over this client's connections and within its
   * account's limits. Its keys are placeholders, so that it can be shown; its streams do not work with
   * them. It is loaded when it is first asked for. Its errors are those of the SDK: match on `name` and
   * `status`, as its classes are those of its CommonJS build; a failure of ours is the `cause` of the
   * `cause` of a `FetchError`.
   */
  get rest(): Alpaca {
    this.#sdk ??= this.#parts.createSdk();
    return this.#sdk;
  }

  /**
   * The latest quote: from the stream or an earlier call while it is young enough, else asked for
   * now. A market that is closed has old quotes; `asOf`, `ageMs` and `stale` say so.
   */
  quote(symbol: string, options: QuoteOptions = {}): Promise<Sourced<Quote>> {
    return this.#parts.queries.quote(symbol, options);
  }

  /**
   * The latest quotes by symbol; those that are not known young enough are asked for in one call.
   * Symbols that the venue does not know are absent.
   */
  quotes(
    symbols: readonly string[],
    options: QuoteOptions = {},
  ): Promise<Map<string, Sourced<Quote>>> {
    return this.#parts.queries.quotes(symbols, options);
  }

  /** The latest trade, asked for now. */
  trade(symbol: string, options: RestCallOptions = {}): Promise<Sourced<Trade>> {
    return this.#parts.latest.trade(symbol, options);
  }

  /** The latest trades by symbol. Symbols that the venue does not know are absent. */
  trades(
    symbols: readonly string[],
    options: RestCallOptions = {},
  ): Promise<Map<string, Sourced<Trade>>> {
    return this.#parts.latest.trades(symbols, options);
  }

  /** The latest of everything by symbol. Symbols that the venue has nothing of are absent. */
  snapshots(
    symbols: readonly string[],
    options: RestCallOptions = {},
  ): Promise<Map<string, Sourced<Snapshot>>> {
    return this.#parts.latest.snapshots(symbols, options);
  }

  /**
   * The last `limit` bars, oldest first, each once. Looks back as far as it must, up to ten years;
   * fewer come back only when there are no more.
   * @param limit - how many bars, 1 to 10000
   * @throws NoDataError when there is not one: the symbol is unknown, or has not traded
   */
  marketData(
    symbol: string,
    limit = 50,
    options: MarketDataOptions = {},
  ): Promise<Sourced<readonly Bar[]>> {
    return this.#parts.queries.marketData(symbol, limit, options);
  }

  /**
   * Whether the symbol can be sold short now, as a guard: `true` only on a clear yes. Any doubt, a
   * failed call included, is `false`, and the failure is reported through `onError`.
   */
  isShortable(symbol: string, options: CallOptions = {}): Promise<boolean> {
    return this.#parts.queries.isShortable(symbol, options);
  }

  /** The market clock, kept for ten minutes but never beyond the next opening or closing. */
  clock(options: CallOptions = {}): Promise<Sourced<MarketClock>> {
    return this.#parts.marketClock.get(options.signal);
  }

  /** Whether the stock market is open now. */
  async isMarketOpen(options: CallOptions = {}): Promise<boolean> {
    const { data } = await this.clock(options);
    return data.isOpen;
  }

  /** The days on which the stock market trades, and from when to when. */
  calendar(request: RestCalendarRequest = {}): Promise<Sourced<readonly MarketDay[]>> {
    return this.#parts.account.calendar(request);
  }

  /** The account that the keys belong to. */
  account(options: RestCallOptions = {}): Promise<Sourced<Account>> {
    return this.#parts.account.account(options);
  }

  /** What the account holds. */
  positions(options: RestCallOptions = {}): Promise<Sourced<readonly Position[]>> {
    return this.#parts.account.positions(options);
  }

  /** One position, by symbol or asset id; one that there is not is an HttpStatusError with status 404. */
  position(symbol: string, options: RestCallOptions = {}): Promise<Sourced<Position>> {
    return this.#parts.account.position(symbol, options);
  }

  /** The venue's instruments: every active stock unless the request says otherwise. */
  assets(request: RestAssetsRequest = {}): Promise<Sourced<readonly Asset[]>> {
    return this.#parts.account.assets(request);
  }

  /** One instrument; an unknown one is an HttpStatusError with status 404. */
  asset(symbol: string, options: RestCallOptions = {}): Promise<Sourced<Asset>> {
    return this.#parts.account.asset(symbol, options);
  }

  /**
   * Orders one after the other, each once, however many there are.
   * @throws ConfigError at once when the request is wrong
   */
  orders(request: RestOrdersRequest = {}): AsyncGenerator<Order, void, undefined> {
    return this.#parts.account.orders(request);
  }

  /** One order, by the venue's id; an unknown one is an HttpStatusError with status 404. */
  order(id: string, options: RestCallOptions = {}): Promise<Sourced<Order>> {
    return this.#parts.account.order(id, options);
  }

  /** One order, by the id that we gave it; an unknown one is an HttpStatusError with status 404. */
  orderByClientId(clientOrderId: string, options: RestCallOptions = {}): Promise<Sourced<Order>> {
    return this.#parts.account.orderByClientId(clientOrderId, options);
  }

  /**
   * Streams these symbols over the one connection, which is made if there is none. Resolves with
   * all that the venue has acknowledged; from then on the connection keeps itself up.
   * @throws ConfigError for blank symbols and unknown channels, before anything is sent
   */
  async connectStream(
    symbols: readonly string[],
    options: ChannelOptions = {},
  ): Promise<AlpacaSelection> {
    const selection = this.#selection(symbols, options.channels);
    // Taken note of first, so that they are in the first subscription of a new connection.
    const acknowledged = this.#parts.stream.subscribe(selection);
    const connected = this.#parts.stream.connect(options.signal ? { signal: options.signal } : {});
    await Promise.all([acknowledged, connected]);
    return this.#parts.stream.subscribe(selection);
  }

  /** Closes the stream and forgets its symbols; callbacks stay registered. */
  async disconnectStream(): Promise<void> {
    await this.#parts.stream.disconnect();
    const wanted = this.#parts.stream.desiredSubscriptions;
    if (Object.keys(wanted).length > 0) await this.#parts.stream.unsubscribe(wanted);
  }

  /** Streams one more symbol. @throws ConfigError for a blank symbol or an unknown channel */
  subscribeToSymbol(symbol: string, options: ChannelOptions = {}): Promise<AlpacaSelection> {
    return this.#selected([symbol], options.channels, (selection) =>
      this.#parts.stream.subscribe(selection),
    );
  }

  /** Streams the symbol no longer; its callbacks stay registered. @throws ConfigError for a blank symbol */
  unsubscribeFromSymbol(symbol: string, options: ChannelOptions = {}): Promise<AlpacaSelection> {
    const channels = options.channels ?? FEEDS[this.#parts.options.feed].channels;
    return this.#selected([symbol], channels, (selection) =>
      this.#parts.stream.unsubscribe(selection),
    );
  }

  /** Calls back with every quote of the symbol (`*`: of all), in order. */
  onQuote(symbol: string, callback: Callback<Quote>): Unsubscribe {
    return this.#callbacks.quotes.add(symbol, callback);
  }

  /** Calls back with every trade of the symbol (`*`: of all), in order. */
  onTrade(symbol: string, callback: Callback<Trade>): Unsubscribe {
    return this.#callbacks.trades.add(symbol, callback);
  }

  /** Calls back with every bar of the symbol (`*`: of all): minute bars unless others are subscribed. */
  onBar(symbol: string, callback: Callback<Bar>): Unsubscribe {
    return this.#callbacks.bars.add(symbol, callback);
  }

  /** Takes every callback of the symbol away. */
  removeCallbacks(symbol: string): void {
    this.#callbacks.removeAll(symbol);
  }

  /** Tells of everything that went wrong without failing a call: stream, callbacks, guards. */
  onError(listener: (error: HoldfastError) => void): Unsubscribe {
    return this.#parts.errors.on(listener);
  }

  /** Tells of every stream connection after the first. */
  onReconnect(listener: (reconnected: Reconnected) => void): Unsubscribe {
    return this.#parts.stream.onReconnect(listener);
  }

  /** Tells of everything the stream missed, once it is known what became of it. */
  onGap(listener: (gap: Gap) => void): Unsubscribe {
    return this.#parts.stream.onGap(listener);
  }

  /** Tells of channels of the stream that are silent while data is due. */
  onStale(listener: (stale: Stale) => void): Unsubscribe {
    return this.#parts.stream.onStale(listener);
  }

  /**
   * The stream itself, with loops, batches and the account of what it missed; for a `StreamManager`
   * or a `MessageHandler` as well. It is the client's: closing the client closes it.
   */
  get stream(): AlpacaWebSocketClient {
    return this.#parts.stream;
  }

  /** What REST has of what a stream missed, for a stream of one's own; within the account's budget. */
  get historySource(): HistorySource {
    return this.#parts.missed;
  }

  /** Tells of every change of the stream's state. */
  onState(listener: (change: StateChange) => void): Unsubscribe {
    return this.#parts.stream.onState(listener);
  }

  /** Tells of every request that has ended: what metrics are made of. */
  onRequest(listener: (event: RequestEvent) => void): Unsubscribe {
    return this.#parts.session.onRequest(listener);
  }

  /** Tells when the connections to a host become scarce, and when they no longer are. */
  onPoolPressure(listener: (pressure: PoolPressure) => void): Unsubscribe {
    return this.#parts.session.onPoolPressure(listener);
  }

  /** Tells when the circuit of a host opens, lets a probe through, or closes. */
  onBreaker(listener: (circuit: OriginCircuit) => void): Unsubscribe {
    return this.#parts.session.onBreaker(listener);
  }

  /** What the client is doing now and has done so far: plain JSON without a secret. */
  getHealth(): AlpacaClientHealth {
    const { stream, session, requester, quoteCache } = this.#parts;
    return {
      stream: stream.getMetrics(),
      http: session.getHealth(),
      budgets: requester.getHealth(),
      cachedQuotes: quoteCache.size,
    };
  }

  /** Closes the stream and every connection; calls under way reject. Doing so twice is harmless. */
  async close(): Promise<void> {
    const { session, requester, quoteCache } = this.#parts;
    quoteCache.clear();
    try {
      await Promise.all([this.disconnectStream(), session.close()]);
    } finally {
      requester.release();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #routeStream(): void {
    const { stream, quoteCache, report } = this.#parts;
    stream.registerHandler("q", (quote) => {
      quoteCache.put(quote, "stream");
    });
    stream.onState(({ previous }) => {
      if (previous.kind === "live") quoteCache.forgetStreamed();
    });
    stream.onError(report);
  }

  async #selected(
    symbols: readonly string[],
    channels: readonly AlpacaChannel[] | undefined,
    act: (selection: AlpacaSelection) => Promise<AlpacaSelection>,
  ): Promise<AlpacaSelection> {
    return act(this.#selection(symbols, channels));
  }

  #selection(
    symbols: readonly string[],
    channels: readonly AlpacaChannel[] = this.#defaultChannels(),
  ): AlpacaSelection {
    const names = checkSymbols(symbols);
    return Object.fromEntries(channels.map((channel) => [channel, names]));
  }

  #defaultChannels(): readonly AlpacaChannel[] {
    const { channels } = FEEDS[this.#parts.options.feed];
    const usual = channels.filter((channel) => DEFAULT_CHANNELS.includes(channel));
    return usual.length > 0 ? usual : channels;
  }
}
