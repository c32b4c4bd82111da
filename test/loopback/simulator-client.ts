import { decode, decodeTimestampToTimeSpec, ExtensionCodec, encode } from "@msgpack/msgpack";
import { onTestFinished } from "vitest";
import WebSocket from "ws";
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "../../src/simulator/index.ts";
import { eventually } from "../support/eventually.ts";

/** A message as it came: `t` as RFC 3339 text in both encodings, 64-bit integers as bigint. */
export type RawMessage = Record<string, unknown>;

const TIMESTAMP_TYPE = -1;
const exact = new ExtensionCodec();
exact.register({
  type: TIMESTAMP_TYPE,
  encode: () => null,
  decode: (bytes) => {
    const { sec, nsec } = decodeTimestampToTimeSpec(bytes);
    const fraction = String(nsec).padStart(9, "0").replace(/0+$/, "");
    const whole = new Date(sec * 1000).toISOString().slice(0, 19);
    return `${whole}${fraction ? `.${fraction}` : ""}Z`;
  },
});

export function decodeMessagePack(bytes: Uint8Array): unknown {
  return withSmallNumbers(decode(bytes, { extensionCodec: exact, useBigInt64: true }));
}

/** The library reads every integer of eight bytes as a bigint, small enough for a number or not. */
function withSmallNumbers(value: unknown): unknown {
  if (typeof value === "bigint") {
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }
  if (Array.isArray(value)) return value.map(withSmallNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, withSmallNumbers(of)]));
}

export interface Frame {
  readonly isBinary: boolean;
  readonly bytes: Buffer;
}

/** Ids beyond 2^53 keep their digits. */
function parseJson(text: string): unknown {
  return JSON.parse(text.replace(/:(\d{16,})(?=[,}])/g, ':"$1n"'), (_key, value: unknown) =>
    typeof value === "string" && /^\d{16,}n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  );
}

/** A WebSocket that only records: nothing of the library under test is in it. */
export class RawClient {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];
  readonly messages: RawMessage[] = [];
  readonly undecodable: Frame[] = [];
  pings = 0;
  closed: { readonly code: number; readonly reason: string } | undefined;
  readonly #isMessagePack: boolean;

  constructor(socket: WebSocket, isMessagePack: boolean) {
    this.socket = socket;
    this.#isMessagePack = isMessagePack;
    socket.on("message", (data: Buffer, isBinary) => this.#onFrame({ isBinary, bytes: data }));
    socket.on("ping", () => this.pings++);
    socket.on("close", (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    socket.on("error", () => {});
  }

  send(message: unknown): void {
    this.socket.send(this.#isMessagePack ? encode(message) : JSON.stringify(message));
  }

  /** Waits for as many messages as asked for, and tells them all. */
  received(count: number): Promise<readonly RawMessage[]> {
    return eventually(() => {
      if (this.messages.length < count) throw new Error(`${this.messages.length} of ${count}`);
      return this.messages;
    });
  }

  /** Waits for the messages of a type. */
  ofType(T: string, count = 1): Promise<readonly RawMessage[]> {
    return eventually(() => {
      const found = this.messages.filter((message) => message["T"] === T);
      if (found.length < count) throw new Error(`${found.length} of ${count} ${T}`);
      return found;
    });
  }

  hasClosed(): Promise<{ readonly code: number; readonly reason: string }> {
    return eventually(() => {
      if (!this.closed) throw new Error("still open");
      return this.closed;
    });
  }

  async authenticate(key = "KEY", secret = "SECRET"): Promise<void> {
    const before = this.messages.length;
    this.send({ action: "auth", key, secret });
    await this.received(Math.max(before, 1) + 1);
  }

  #onFrame(frame: Frame): void {
    this.frames.push(frame);
    try {
      const value = this.#isMessagePack
        ? decodeMessagePack(frame.bytes)
        : parseJson(frame.bytes.toString());
      this.messages.push(...((Array.isArray(value) ? value : [value]) as RawMessage[]));
    } catch {
      this.undecodable.push(frame);
    }
  }
}

export interface ConnectOptions {
  readonly headers?: Record<string, string>;
  readonly isMessagePack?: boolean;
  readonly autoPong?: boolean;
  /** Whether permessage-deflate is offered, as clients of this library do unless told otherwise. */
  readonly compression?: boolean;
}

/** Opens a socket; resolves when it is open. */
export async function connect(
  simulator: { readonly url: string },
  path = "/v2/iex",
  { headers = {}, isMessagePack = false, autoPong = true, compression = true }: ConnectOptions = {},
): Promise<RawClient> {
  const contentType = isMessagePack ? { "Content-Type": "application/msgpack" } : {};
  const socket = new WebSocket(simulator.url.replace("http", "ws") + path, {
    headers: { ...contentType, ...headers },
    autoPong,
    perMessageDeflate: compression,
  });
  const client = new RawClient(socket, isMessagePack);
  onTestFinished(() => socket.terminate());
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  return client;
}

/** Opens a socket and authenticates it. */
export async function connectAuthenticated(
  simulator: { readonly url: string },
  path?: string,
  options?: ConnectOptions,
): Promise<RawClient> {
  const client = await connect(simulator, path, options);
  await client.received(1);
  await client.authenticate();
  return client;
}

/** A simulator that is closed when the test ends. */
export async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ seed: 7, ratePerSymbol: 100, ...options });
  onTestFinished(() => simulator.close());
  return simulator;
}

export const AUTH_HEADERS = { "APCA-API-KEY-ID": "KEY", "APCA-API-SECRET-KEY": "SECRET" };

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers have every shape, and the tests look into them.
  readonly body: any;
}

export async function get(
  simulator: { readonly url: string },
  path: string,
  headers: Record<string, string> = AUTH_HEADERS,
): Promise<RestAnswer> {
  const response = await fetch(simulator.url + path, { headers });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? parseJson(text) : undefined,
  };
}
