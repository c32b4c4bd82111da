import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { CancelTimer, Clock } from "../core/clock.ts";
import { type CredentialBook, credentialsOfHeaders } from "./credential-book.ts";
import { DataSession, type Encoding, type SessionHost } from "./data-session.ts";
import { DATA_ENDPOINTS, TRADING_STREAM_PATH } from "./endpoints.ts";
import type { Fault } from "./fault.ts";
import { FaultSchedule } from "./fault-schedule.ts";
import type { Feed } from "./feed.ts";
import { FeedFactory } from "./feed-factory.ts";
import type { SimulatedLoad } from "./load-state.ts";
import type { Market } from "./market.ts";
import type { NewsWire } from "./news-wire.ts";
import type { ResolvedOptions } from "./options.ts";
import { OutgoingBatch, type TimedMessage } from "./outgoing-batch.ts";
import { PingWatch } from "./ping-watch.ts";
import { refuseUpgrade } from "./refuse-upgrade.ts";
import { SessionSlots } from "./session-slots.ts";
import { SessionTransport } from "./session-transport.ts";
import type { SimulatorState } from "./simulator-state.ts";
import { TradingSession } from "./trading-session.ts";

type Session = DataSession | TradingSession;

/** The rhythm of everything that is sent unasked. */
const TICK_MS = 10;
/** The largest message a client may send; its list of symbols may be long. */
const MOST_CLIENT_BYTES = 16 * 1024 * 1024;
/** Smaller messages are not worth compressing. */
const COMPRESS_FROM_BYTES = 1024;
const MINUTE_MS = 60_000;

/** The part of the simulator's state that the streams know. */
type StreamFacts = Pick<
  SimulatorState,
  | "handshakes"
  | "authentications"
  | "sessions"
  | "ghosts"
  | "faultsFired"
  | "faultsWaiting"
  | "lastIndex"
  | "messagesSent"
  | "messagesDroppedForSlowClients"
>;

interface EndpointState {
  readonly sessions: Set<DataSession>;
  readonly feed: Feed;
}

/** All WebSocket endpoints: takes upgrades, keeps the sessions, and drives their data. @internal */
export class StreamServer {
  readonly faults: FaultSchedule;
  readonly #options: ResolvedOptions;
  readonly #clock: Clock;
  readonly #market: Market;
  readonly #webSocketServer: WebSocketServer;
  readonly #batch: OutgoingBatch;
  readonly #feeds: FeedFactory;
  readonly #endpoints = new Map<string, EndpointState>();
  readonly #sessions = new Set<Session>();
  readonly #watches = new Map<Session, PingWatch>();
  readonly #stalled = new Set<Duplex>();
  readonly #upgraded = new Set<Duplex>();
  readonly #slots: SessionSlots;
  readonly #host: SessionHost;
  #handshakes = 0;
  #recentHandshakesMs: number[] = [];
  #authentications = 0;
  #messagesOfEnded = 0;
  #droppedByEnded = 0;
  #cancelTick: CancelTimer | undefined;
  #isClosed = false;

