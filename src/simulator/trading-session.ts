import { decode } from "@msgpack/msgpack";
import type { CancelTimer, Clock } from "../core/clock.ts";
import type { WireTradingMessage } from "../venues/alpaca/wire.ts";
import { type CredentialBook, credentialsOfMessage, type Presented } from "./credential-book.ts";
import { TRADING_STREAM_PATH } from "./endpoints.ts";
import type { SessionFault } from "./fault.ts";
import type { FaultableSession, FaultSchedule } from "./fault-schedule.ts";
import { encodeJson } from "./json-encoding.ts";
import { encodeMessagePack } from "./message-pack-writer.ts";
import type { ResolvedPlan } from "./plan.ts";
import { SessionFaults } from "./session-faults.ts";
import type { SessionSlots } from "./session-slots.ts";
import type { SessionTransport } from "./session-transport.ts";

const KNOWN_STREAMS: readonly string[] = ["trade_updates"];

/** Seen on paper, 2026-09-18, after the older form of authentication. */
const DEPRECATION =
  'this authentication format is being deprecated. Please use the format: {"action": "auth", "key": "x", "secret": "x"}';

/** Seen in 2026; the older replies to a wrong key differ, only `status` is reliable. */
const UNAUTHORIZED = "code=401, message=Unauthorized";

interface TradingHost {
  readonly clock: Clock;
  readonly plan: ResolvedPlan;
  readonly credentials: CredentialBook;
  readonly slots: SessionSlots;
  readonly faults: FaultSchedule;
  onReady(): void;
}

/**
 * One client on `/stream`: it speaks first, hears objects instead of arrays, and on paper gets its
 * JSON in binary frames (websocket streaming page, January 2026).
 * @internal
 */
export class TradingSession implements FaultableSession {
  readonly path: string = TRADING_STREAM_PATH;
  readonly encoding: "json" | "messagepack";
  readonly transport: SessionTransport;
  keyId: string | undefined;
  readyMs: number | undefined;
  messagesSent = 0;
  streams: readonly string[] = [];
  readonly #host: TradingHost;
  readonly #faults: SessionFaults;
  #cancelDeadline: CancelTimer | undefined;

  constructor(encoding: "json" | "messagepack", transport: SessionTransport, host: TradingHost) {
    this.encoding = encoding;
    this.transport = transport;
    this.#host = host;
    this.#faults = new SessionFaults(this, host);
  }

  get isOpen(): boolean {
    return this.transport.isOpen && !this.#faults.isGhost;
  }

  /** There is no welcome. Credentials of the handshake authenticate without a reply being asked for. */
  start(presented: Presented | undefined): void {
    const { clock, plan } = this.#host;
    // The deadline of this stream is not documented; the data streams' is assumed.
    this.#cancelDeadline = clock.setTimer(() => this.#refuse(), plan.authTimeoutMs);
    if (presented) this.#authenticate(presented);
  }

  end(): void {
    this.#cancelDeadline?.();
  }

  receive(data: Buffer): void {
    const request = this.#decode(data);
    const body = record(request["data"]);
    switch (request["action"]) {
      case "auth":
        this.#authenticate(credentialsOfMessage(request["key"], request["secret"]));
        return;
      case "authenticate":
        this.#authenticate(legacyCredentials(body), DEPRECATION);
        return;
      case "listen":
        this.#listen(body["streams"]);
        return;
      default:
        this.#send({ action: "error", data: { error_message: "internal server error" } });
        this.transport.close(1011);
    }
  }

  strike(fault: SessionFault): void {
    this.#faults.strike(fault);
  }

  cutSlowClient(): void {
    this.transport.cut();
  }

  #authenticate(presented: Presented, message?: string): void {
    const { credentials, faults, clock } = this.#host;
    if (faults.take("no-auth-reply", this.path, presented.keyId)) return;
    const isRejected = faults.take("reject-auth", this.path, presented.keyId) !== undefined;
    if (isRejected || !credentials.accepts(presented)) {
      this.#refuse();
      return;
    }
    this.#cancelDeadline?.();
    this.keyId = presented.keyId;
    if (this.readyMs === undefined) this.#host.onReady();
    this.readyMs ??= clock.monotonicMs();
    const data = { status: "authorized", action: "authenticate" } as const;
    this.#send({
      stream: "authorization",
      data: message === undefined ? data : { ...data, message },
    });
    faults.strikeDue(this);
  }

  #refuse(): void {
    this.#send({
      stream: "authorization",
      data: { message: UNAUTHORIZED, status: "unauthorized" },
    });
    this.transport.close(1000);
  }

  /** The list replaces the one before; names that do not exist are left out of the reply. */
  #listen(streams: unknown): void {
    if (this.readyMs === undefined) {
      this.#send({ stream: "authorization", data: { status: "unauthorized", action: "listen" } });
      return;
    }
    if (this.#host.faults.take("no-ack", this.path, this.keyId)) return;
    const asked = Array.isArray(streams) ? streams : [];
    this.streams = KNOWN_STREAMS.filter((known) => asked.includes(known));
    this.#send({ stream: "listening", data: { streams: this.streams } });
  }

  #decode(data: Buffer): Readonly<Record<string, unknown>> {
    try {
      return record(this.encoding === "messagepack" ? decode(data) : JSON.parse(data.toString()));
    } catch {
      return {};
    }
  }

  #send(message: WireTradingMessage): void {
    const isJson = this.encoding === "json";
    this.transport.send(isJson ? Buffer.from(encodeJson(message)) : encodeMessagePack(message));
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  return isRecord ? (value as Record<string, unknown>) : {};
}

function legacyCredentials(data: Readonly<Record<string, unknown>>): Presented {
  if (data["oauth_token"] !== undefined) return credentialsOfMessage("oauth", data["oauth_token"]);
  return credentialsOfMessage(data["key_id"], data["secret_key"]);
}
