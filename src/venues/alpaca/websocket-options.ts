import type { ChannelSymbols } from "../../core/errors.ts";
import { Faults, shown } from "../../core/faults.ts";
import type { HistorySource } from "../../ports/history-source.ts";
import {
  type ConnectionOptions,
  type ResolvedConnectionOptions,
  resolveConnectionOptions,
} from "../../socket/live-socket-options.ts";
import {
  type BackfillOptions,
  GAP_POLICIES,
  type GapPolicy,
  resolveBackfill,
} from "../../streaming/gap-ledger/channel-rules.ts";
import { type AlpacaCredentials, sealCredentials } from "./credentials.ts";
import type { StreamAddress } from "./data-protocol.ts";
import {
  ALPACA_FEEDS,
  type AlpacaChannel,
  type AlpacaEnvironment,
  type AlpacaFeed,
  FEEDS,
  HOSTS,
  streamUrl,
  TRADING_STREAM_PATH,
} from "./endpoints.ts";
import type { AlpacaEncoding } from "./frame-decoder.ts";
import { isRegularSession } from "./regular-session.ts";

/** Symbols by channel, such as `{ trades: ["AAPL"], quotes: ["AAPL", "MSFT"] }`. @public */
export type AlpacaSelection = { readonly [channel in AlpacaChannel]?: readonly string[] };

/** How an {@link AlpacaWebSocketClient} connects. @public */
export interface AlpacaWebSocketOptions extends ConnectionOptions {
  /** The account's key pair. */
  readonly credentials: AlpacaCredentials;
  /**
   * `data` for market data, `trading` for what happens to the account's orders.
   * @defaultValue "data"
   */
  readonly streamType?: "data" | "trading";
  /**
   * Which market-data stream; the free one by default.
   * @defaultValue "iex"
   */
  readonly feed?: AlpacaFeed;
  /**
   * Which environment the key pair belongs to; decides where the trading stream is.
   * @defaultValue "paper"
   */
  readonly environment?: AlpacaEnvironment;
  /**
   * Another host that speaks Alpaca's protocol, such as a gateway or the simulator. A base without
   * a path gets the stream's own; one with a path is taken as it is.
   * @defaultValue the environment's host
   */
  readonly url?: string;
  /**
   * `msgpack` is smaller; options are available in nothing else.
   * @defaultValue "msgpack", for the trading stream "json"
   */
  readonly encoding?: AlpacaEncoding;
  /**
   * Another name for `encoding: "json"`.
   * @defaultValue false
   */
  readonly rawData?: boolean;
  /**
   * Whether the key pair goes in a message or in the handshake's headers (data streams only).
   * @defaultValue "message"
   */
  readonly auth?: "message" | "headers";
  /**
   * Another name for `heartbeat.intervalMs`.
   * @defaultValue 10000
   */
  readonly heartbeatIntervalMs?: number;
  /**
   * A channel of trades, quotes or order books that brings nothing for this long, in milliseconds,
   * while the market is open and not all of its symbols are halted, is suspected: `history` is asked
   * for its latest values, and the connection is replaced when these are newer than what it brought,
   * or when nobody can be asked and nothing else comes either. Doubled after each time that no data
   * followed. A minute suits symbols that trade every few seconds; bars, where nothing else is
   * subscribed, have two and a half at least. `Infinity` never suspects silence.
   * @defaultValue 60000
   */
  readonly staleAfterMs?: number;
  /**
   * Whether the market is open, asked while data is missing.
   * @defaultValue weekdays 09:30 to 16:00 in New York for stocks and options, always for crypto
   */
  readonly expectsData?: () => boolean;
  /** What is done about messages that were missed, and how far that goes. */
  readonly backfill?: BackfillOptions;
  /**
   * Where missed messages can be asked for, and whether a silent channel is only quiet. Without one
   * everything that was missed is told as lost; an `AlpacaClient` asks the venue's REST API.
   */
  readonly history?: HistorySource;
}

/** The options with every default in place, checked. */
export interface ResolvedWebSocketOptions {
  readonly streamType: "data" | "trading";
  readonly feed: AlpacaFeed;
  readonly address: StreamAddress;
  readonly staleAfterMs: number;
  readonly expectsData: () => boolean;
  readonly backfill: Required<BackfillOptions>;
  readonly history: HistorySource | undefined;
  readonly connection: ResolvedConnectionOptions;
}

