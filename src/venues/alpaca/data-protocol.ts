import type { Clock } from "../../core/clock.ts";
import { DecodeError, StaleError, UnexpectedFrameError } from "../../core/errors.ts";
import { type HoldfastError, messageOf } from "../../core/holdfast-error.ts";
import type { MarketData } from "../../model/market-data.ts";
import type { SocketLink, SocketProtocol } from "../../socket/live-socket.ts";
import { SubscriptionDesk } from "../../streaming/subscription-desk.ts";
import { authHeaders, type SealedCredentials } from "./credentials.ts";
import { DataWatch } from "./data-watch.ts";
import { encodeRequest, encodingHeaders } from "./encode.ts";
import { type AlpacaEncoding, decodeFrame, type RawMessage } from "./frame-decoder.ts";
import type { StreamMessage } from "./handler-codes.ts";
import { list, number, text } from "./raw-fields.ts";
import { toModel } from "./to-model.ts";
import { meaningOf, reconnectFloorMs } from "./venue-errors.ts";
import type { WireRequest } from "./wire.ts";

/** How to reach a stream and prove who we are. */
export interface StreamAddress {
  readonly url: string;
  readonly credentials: SealedCredentials;
  readonly encoding: AlpacaEncoding;
  readonly auth: "message" | "headers";
}

/** Where everything that arrives goes. */
export interface StreamSink {
  frame(bytes: number): void;
  message(message: StreamMessage): void;
  unknown(code: string): void;
  undecodable(error: DecodeError): void;
  report(error: HoldfastError): void;
}

/** How a market-data stream is watched. */
export interface DataProtocolOptions {
  readonly address: StreamAddress;
  readonly clock: Clock;
  readonly ackTimeoutMs: number;
  readonly staleAfterMs: number;
  readonly expectsData: () => boolean;
}

/** The conversation on a market-data stream: greeting, authentication, subscriptions, data. */
export class DataProtocol implements SocketProtocol {
  readonly awaitsWelcome = true;
  readonly desk: SubscriptionDesk;
  readonly #address: StreamAddress;
  readonly #clock: Clock;
  readonly #sink: StreamSink;
  readonly #watch: DataWatch;
  #link: SocketLink | undefined;

  constructor(options: DataProtocolOptions, sink: StreamSink) {
    const { address, clock, ackTimeoutMs, staleAfterMs, expectsData } = options;
    this.#address = address;
    this.#clock = clock;
    this.#sink = sink;
    this.desk = new SubscriptionDesk({
      clock,
      ackTimeoutMs,
      send: ({ action, selection }) => this.#send({ action, ...selection }),
      overdue: (cause) => this.#link?.fail(cause),
      report: (error) => sink.report(error),
    });
    this.#watch = new DataWatch({
      clock,
      staleAfterMs,
      expectsData,
      isSubscribed: (channel) => this.desk.isSubscribed(channel),
      stale: (silentMs) => this.#link?.fail(new StaleError("no-data", silentMs)),
    });
  }

  address(): { url: string; headers: Record<string, string> } {
    const { url, encoding, auth, credentials } = this.#address;
    const identity = auth === "headers" ? authHeaders(credentials) : {};
    return { url, headers: { ...encodingHeaders(encoding), ...identity } };
  }

  authenticate(link: SocketLink): void {
    this.#link = link;
    // Headers have said it already; the venue answers without being asked.
    if (this.#address.auth === "headers") return;
    const { keyId, secretKey } = this.#address.credentials;
    this.#send({ action: "auth", key: keyId, secret: secretKey.reveal() });
  }

  live(): void {
    this.desk.live();
    this.#watch.start();
  }

  lost(): void {
    this.#link = undefined;
    this.#watch.stop();
    this.desk.lost();
  }

  floorMs(cause: HoldfastError): number {
    return reconnectFloorMs(cause);
  }

  receive(link: SocketLink, frame: Buffer, isBinary: boolean): void {
    this.#sink.frame(frame.byteLength);
    const receivedMs = this.#clock.nowMs();
    let messages: unknown;
    try {
      messages = decodeFrame(frame, isBinary, this.#address.encoding);
    } catch (cause) {
      this.#undecodable(frame, cause);
      return;
    }
    if (!Array.isArray(messages)) {
      this.#undecodable(frame, new TypeError("not a list of messages"));
      return;
    }
    for (const message of messages) this.#one(link, message, receivedMs, frame);
  }

  /** One bad message costs only itself, never its neighbours in the frame. */
  #one(link: SocketLink, raw: RawMessage, receivedMs: number, frame: Buffer): void {
    let message: MarketData | undefined;
    try {
      message = toModel(raw, receivedMs);
      if (!message) this.#control(link, raw);
    } catch (cause) {
      this.#undecodable(frame, cause);
    }
    if (!message) return;
    this.#watch.heard();
    this.#sink.message(message);
  }

  #control(link: SocketLink, raw: RawMessage): void {
    switch (raw["T"]) {
      case "success":
        if (raw["msg"] === "connected") link.welcomed();
        else if (raw["msg"] === "authenticated") link.authenticated();
        return;
      case "subscription":
        this.desk.acknowledge(acknowledged(raw));
        return;
      case "error":
        this.#venueError(link, number.required(raw, "code"), text.optional(raw, "msg"));
        return;
      default:
        this.#sink.unknown(String(raw["T"]));
    }
  }

  #venueError(link: SocketLink, code: number, message: string): void {
    const meaning = meaningOf(code, message);
    switch (meaning.kind) {
      case "refuse":
        if (!this.desk.refuse(code, message)) {
          this.#sink.report(
            new UnexpectedFrameError(`the venue answered ${code} ${message} to nothing`),
          );
        }
        return;
      case "limit":
        this.#sink.report(meaning.error);
        link.refused(meaning.error);
        return;
      case "drop":
        link.fail(meaning.error);
        return;
      case "report":
        this.#sink.report(meaning.error);
        return;
      default:
        meaning satisfies never;
    }
  }

  #send(request: WireRequest): void {
    this.#link?.send(encodeRequest(request, this.#address.encoding));
  }

  #undecodable(frame: Buffer, cause: unknown): void {
    this.#sink.undecodable(new DecodeError(`frame (${messageOf(cause)})`, frame, { cause }));
  }
}

/** Mirrors of `trades`, which cannot be asked for. */
const MIRRORS: ReadonlySet<string> = new Set(["T", "corrections", "cancelErrors"]);

function acknowledged(raw: RawMessage): Record<string, readonly string[]> {
  const channels = Object.keys(raw).filter((key) => !MIRRORS.has(key));
  return Object.fromEntries(channels.map((channel) => [channel, list(raw[channel])]));
}
