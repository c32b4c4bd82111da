export { BATCH_DEFAULTS, type BatchOptions, type BoundedBatches } from "./core/bounded-batches.ts";
export type { OverflowPolicy } from "./core/bounded-queue.ts";
export type { BoundedStream, BufferOptions } from "./core/bounded-stream.ts";
export { BUFFER_DEFAULTS } from "./core/bounded-stream.ts";
export { type CancelTimer, type Clock, systemClock, type TimerOptions } from "./core/clock.ts";
export {
  AckTimeoutError,
  AuthRejectedError,
  type ChannelSymbols,
  ClosedError,
  ConfigError,
  ConnectionClosedError,
  ConnectionLimitError,
  type ConnectPhase,
  ConnectTimeoutError,
  DecodeError,
  HandlerError,
  HandshakeRejectedError,
  NoDataError,
  NotEntitledError,
  RetriesExhaustedError,
  SlowConsumerError,
  StaleError,
  type StaleReason,
  SubscriptionIncompleteError,
  SubscriptionRejectedError,
  UnexpectedFrameError,
  VenueRejectedError,
} from "./core/errors.ts";
export {
  type Disposition,
  type ErrorCode,
  HoldfastError,
  isHoldfastError,
} from "./core/holdfast-error.ts";
export type { Unsubscribe } from "./core/listeners.ts";
export { type Random, seededRandom, systemRandom } from "./core/random.ts";
export {
  CircuitOpenError,
  DeadlineError,
  type HttpStatusAnswer,
  HttpStatusError,
  RateLimitedError,
  RequestError,
  type RequestFacts,
  RequestFailedError,
  type RequestPhase,
  ResponseDecodeError,
  type ResponseFacts,
} from "./core/request-errors.ts";
export { Secret } from "./core/secret.ts";
export type { HostAddress, ResolveHost } from "./http/host-cache.ts";
export { HTTP_PROFILES, type HttpProfile, type HttpProfileName } from "./http/http-profiles.ts";
export type { HttpHeaders, HttpRequest, HttpRequester } from "./http/http-request.ts";
export {
  HttpResponse,
  type HttpResponseParts,
  type ResponseHeaders,
} from "./http/http-response.ts";
export { HttpSession } from "./http/http-session.ts";
export type { HttpSessionHealth, HttpSessionState } from "./http/http-session-health.ts";
export {
  HTTP_SESSION_DEFAULTS,
  type HttpSessionDefaults,
  type HttpSessionOptions,
} from "./http/http-session-options.ts";
export type { OperationHealth } from "./http/operation-table.ts";
export { OPERATION_TIMEOUTS, type TimedOperation } from "./http/operation-timeouts.ts";
export type { OriginHealth } from "./http/origin-slots.ts";
export type { PoolPressure, PressureLevel } from "./http/pool-pressure.ts";
export type { RequestEvent, RequestOutcome } from "./http/request-event.ts";
export type { RequestGate } from "./http/request-gate.ts";
export type { RequestTotals } from "./http/request-ledger.ts";
export type { QueryValue } from "./http/request-url.ts";
export type { SessionFetch } from "./http/session-fetch.ts";
export type { AccountBudgetHealth } from "./hub/account-budget.ts";
export { AlpacaClient, type AlpacaClientHealth, type ChannelOptions } from "./hub/alpaca-client.ts";
export { ALPACA_CLIENT_DEFAULTS, type AlpacaClientOptions } from "./hub/alpaca-client-options.ts";
export {
  AlpacaConnectionPool,
  type AlpacaConnectionPoolOptions,
} from "./hub/alpaca-connection-pool.ts";
export type { AlpacaHistory } from "./hub/history.ts";
export type { CallOptions, MarketDataOptions, QuoteOptions } from "./hub/market-queries.ts";
export type { Account } from "./model/account.ts";
export { Arrival } from "./model/arrival.ts";
export type { Asset } from "./model/asset.ts";
export { Bar, type BarFields, type BarType } from "./model/bar.ts";
export { Cancellation } from "./model/cancellation.ts";
export { type CorrectedTrade, Correction } from "./model/correction.ts";
export {
  Gap,
  type GapCause,
  type GapFields,
  type GapRange,
  type GapReason,
  type GapStatus,
} from "./model/gap.ts";
export { Imbalance } from "./model/imbalance.ts";
export { LimitBand } from "./model/limit-band.ts";
export type { MarketClock } from "./model/market-clock.ts";
export type { MarketData } from "./model/market-data.ts";
export type { MarketDay } from "./model/market-day.ts";
export { MarketEvent } from "./model/market-event.ts";
export { News, type NewsFields } from "./model/news.ts";
export type {
  Order,
  OrderClass,
  OrderSide,
  OrderStatus,
  OrderType,
  TimeInForce,
} from "./model/order.ts";
export { type BookLevel, OrderBook } from "./model/order-book.ts";
export { PerpetualPricing } from "./model/perpetual-pricing.ts";
export type { Position } from "./model/position.ts";
export { Quote, type QuoteFields } from "./model/quote.ts";
export type { Snapshot } from "./model/snapshot.ts";
export type { Sourced } from "./model/sourced.ts";
export type { ReconnectedEvent, Stale, StreamEvent } from "./model/stream-event.ts";
export {
  type RawId,
  type TakerSide,
  Trade,
  type TradeFields,
  type TradeRevision,
} from "./model/trade.ts";
export type { TradeUpdate } from "./model/trade-update.ts";
export { TradingStatus } from "./model/trading-status.ts";
export {
  parseRfc3339,
  toMilliseconds,
  toNanoseconds,
  toRfc3339,
  type VenueTime,
} from "./model/venue-time.ts";
export type { HistoryRequest, HistorySource } from "./ports/history-source.ts";
export type { MarketSink, MarketStream, SeenMarks } from "./ports/market-stream.ts";
export {
  ADAPTIVE_TIMEOUT_DEFAULTS,
  type AdaptiveTimeoutOptions,
  type OperationLatency,
} from "./resilience/adaptive-timeout.ts";
export type { AcquireLimits, Admission } from "./resilience/admission.ts";
export { BACKOFF_DEFAULTS, type BackoffOptions } from "./resilience/backoff.ts";
export type { CircuitState } from "./resilience/circuit.ts";
export { LANES, type Lane, type LaneCounts } from "./resilience/lanes.ts";
export {
  ORIGIN_BREAKER_DEFAULTS,
  type OriginBreakerOptions,
  type OriginCircuit,
} from "./resilience/origin-breaker.ts";
export {
  RATE_BUDGET_DEFAULTS,
  RateBudget,
  type RateBudgetHealth,
  type RateBudgetOptions,
  type RateObservation,
} from "./resilience/rate-budget.ts";
export { RETRY_DEFAULTS, type RetryOptions } from "./resilience/retry.ts";
export { HEARTBEAT_DEFAULTS, type HeartbeatOptions } from "./socket/heartbeat.ts";
export { ISOLATE_DEFAULTS, type IsolateOptions } from "./socket/isolate-options.ts";
export type { StateChange } from "./socket/live-socket.ts";
export {
  CONNECTION_TIMEOUT_DEFAULTS,
  type ConnectionOptions,
  type ConnectionTimeouts,
  RECONNECT_DEFAULTS,
  type ReconnectOptions,
} from "./socket/live-socket-options.ts";
export type { ConnectionHistory, SocketState } from "./socket/state.ts";
export type { MarketChannel, MessageChannel, TypeByChannel } from "./streaming/channels.ts";
export {
  ConnectionPool,
  type GetConnectionOptions,
  type PoolFailover,
} from "./streaming/connection-pool/connection-pool.ts";
export { PoolFullError } from "./streaming/connection-pool/pool-full-error.ts";
export type {
  PooledConnectionMetrics,
  PoolMetrics,
} from "./streaming/connection-pool/pool-metrics.ts";
export {
  CONNECTION_POOL_DEFAULTS,
  type ConnectionPoolOptions,
  type PoolCapabilities,
} from "./streaming/connection-pool/pool-options.ts";
export type {
  PooledConnection,
  PoolReconnected,
} from "./streaming/connection-pool/pooled-connection.ts";
export type { PoolRotation } from "./streaming/connection-pool/rotation.ts";
export type { PooledConnectionState } from "./streaming/connection-pool/state.ts";
export {
  BACKFILL_DEFAULTS,
  type BackfillOptions,
  type GapPolicy,
} from "./streaming/gap-ledger/channel-rules.ts";
export type { LedgerReport, SymbolCoverage } from "./streaming/gap-ledger/ledger-report.ts";
export type { RepairedGap } from "./streaming/gap-ledger/repair-gap.ts";
export type { BatchContext, Processor } from "./streaming/message-handler/batch-runner.ts";
export type { ConsumerGap, LossReason } from "./streaming/message-handler/consumer-gap.ts";
export type { HandledMessage } from "./streaming/message-handler/handled-message.ts";
export type { MessageOn } from "./streaming/message-handler/message-channels.ts";
export { MessageHandler, type StopOptions } from "./streaming/message-handler/message-handler.ts";
export type {
  ChannelMetrics,
  HandlerLatency,
  MessageHandlerMetrics,
  ProcessorMetrics,
  StopReport,
  SymbolOutcomes,
} from "./streaming/message-handler/message-handler-metrics.ts";
export {
  type Buffering,
  type BufferingOptions,
  MESSAGE_HANDLER_DEFAULTS,
  type MessageHandlerOptions,
  type MessageHandlerSettings,
  type MessageOverflow,
  type PausableSource,
  PROCESSOR_BREAKER_DEFAULTS,
  PROCESSOR_RETRY_DEFAULTS,
  type ProcessorBreakerOptions,
  type ProcessorOptions,
  type ProcessorRetryOptions,
} from "./streaming/message-handler/message-handler-options.ts";
export type { MessageOutcomes } from "./streaming/message-handler/outcome-totals.ts";
export { type FailedBatch, ProcessorError } from "./streaming/message-handler/processor-error.ts";
export type { DurationSummary } from "./streaming/message-handler/sample-window.ts";
export type { Callback } from "./streaming/router.ts";
export type { RefusedSymbol } from "./streaming/stream-manager/refused-symbol.ts";
export { StreamManager } from "./streaming/stream-manager/stream-manager.ts";
export {
  STREAM_MANAGER_DEFAULTS,
  type StreamManagerOptions,
} from "./streaming/stream-manager/stream-manager-options.ts";
export type {
  ChannelSubscriptionStats,
  StreamManagerStats,
} from "./streaming/stream-manager/stream-manager-stats.ts";
export type { StreamRemoval, StreamRequest } from "./streaming/stream-manager/stream-request.ts";
export type {
  StreamSubscription,
  SubscriptionChange,
} from "./streaming/stream-manager/stream-subscription.ts";
export { SymbolLimitError } from "./streaming/stream-manager/symbol-limit-error.ts";
export type { SymbolLimit, SymbolLimits } from "./streaming/stream-manager/symbol-limits.ts";
export type { LatencySummary, StreamMetrics } from "./streaming/stream-metrics.ts";
export {
  type AlpacaStreamMetrics,
  AlpacaWebSocketClient,
  type MessageLoopOptions,
  type Reconnected,
  type StreamLedger,
  type SubscribeOptions,
} from "./venues/alpaca/alpaca-websocket-client.ts";
export type { AlpacaCredentials } from "./venues/alpaca/credentials.ts";
export {
  ALPACA_FEEDS,
  type AlpacaChannel,
  type AlpacaEnvironment,
  type AlpacaFeed,
} from "./venues/alpaca/endpoints.ts";
export type { AlpacaEncoding } from "./venues/alpaca/frame-decoder.ts";
export type { HandlerCode, MessageByCode, StreamMessage } from "./venues/alpaca/handler-codes.ts";
export type { RestAssetsRequest, RestCalendarRequest } from "./venues/alpaca/rest-assets.ts";
export type { RestCallOptions } from "./venues/alpaca/rest-call.ts";
export type {
  RestAdjustment,
  RestBarsRequest,
  RestHistoryFeed,
  RestHistoryRequest,
} from "./venues/alpaca/rest-history.ts";
export type { RestOrdersRequest } from "./venues/alpaca/rest-orders.ts";
export type { AlpacaSelection, AlpacaWebSocketOptions } from "./venues/alpaca/websocket-options.ts";
