import type { Clock } from "../../core/clock.ts";
import {
  AckTimeoutError,
  AuthRejectedError,
  DecodeError,
  UnexpectedFrameError,
  VenueRejectedError,
} from "../../core/errors.ts";
import { type HoldfastError, messageOf } from "../../core/holdfast-error.ts";
import type { TradeUpdate } from "../../model/trade-update.ts";
import { ListeningTimer } from "../../socket/listening-timer.ts";
import type { SocketLink, SocketProtocol } from "../../socket/live-socket.ts";
import { NO_SYMBOL_ID } from "../../streaming/symbol-table.ts";
import type { StreamAddress, StreamSink } from "./data-protocol.ts";
import { encodeRequest, encodingHeaders } from "./encode.ts";
import { decodeFrame, type RawMessage } from "./frame-decoder.ts";
import { list, text } from "./raw-fields.ts";
import { reconnectFloorMs } from "./venue-errors.ts";

const LISTEN = { action: "listen", data: { streams: ["trade_updates"] } };

/** A one-byte heartbeat of an old server (official JavaScript SDK 3). */
const OLD_HEARTBEAT_BYTES = 1;

/** The conversation on the trading stream: it greets nobody, and it has one thing to listen to. */
export class TradingProtocol implements SocketProtocol {
  readonly awaitsWelcome = false;
  readonly #address: StreamAddress;
  readonly #sink: StreamSink;
  readonly #clock: Clock;
  readonly #ackTimeoutMs: number;
  #ackDeadline: ListeningTimer | undefined;

  constructor(address: StreamAddress, sink: StreamSink, clock: Clock, ackTimeoutMs: number) {
    this.#address = address;
    this.#sink = sink;
    this.#clock = clock;
    this.#ackTimeoutMs = ackTimeoutMs;
  }

  address(): { url: string; headers: Record<string, string> } {
    const { url, encoding } = this.#address;
    return { url, headers: encodingHeaders(encoding) };
  }

  authenticate(link: SocketLink): void {
    const { keyId, secretKey } = this.#address.credentials;
    this.#send(link, { action: "auth", key: keyId, secret: secretKey.reveal() });
  }

  live(link: SocketLink): void {
    this.#ackDeadline = new ListeningTimer(this.#clock, this.#ackTimeoutMs, () => {
      link.fail(new AckTimeoutError(this.#ackTimeoutMs));
    });
    this.#ackDeadline.start();
    this.#send(link, LISTEN);
  }

  lost(): void {
    this.#ackDeadline?.stop();
  }

  floorMs(cause: HoldfastError): number {
    return reconnectFloorMs(cause);
  }

  receive(link: SocketLink, frame: Buffer, isBinary: boolean): void {
    this.#sink.frame(frame.byteLength);
    if (frame.byteLength === OLD_HEARTBEAT_BYTES) return;
    try {
      const message = decodeFrame(frame, isBinary, this.#address.encoding);
      if (!isObject(message)) throw new TypeError("not a message");
      this.#one(link, message);
      this.#sink.decoded();
    } catch (cause) {
      this.#sink.undecodable(new DecodeError(`frame (${messageOf(cause)})`, frame, { cause }));
    }
  }

  #one(link: SocketLink, message: RawMessage): void {
    const data = isObject(message["data"]) ? message["data"] : {};
    switch (message["stream"] ?? message["action"]) {
      case "authorization":
        if (data["status"] === "authorized") link.authenticated();
        else
          link.fail(new AuthRejectedError(401, text.optional(data, "message") || "unauthorized"));
        return;
      case "listening":
        this.#listening(link, list(data["streams"]));
        return;
      case "trade_updates":
        this.#sink.message(toTradeUpdate(data, this.#clock.nowMs()), NO_SYMBOL_ID);
        return;
      case "error":
        link.fail(new VenueRejectedError(500, text.optional(data, "error_message"), "retry"));
        return;
      default:
        this.#sink.unknown(String(message["stream"] ?? message["action"]));
    }
  }

  /** Streams that are not available are left out without a word. */
  #listening(link: SocketLink, streams: readonly string[]): void {
    this.#ackDeadline?.stop();
    if (!streams.includes("trade_updates")) {
      link.fail(new UnexpectedFrameError("the venue listens, but not to trade_updates"));
    }
  }

  #send(link: SocketLink, message: object): void {
    link.send(encodeRequest(message, this.#address.encoding));
  }
}

function isObject(value: unknown): value is RawMessage {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function toTradeUpdate(data: RawMessage, receivedMs: number): TradeUpdate {
  const order = data["order"];
  if (!isObject(order)) throw new TypeError("field order is not an object");
  // Amounts are text, but nothing is lost should the venue send one as a number.
  const optional = (key: string): string | undefined =>
    typeof data[key] === "number" ? String(data[key]) : text.optional(data, key) || undefined;
  return {
    type: "tradeUpdate",
    event: text.required(data, "event"),
    order,
    timestamp: optional("timestamp") ?? optional("at"),
    eventId: optional("event_id"),
    executionId: optional("execution_id"),
    price: optional("price"),
    quantity: optional("qty"),
    positionQuantity: optional("position_qty"),
    receivedMs,
  };
}