  constructor(
    options: ResolvedOptions,
    market: Market,
    news: NewsWire,
    credentials: CredentialBook,
  ) {
    this.#options = options;
    this.#clock = options.clock;
    this.#market = market;
    this.faults = new FaultSchedule(options.clock, options.seed);
    this.#batch = new OutgoingBatch(this.faults);
    this.#slots = new SessionSlots(options.clock, options.plan.connectionsPerEndpoint);
    this.#webSocketServer = new WebSocketServer({
      noServer: true,
      autoPong: false,
      maxPayload: MOST_CLIENT_BYTES,
      perMessageDeflate: options.compression && { threshold: COMPRESS_FROM_BYTES },
    });
    this.#feeds = new FeedFactory(options, market, news, this.#batch, this.faults);
    for (const endpoint of DATA_ENDPOINTS.values()) {
      const sessions = new Set<DataSession>();
      const feed = this.#feeds.create(endpoint, sessions);
      this.#endpoints.set(endpoint.path, { sessions, feed });
    }
    this.#host = {
      clock: options.clock,
      plan: options.plan,
      credentials,
      slots: this.#slots,
      faults: this.faults,
      sessions: { [Symbol.iterator]: () => this.#dataSessions() },
      onReady: () => this.#authentications++,
      onSubscriptions: (session) => this.#endpoints.get(session.path)?.feed.refresh(),
    };
  }

  inject(fault: Fault): void {
    this.faults.inject(fault, this.#sessions);
  }

  /** Sends a message to everybody who is subscribed to it; resolves to how many sessions that are. */
  emit(message: TimedMessage): number {
    let reached = 0;
    for (const { feed } of this.#endpoints.values()) {
      const audience = feed.audience(message);
      if (audience.length > 0) this.#batch.add(message, audience);
      reached += audience.length;
    }
    this.#batch.flush();
    return reached;
  }

  /** Takes one HTTP upgrade. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#handshakes++;
    const path = (request.url ?? "").split("?")[0] ?? "";
    socket.on("error", () => socket.destroy());
    if (this.#isClosed) socket.destroy();
    else if (!this.#endpoints.has(path) && path !== TRADING_STREAM_PATH) refuseUpgrade(socket, 404);
    else if (this.#isFlooded()) refuseUpgrade(socket, 429);
    else if (this.faults.take("stall-handshake", path)) {
      this.#stalled.add(socket);
      socket.once("close", () => this.#stalled.delete(socket));
      socket.resume();
    } else {
      const refusal = this.faults.take("handshake-status", path);
      if (refusal) refuseUpgrade(socket, refusal.status);
      else {
        this.#webSocketServer.handleUpgrade(request, socket, head, (webSocket) =>
          this.#open(path, request, socket, webSocket),
        );
      }
    }
  }

  state(): StreamFacts & { readonly webSockets: number } {
    const nowMs = this.#clock.monotonicMs();
    let messagesSent = this.#messagesOfEnded;
    let dropped = this.#droppedByEnded;
    for (const session of this.#sessions) {
      messagesSent += session.messagesSent;
      dropped += session.transport.messagesDropped;
    }
    return {
      handshakes: this.#handshakes,
      authentications: this.#authentications,
      sessions: [...this.#sessions].map((session) => ({
        path: session.path,
        keyId: session.keyId,
        authenticated: session.readyMs !== undefined,
        encoding: session.encoding,
        subscriptions: subscriptionsOf(session),
        messagesSent: session.messagesSent,
      })),
      ghosts: this.#slots.ghosts.map(({ path, keyId, untilMs }) => ({
        path,
        keyId,
        remainingMs: untilMs - nowMs,
      })),
      webSockets: this.#upgraded.size,
      faultsFired: this.faults.fired,
      faultsWaiting: this.faults.waiting,
      lastIndex: Object.fromEntries(this.#feeds.lastIndices),
      messagesSent,
      messagesDroppedForSlowClients: dropped,
    };
  }

  /** What the load has come to; `undefined` without one. */
  loadState(): SimulatedLoad | undefined {
    return this.#feeds.loadState();
  }

  /** Destroys every connection; nothing is left that could call back. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTick?.();
    for (const session of this.#sessions) session.end();
    for (const socket of [...this.#stalled, ...this.#upgraded]) socket.destroy();
    this.#webSocketServer.close();
  }

  #open(path: string, request: IncomingMessage, socket: Duplex, webSocket: WebSocket): void {
    const transport = new SessionTransport(webSocket, socket, this.#clock);
    const isMessagePack = /^application\/(x-)?msgpack\b/i.test(
      request.headers["content-type"] ?? "",
    );
    const encoding: Encoding = isMessagePack ? "messagepack" : "json";
    const endpoint = DATA_ENDPOINTS.get(path);
    const session = endpoint
      ? new DataSession(endpoint, encoding, transport, this.#host)
      : new TradingSession(encoding, transport, this.#host);
    this.#sessions.add(session);
    this.#upgraded.add(socket);
    if (session instanceof DataSession) this.#endpoints.get(path)?.sessions.add(session);
    const watch = new PingWatch(transport, this.#clock, this.#options.plan);
    this.#watches.set(session, watch);
    webSocket.on("message", (data, isBinary) => session.receive(data as Buffer, isBinary));
    webSocket.on("ping", (payload) => transport.pong(payload));
    webSocket.on("pong", () => watch.onPong());
    // A client that breaks the protocol is closed by the library; there is nobody to tell.
    webSocket.on("error", () => {});
    webSocket.once("close", (code) => this.#onClosed(session, code));
    socket.once("close", () => this.#upgraded.delete(socket));
    session.start(credentialsOfHeaders(request.headers));
    this.#cancelTick ??= this.#scheduleTick();
  }

  #onClosed(session: Session, code: number): void {
    const { abruptCloseLeavesGhost, ghostMs } = this.#options.plan;
    session.end();
    if (!this.#sessions.delete(session)) return;
    this.#watches.delete(session);
    this.#messagesOfEnded += session.messagesSent;
    this.#droppedByEnded += session.transport.messagesDropped;
    if (!(session instanceof DataSession)) return;
    const wasLost = code === 1006 && !session.transport.wasCut && !session.isGhost;
    if (abruptCloseLeavesGhost && wasLost && session.keyId !== undefined) {
      this.#slots.leaveGhost(session.path, session.keyId, ghostMs);
    }
    const endpoint = this.#endpoints.get(session.path);
    endpoint?.sessions.delete(session);
    endpoint?.feed.refresh();
  }

  #isFlooded(): boolean {
    const limit = this.#options.plan.handshakesPerMinute;
    if (limit === Number.POSITIVE_INFINITY) return false;
    const nowMs = this.#clock.monotonicMs();
    this.#recentHandshakesMs = this.#recentHandshakesMs.filter((atMs) => atMs > nowMs - MINUTE_MS);
    this.#recentHandshakesMs.push(nowMs);
    return this.#recentHandshakesMs.length > limit;
  }

  #scheduleTick(): CancelTimer {
    return this.#clock.setTimer(() => this.#tick(), TICK_MS);
  }

  /** One timer drives everything; it runs while there are sessions. */
  #tick(): void {
    const nowNs = this.#market.nowNs();
    for (const { feed } of this.#endpoints.values()) feed.advance(nowNs);
    this.#batch.flush();
    for (const session of this.#sessions) {
      this.faults.strikeDue(session);
      this.#watches.get(session)?.tick();
    }
    this.#cancelTick = this.#sessions.size > 0 ? this.#scheduleTick() : undefined;
  }

  *#dataSessions(): Generator<DataSession> {
    for (const session of this.#sessions) if (session instanceof DataSession) yield session;
  }
}

function subscriptionsOf(session: Session): Readonly<Record<string, readonly string[]>> {
  if (session instanceof TradingSession) return { streams: session.streams };
  const { T: _, ...channels } = session.subscriptions.acknowledgement();
  return channels;
}
