import { decode } from "@msgpack/msgpack";
import type { CancelTimer, Clock } from "../core/clock.ts";
import type { WireControl } from "../venues/alpaca/wire.ts";
import { AUTHENTICATED, CONNECTED, errorMessage } from "./control-messages.ts";
import { type CredentialBook, credentialsOfMessage, type Presented } from "./credential-book.ts";
import type { DataEndpoint } from "./endpoints.ts";
import type { SessionFault } from "./fault.ts";
import type { FaultableSession, FaultSchedule } from "./fault-schedule.ts";
import { encodeJson } from "./json-encoding.ts";
import { encodeMessagePack } from "./message-pack-writer.ts";
import type { ResolvedPlan } from "./plan.ts";
import { SessionFaults } from "./session-faults.ts";
import type { SessionSlots, SlotHolder } from "./session-slots.ts";
import type { SessionTransport } from "./session-transport.ts";
import { readSelection, type Selection, Subscriptions } from "./subscriptions.ts";

/** How a session's messages are written; chosen by `Content-Type` at the handshake. @internal */
export type Encoding = "json" | "messagepack";

/** The code after which the venue closes. */
const AUTH_TIMEOUT = 404;

/** What a session needs of the simulator around it. @internal */
export interface SessionHost {
  readonly clock: Clock;
  readonly plan: ResolvedPlan;
  readonly credentials: CredentialBook;
  readonly slots: SessionSlots;
  readonly faults: FaultSchedule;
  /** All sessions of the simulator, this one included. */
  readonly sessions: Iterable<SlotHolder>;
  /** Called when a session has authenticated. */
  onReady(): void;
  /** Called when what a session is subscribed to has changed. */
  onSubscriptions(session: DataSession): void;
}

/** One client on a market-data stream. @internal */
export class DataSession implements FaultableSession, SlotHolder {
  readonly endpoint: DataEndpoint;
  readonly encoding: Encoding;
  readonly subscriptions: Subscriptions;
  readonly transport: SessionTransport;
  /** Books that this session has been sent in full. */
  readonly startedBooks = new Set<string>();
  keyId: string | undefined;
  readyMs: number | undefined;
  messagesSent = 0;
  readonly #host: SessionHost;
  readonly #faults: SessionFaults;
  readonly #timers = new Set<CancelTimer>();

  constructor(
    endpoint: DataEndpoint,
    encoding: Encoding,
    transport: SessionTransport,
    host: SessionHost,
  ) {
    this.endpoint = endpoint;
    this.encoding = encoding;
    this.transport = transport;
    this.subscriptions = new Subscriptions(endpoint);
    this.#host = host;
    this.#faults = new SessionFaults(this, host);
  }

  get path(): string {
    return this.endpoint.path;
  }

  get isOpen(): boolean {
    return this.transport.isOpen && !this.#faults.isGhost;
  }

  /** Whether its path was lost, which only the venue knows. */
  get isGhost(): boolean {
    return this.#faults.isGhost;
  }

  get holdsSlot(): boolean {
    return this.readyMs !== undefined && this.isOpen;
  }

  /** Opens the conversation; credentials of the handshake are tried at once. */
  start(presented: Presented | undefined): void {
    const { faults, plan } = this.#host;
    this.#later(plan.authTimeoutMs, () => this.#onAuthDeadline());
    if (!faults.take("no-welcome", this.path)) this.#reply(CONNECTED);
    if (presented) this.#authenticate(presented);
  }

  /** The connection is gone. */
  end(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  receive(data: Buffer, isBinary: boolean): void {
    const request = this.#decode(data, isBinary);
    if (request === undefined) {
      const needsMessagePack = this.endpoint.isMessagePackOnly && !isBinary;
      this.#refuse(needsMessagePack ? 412 : 400);
      return;
    }
    switch (request["action"]) {
      case "auth":
        this.#authenticate(credentialsOfMessage(request["key"], request["secret"]));
        return;
      case "subscribe":
      case "unsubscribe":
        if (this.readyMs === undefined) this.#refuse(401);
        else this.#changeSubscriptions(request, request["action"]);
        return;
      default:
        this.#refuse(400);
    }
  }

  strike(fault: SessionFault): void {
    this.#faults.strike(fault);
  }

  /** Sends data messages that are encoded already; tells whether it did. */
  sendData(payload: string | Buffer, messageCount: number): boolean {
    if (!this.isOpen || this.transport.isMuted) return false;
    this.messagesSent += messageCount;
    this.transport.sendData(payload, this.encoding === "json", messageCount);
    if (this.transport.waitingBytes > this.#host.plan.slowClientBytes) this.cutSlowClient();
    return true;
  }

  /**
   * What waits for the client is thrown away, then 407 and a cut: a client that begins to read again
   * within a second still sees the reason.
   */
  cutSlowClient(): void {
    this.transport.dropWaiting();
    this.#refuse(407);
    this.transport.cut();
  }

  #decode(data: Buffer, isBinary: boolean): Readonly<Record<string, unknown>> | undefined {
    try {
      if (this.encoding === "messagepack" && !isBinary) return undefined;
      const value = this.encoding === "messagepack" ? decode(data) : JSON.parse(data.toString());
      const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
      return isRecord ? (value as Record<string, unknown>) : undefined;
    } catch {
      return undefined;
    }
  }

  #authenticate(presented: Presented): void {
    const { clock, faults } = this.#host;
    if (faults.take("no-auth-reply", this.path, presented.keyId)) return;
    const refusal = this.#authRefusal(presented);
    if (refusal !== undefined) {
      this.#refuse(refusal);
      if (refusal === AUTH_TIMEOUT) this.transport.close(1000);
      return;
    }
    this.keyId = presented.keyId;
    this.readyMs = clock.monotonicMs();
    this.#host.onReady();
    this.#reply(AUTHENTICATED);
    faults.strikeDue(this);
  }

