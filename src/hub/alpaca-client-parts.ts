import type { Alpaca } from "@alpacahq/alpaca-trade-api/rest";
import { Faults } from "../core/faults.ts";
import type { HoldfastError } from "../core/holdfast-error.ts";
import { Listeners } from "../core/listeners.ts";
import { HttpSession } from "../http/http-session.ts";
import type { HistorySource } from "../ports/history-source.ts";
import { AlpacaWebSocketClient } from "../venues/alpaca/alpaca-websocket-client.ts";
import { sealCredentials } from "../venues/alpaca/credentials.ts";
import { isRegularSession } from "../venues/alpaca/regular-session.ts";
import { AlpacaRest } from "../venues/alpaca/rest.ts";
import { createSdk } from "../venues/alpaca/rest-sdk.ts";
import { AccountQueries } from "./account-queries.ts";
import { AccountRequester } from "./account-requester.ts";
import {
  type AlpacaClientOptions,
  type ResolvedClientOptions,
  resolveClientOptions,
  toStreamOptions,
} from "./alpaca-client-options.ts";
import { AlpacaHistorySource } from "./alpaca-history-source.ts";
import { HistoryQueries } from "./history.ts";
import { LatestQueries } from "./latest-queries.ts";
import { MarketClockCache } from "./market-clock-cache.ts";
import { MarketQueries } from "./market-queries.ts";
import { QuoteCache } from "./quote-cache.ts";

/** What a client consists of. */
export interface ClientParts {
  readonly options: ResolvedClientOptions;
  readonly session: HttpSession;
  /** The session, within the limits of the account. */
  readonly requester: AccountRequester;
  readonly stream: AlpacaWebSocketClient;
  readonly quoteCache: QuoteCache;
  readonly errors: Listeners<HoldfastError>;
  readonly queries: MarketQueries;
  readonly latest: LatestQueries;
  readonly account: AccountQueries;
  readonly history: HistoryQueries;
  readonly missed: HistorySource;
  readonly marketClock: MarketClockCache;
  report(error: HoldfastError): void;
  createSdk(): Alpaca;
}

/**
 * Makes the parts of a client; nothing is connected yet.
 * @throws ConfigError listing everything that is wrong with the options
 */
export function assembleClient(options: AlpacaClientOptions): ClientParts {
  const faults = new Faults();
  const resolved = resolveClientOptions(options, faults);
  const { clock, feed, environment, tradingUrl, dataUrl, quoteTtlMs } = resolved;
  // The venue knows its holidays; while its clock is not known, the days of the week have to do.
  const stocksTrade = (): boolean => marketClock.peekOpen() ?? isRegularSession(clock.nowMs());
  // The stream asks REST only once there is one.
  const history: HistorySource = {
    coverage: (channel) => missed.coverage(channel),
    history: (request) => missed.history(request),
    latest: (request) => missed.latest(request),
  };
  const stream = faults.gather(
    () => new AlpacaWebSocketClient(toStreamOptions(options, stocksTrade, history)),
  );
  const chance = options.random && { random: options.random };
  const session = faults.gather(() => new HttpSession({ ...chance, ...options.http, clock }));
  faults.throwIfAny();
  if (!stream || !session) throw faults.toError();

  const credentials = sealCredentials(options.credentials, faults);
  const { keyId } = credentials;
  const addresses = [tradingUrl, dataUrl];
  const requester = new AccountRequester({ ...resolved, session, keyId, addresses });
  const errors = new Listeners<HoldfastError>(() => {}); // a failing error listener: nobody is left to tell
  const report = (error: HoldfastError): void => errors.emit(error);
  const quoteCache = new QuoteCache(clock, quoteTtlMs);
  const rest = new AlpacaRest({ session: requester, credentials, tradingUrl, dataUrl, clock });
  const missed = new AlpacaHistorySource(rest, clock, feed);
  const queries = new MarketQueries({ rest, quotes: quoteCache, feed, clock, report });
  const marketClock = new MarketClockCache(clock, resolved.clockTtlMs, () => queries.marketClock());
  return {
    options: resolved,
    session,
    requester,
    stream,
    quoteCache,
    errors,
    queries,
    latest: new LatestQueries({ rest, feed, clock, ttlMs: quoteTtlMs }),
    account: new AccountQueries(rest, clock),
    history: new HistoryQueries(rest, clock, feed),
    missed,
    marketClock,
    report,
    createSdk: () =>
      createSdk({ session: requester, credentials, environment, tradingUrl, dataUrl }),
  };
}
