import type { Clock } from "../../core/clock.ts";
import { DecodeError, StaleError, UnexpectedFrameError } from "../../core/errors.ts";
import { type HoldfastError, messageOf } from "../../core/holdfast-error.ts";
import { Arrival } from "../../model/arrival.ts";
import type { Stale } from "../../model/stream-event.ts";
import type { SocketLink, SocketProtocol } from "../../socket/live-socket.ts";
import { SubscriptionDesk } from "../../streaming/subscription-desk.ts";
import type { SymbolTable } from "../../streaming/symbol-table.ts";
import { authHeaders, type SealedCredentials } from "./credentials.ts";
import { DataWatch } from "./data-watch.ts";
import { AlpacaFrameDecoder, type DecodedFrame } from "./decode/alpaca-frame-decoder.ts";
import { encodeRequest, encodingHeaders } from "./encode.ts";
import type { AlpacaEncoding, RawMessage } from "./frame-decoder.ts";
import type { StreamMessage } from "./handler-codes.ts";
import { list, number, text } from "./raw-fields.ts";
import { meaningOf, reconnectFloorMs } from "./venue-errors.ts";
import type { WireRequest } from "./wire.ts";
import { NO_WITNESS, type Witness } from "./witness.ts";

/** How to reach a stream and prove who we are. */
export interface StreamAddress {
  readonly url: string;
  readonly credentials: SealedCredentials;
  readonly encoding: AlpacaEncoding;
  readonly auth: "message" | "headers";
}

const NO_FRAME = Buffer.alloc(0);

/** Where everything that arrives goes. */
export interface StreamSink {
  frame(bytes: number): void;
  /** Everything that arrived together has been handed over. */
  decoded(): void;
  message(message: StreamMessage, symbolId: number): void;
  /** What the venue grants has changed, or what is wanted. */
  granted(): void;
  /** A channel is silent while data is due. */
  stale(stale: Stale): void;
  unknown(code: string): void;
  undecodable(error: DecodeError): void;
  report(error: HoldfastError): void;
}

/** How a market-data stream is watched. */
export interface DataProtocolOptions {
  readonly address: StreamAddress;
  readonly clock: Clock;
  readonly symbols: SymbolTable;
  readonly ackTimeoutMs: number;
  readonly staleAfterMs: number;
  readonly expectsData: () => boolean;
  /** Who is asked before a silent connection is given up. */
  readonly witness?: Witness;
}

/** The conversation on a market-data stream: greeting, authentication, subscriptions, data. */
export class DataProtocol implements SocketProtocol {
  readonly awaitsWelcome = true;
  readonly desk: SubscriptionDesk;
  readonly #address: StreamAddress;
  readonly #clock: Clock;
  readonly #sink: StreamSink;
  readonly #watch: DataWatch;
  readonly #decoder: AlpacaFrameDecoder;
  readonly #receiver: DecodedFrame;
  #link: SocketLink | undefined;
  readonly #endRead = (): void => {
    this.#arrival = undefined;
    this.#sink.decoded();
  };
  #arrival: Arrival | undefined;
  /** What is being received, and by which connection. */
  #frame: Buffer = NO_FRAME;
  #receiving: SocketLink | undefined;

  constructor(options: DataProtocolOptions, sink: StreamSink) {
    const { address, clock, symbols, ackTimeoutMs, staleAfterMs, expectsData } = options;
    const { witness = NO_WITNESS } = options;
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
    this.#decoder = new AlpacaFrameDecoder(symbols);
    this.#receiver = {
      data: (message, symbolId) => {
        this.#watch.heard(message, symbolId);
        sink.message(message, symbolId);
      },
      other: (raw) => this.#other(raw),
      bad: (cause) => this.#undecodable(this.#frame, cause),
    };
    this.#watch = new DataWatch({
      clock,
      symbols,
      staleAfterMs,
      witness,
      expectsData,
      stale: (stale) => sink.stale(stale),
      replace: (silentMs, cause) =>
        this.#link?.fail(new StaleError("no-data", silentMs, cause === undefined ? {} : { cause })),
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
    this.#receiving = link;
    this.#frame = frame;
    this.#arrival ??= this.#beginRead();
    const { encoding } = this.#address;
    this.#decoder.decode(frame, isBinary, encoding, this.#arrival, this.#receiver);
    this.#frame = NO_FRAME;
  }

  /** Frames that one read of the socket brought have reached us together, and share their arrival. */
  #beginRead(): Arrival {
    queueMicrotask(this.#endRead);
    return new Arrival(this.#clock.nowMs(), this.#clock.monotonicMs());
  }

  /** A control message that is not what it should be costs only itself. */
  #other(raw: RawMessage): void {
    try {
      if (this.#receiving) this.#control(this.#receiving, raw);
    } catch (cause) {
      this.#undecodable(this.#frame, cause);
    }
  }

  #control(link: SocketLink, raw: RawMessage): void {
    switch (raw["T"]) {
      case "success":
        if (raw["msg"] === "connected") link.welcomed();
        else if (raw["msg"] === "authenticated") link.authenticated();
        return;
      case "subscription": {
        const state = acknowledged(raw);
        this.desk.acknowledge(state);
        this.#watch.granted(state);
        this.#sink.granted();
        return;
      }
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
        if (this.desk.refuse(code, message)) this.#sink.granted();
        else {
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