  /** The code with which an authentication is refused; the session stays open for another, but after 404. */
  #authRefusal(presented: Presented): number | undefined {
    const { credentials, faults, plan, sessions, slots } = this.#host;
    if (this.readyMs !== undefined) return 403;
    const rejection = faults.take("reject-auth", this.path, presented.keyId);
    if (rejection) return rejection.code;
    if (!credentials.accepts(presented)) return 402;
    if (!plan.feeds.includes(this.endpoint.feed)) return 409;
    if (this.endpoint.isMessagePackOnly && this.encoding !== "messagepack") return 412;
    return slots.isFree(this.path, presented.keyId, sessions) ? undefined : 406;
  }

  #onAuthDeadline(): void {
    if (this.readyMs !== undefined) return;
    this.#refuse(AUTH_TIMEOUT);
    this.transport.close(1000);
  }

  #changeSubscriptions(
    request: Readonly<Record<string, unknown>>,
    action: "subscribe" | "unsubscribe",
  ): void {
    const selection = readSelection(request, this.endpoint);
    if (typeof selection === "number") {
      this.#refuse(selection);
      return;
    }
    const refusal = this.#refusalOf(selection, action);
    if (refusal !== undefined) {
      this.#refuse(refusal);
      return;
    }
    if (action === "subscribe") {
      const isPartial = this.#host.faults.take("partial-ack", this.path, this.keyId) !== undefined;
      this.subscriptions.add(isPartial ? everyOther(selection) : selection);
    } else {
      this.subscriptions.remove(selection);
      for (const symbol of selection.get("orderbooks") ?? []) this.startedBooks.delete(symbol);
    }
    this.#acknowledge();
    this.#host.onSubscriptions(this);
  }

  /** A refused message changes nothing at all. */
  #refusalOf(selection: Selection, action: "subscribe" | "unsubscribe"): number | undefined {
    if (action === "unsubscribe") return undefined;
    const rejection = this.#host.faults.take("reject-subscribe", this.path, this.keyId);
    if (rejection) return rejection.code;
    return this.subscriptions.wouldExceed(this.#host.plan.symbolLimit, selection) ? 405 : undefined;
  }

  #acknowledge(): void {
    const { faults } = this.#host;
    if (faults.take("no-ack", this.path, this.keyId)) return;
    const keyless = faults.take("keyless-ack", this.path, this.keyId);
    const late = faults.take("late-ack", this.path, this.keyId);
    const message = this.subscriptions.acknowledgement(keyless?.keys);
    if (late) this.#later(late.delayMs, () => this.#reply(message));
    else this.#reply(message);
  }

  #refuse(code: number): void {
    this.#reply(errorMessage(code));
  }

  /** Control messages travel alone, as arrays of one. */
  #reply(message: WireControl): void {
    const isJson = this.encoding === "json";
    this.transport.send(isJson ? encodeJson([message]) : encodeMessagePack([message]));
  }

  #later(delayMs: number, act: () => void): void {
    const cancel = this.#host.clock.setTimer(() => {
      this.#timers.delete(cancel);
      act();
    }, delayMs);
    this.#timers.add(cancel);
  }
}

/** Keeps the first, third, fifth … symbol of every channel. */
function everyOther<K>(selection: ReadonlyMap<K, readonly string[]>): Map<K, readonly string[]> {
  const kept = new Map<K, readonly string[]>();
  for (const [channel, symbols] of selection) {
    kept.set(
      channel,
      symbols.filter((_, at) => at % 2 === 0),
    );
  }
  return kept;
}