/** @throws ConfigError listing everything that is wrong */
export function resolveWebSocketOptions(options: AlpacaWebSocketOptions): ResolvedWebSocketOptions {
  const faults = new Faults();
  const streamType = options.streamType ?? "data";
  const feed = options.feed ?? "iex";
  const environment = options.environment ?? "paper";
  const auth = options.auth ?? "message";
  const staleAfterMs = options.staleAfterMs ?? 60_000;
  const encoding =
    options.encoding ?? (options.rawData || streamType === "trading" ? "json" : "msgpack");
  const credentials = sealCredentials(options.credentials, faults);
  faults.oneOf("streamType", streamType, ["data", "trading"]);
  faults.oneOf("feed", feed, ALPACA_FEEDS);
  faults.oneOf("environment", environment, ["paper", "live"]);
  faults.oneOf("encoding", encoding, ["msgpack", "json"]);
  faults.oneOf("auth", auth, ["message", "headers"]);
  faults.require(
    !(options.rawData && options.encoding === "msgpack"),
    'rawData means encoding "json" and cannot go with encoding "msgpack"',
  );
  faults.require(
    !(streamType === "trading" && auth === "headers"),
    'auth "headers" is for data streams; the trading stream takes a message',
  );
  faults.require(
    !(streamType === "data" && encoding === "json" && FEEDS[feed]?.msgpackOnly),
    `feed ${feed} comes in MessagePack only`,
  );
  faults.number("staleAfterMs", staleAfterMs, { min: 1, unlimited: true });
  faults.require(
    options.expectsData === undefined || typeof options.expectsData === "function",
    "expectsData must be a function",
  );
  if (options.url !== undefined) {
    faults.url("url", options.url, ["ws:", "wss:", "http:", "https:"]);
  }
  const heartbeat =
    options.heartbeatIntervalMs === undefined
      ? options.heartbeat
      : { ...options.heartbeat, intervalMs: options.heartbeatIntervalMs };
  const connection = resolveConnectionOptions(
    { ...options, ...(heartbeat && { heartbeat }) },
    faults,
  );
  const backfill = resolveBackfill(options.backfill, faults);
  faults.throwIfAny();

  const hosts = HOSTS[environment];
  const [host, path] =
    streamType === "data"
      ? [hosts.dataStream, FEEDS[feed].path]
      : [hosts.tradingStream, TRADING_STREAM_PATH];
  const { hours } = FEEDS[feed];
  const byHours = (): boolean =>
    hours === "always" || (hours === "stocks" && isRegularSession(connection.clock.nowMs()));
  return {
    streamType,
    feed,
    address: { url: streamUrl(options.url ?? host, path), credentials, encoding, auth },
    staleAfterMs,
    expectsData: options.expectsData ?? byHours,
    backfill,
    history: options.history,
    connection,
  };
}

const LONGEST_SYMBOL = 64;

/**
 * The selection with each symbol trimmed.
 * @throws ConfigError listing every unknown channel and every symbol that cannot be one
 */
export function checkSelection(selection: AlpacaSelection, feed: AlpacaFeed): ChannelSymbols {
  const faults = new Faults();
  const { channels } = FEEDS[feed];
  const checked: Record<string, readonly string[]> = {};
  for (const [channel, symbols] of Object.entries(selection ?? {})) {
    faults.require(
      channels.includes(channel as AlpacaChannel),
      `channel ${JSON.stringify(channel)} is not one of feed ${feed}'s: ${channels.join(", ")}`,
    );
    if (!Array.isArray(symbols)) {
      faults.add(`${channel} must be a list of symbols`);
      continue;
    }
    checked[channel] = symbols.map((symbol) => checkSymbol(channel, symbol, faults));
  }
  faults.require(
    Object.values(checked).some((symbols) => symbols.length > 0),
    "name at least one channel with at least one symbol",
  );
  faults.throwIfAny();
  return checked;
}

/** @throws ConfigError for anything but a policy */
export function checkPolicy(policy: GapPolicy): GapPolicy {
  const faults = new Faults();
  faults.oneOf("gaps", policy, GAP_POLICIES);
  faults.throwIfAny();
  return policy;
}

/** The symbol trimmed. */
export function checkSymbol(channel: string, symbol: unknown, faults: Faults): string {
  const trimmed = typeof symbol === "string" ? symbol.trim() : "";
  const isSymbol = trimmed !== "" && trimmed.length <= LONGEST_SYMBOL && !/\s/.test(trimmed);
  faults.require(isSymbol, `${channel} has ${shown(symbol)}, which is not a symbol`);
  return trimmed;
}
