// The ways to receive that are compared. Each subscribes to everything and counts in one callback per
// channel.
import { once } from "node:events";
import { streaming } from "@alpacahq/alpaca-trade-api";
import { encode } from "@msgpack/msgpack";
import { AlpacaWebSocketClient } from "holdfast";
import { WebSocket } from "ws";
import { Arrival } from "../../src/model/arrival.ts";
import { SymbolTable } from "../../src/streaming/symbol-table.ts";
import { AlpacaFrameDecoder } from "../../src/venues/alpaca/decode/alpaca-frame-decoder.ts";
import { alpacaFrames, type FrameOptions } from "./alpaca-frames.ts";
import type { ReceiveTally } from "./receive-tally.ts";

/** `socket` takes frames and does nothing with them; `decoder` decodes them without a socket. */
export type StreamClientKind = "ours" | "sdk" | "socket" | "decoder";

export interface ReceiveOptions {
  readonly url: string;
  /** What is sent there. */
  readonly frames: FrameOptions;
  readonly compression?: boolean;
}

/** Ends it; throws when not everything was well. */
export type CloseClient = () => Promise<void>;

type OpenClient = (options: ReceiveOptions, tally: ReceiveTally) => Promise<CloseClient>;

const KEY_ID = "PKBENCH";
const SECRET = "bench";
const EVERYTHING = { trades: ["*"], quotes: ["*"], bars: ["*"] };
/** A turn of the decoder: about what one read of a socket brings. */
const DECODED_IN_A_TURN = 1_000;

export const OPEN_CLIENT: Readonly<Record<StreamClientKind, OpenClient>> = {
  ours: openOurs,
  sdk: openSdk,
  socket: openSocket,
  decoder: openDecoder,
};

async function openOurs(options: ReceiveOptions, tally: ReceiveTally): Promise<CloseClient> {
  const client = new AlpacaWebSocketClient({
    credentials: { keyId: KEY_ID, secretKey: SECRET },
    url: options.url,
    encoding: options.frames.encoding,
    compression: options.compression === true,
  });
  client.registerHandler("t", (trade) => tally.count(trade.seconds, trade.nanos));
  client.registerHandler("q", (quote) => tally.count(quote.seconds, quote.nanos));
  client.registerHandler("b", (bar) => tally.count(bar.seconds, bar.nanos));
  await client.connect();
  await client.subscribe(EVERYTHING);
  return async () => {
    const { reconnects, decodeErrors, handlerErrors } = client.getMetrics();
    await client.disconnect();
    if (reconnects + decodeErrors + handlerErrors > 0) {
      throw new Error(`${reconnects} reconnects, ${decodeErrors + handlerErrors} errors`);
    }
  };
}

async function openSdk(options: ReceiveOptions, tally: ReceiveTally): Promise<CloseClient> {
  const stream = new streaming.StockDataStream({
    credentials: { keyId: KEY_ID, secret: SECRET },
    url: options.url,
    reconnect: false,
  });
  const errors: string[] = [];
  stream.onError((error) => errors.push(error));
  stream.onTrade((trade) => tally.countDate(trade.timestamp, () => trade.timestampRaw));
  stream.onQuote((quote) => tally.countDate(quote.timestamp, () => quote.timestampRaw));
  stream.onBar((bar) => tally.countDate(bar.timestamp, () => bar.timestampRaw));
  stream.connect();
  if (!(await stream.waitForAuthentication(10_000))) throw new Error("the SDK did not connect");
  stream.subscribeForTrades(["*"]);
  stream.subscribeForQuotes(["*"]);
  stream.subscribeForBars(["*"]);
  return async () => {
    const gone = new Promise<void>((resolve) => stream.onDisconnect(resolve));
    stream.disconnect();
    await gone;
    if (errors.length > 0) throw new Error(`the SDK says: ${errors[0]}`);
  };
}

/** It cannot know how many messages a frame has: only for frames of a fixed number. */
async function openSocket(options: ReceiveOptions, tally: ReceiveTally): Promise<CloseClient> {
  const socket = new WebSocket(options.url, { perMessageDeflate: options.compression === true });
  const messages = Number(options.frames.batch);
  await once(socket, "open");
  socket.send(encode({ action: "auth", key: KEY_ID, secret: SECRET }));
  socket.send(encode({ action: "subscribe", ...EVERYTHING }));
  socket.on("message", () => {
    tally.messages += messages;
  });
  return async () => {
    const closed = once(socket, "close");
    socket.close(1000);
    await closed;
  };
}

/** Made once for all turns; a process decodes the same frames in all of them. */
let decoded: readonly Buffer[] | undefined;

async function openDecoder(options: ReceiveOptions, tally: ReceiveTally): Promise<CloseClient> {
  const { encoding } = options.frames;
  decoded ??= alpacaFrames(options.frames);
  const frames = decoded;
  const decoder = new AlpacaFrameDecoder(new SymbolTable());
  const receiver = {
    data: () => void tally.messages++,
    other: () => {
      throw new Error("the frames hold nothing but data");
    },
    bad: (cause: unknown) => {
      throw cause;
    },
  };
  let next = 0;
  let isOpen = true;
  const turn = (): void => {
    for (const end = tally.messages + DECODED_IN_A_TURN; tally.messages < end; ) {
      const arrival = new Arrival(Date.now(), performance.now());
      decoder.decode(frames[next] as Buffer, encoding === "msgpack", encoding, arrival, receiver);
      next = (next + 1) % frames.length;
    }
    if (isOpen) setImmediate(turn);
  };
  turn();
  return async () => {
    isOpen = false;
  };
}
