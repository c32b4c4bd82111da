// A server that says no more than a client needs to hear before data, and then sends frames made
// beforehand: as fast as the socket takes them, or at a steady rate with the moment of sending in them.
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { decode, encode } from "@msgpack/msgpack";
import { type RawData, WebSocket, WebSocketServer } from "ws";
import type { FrameOptions } from "./alpaca-frames.ts";
import { type FloodFrame, floodFrames, inChunks } from "./flood-frames.ts";
import { answerQuestions, startOwnProcess } from "./own-process.ts";

/** What is sent, and how. */
export interface FloodOptions {
  readonly frames: FrameOptions;
  /** As fast as the socket takes them when absent. */
  readonly messagesPerSecond?: number;
  readonly compression?: boolean;
}

export interface Flood {
  readonly url: string;
  close(): Promise<void>;
}

export async function startFlood(options: FloodOptions): Promise<Flood> {
  const child = startOwnProcess<FloodOptions, string>(import.meta.filename);
  return { url: await child.ask(options), close: () => child.close() };
}

const CHANNELS = ["trades", "quotes", "bars"];
const CHUNK_BYTES = 128 * 1024;
const NS_PER_SECOND = 1e9;

type Request = Readonly<Record<string, unknown>>;

answerQuestions(import.meta.filename, serve);

async function serve({ frames, messagesPerSecond, compression }: FloodOptions): Promise<string> {
  const made = await floodFrames(frames, compression === true);
  const chunks = inChunks(made, CHUNK_BYTES);
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    perMessageDeflate: compression === true,
  });
  server.on("connection", (session, { socket }) => {
    socket.on("error", () => socket.destroy());
    session.on("error", () => session.terminate());
    converse(session, frames.encoding === "msgpack", () => {
      if (messagesPerSecond === undefined) saturate(session, socket, chunks);
      else pace(session, socket, made, messagesPerSecond);
    });
  });
  await once(server, "listening");
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Calls `subscribed` once all channels are asked for. */
function converse(session: WebSocket, isBinary: boolean, subscribed: () => void): void {
  const wanted = new Set<string>();
  const say = (message: object): void =>
    // Uncompressed, so that the frames made beforehand are the first of their context.
    session.send(isBinary ? encode([message]) : JSON.stringify([message]), { compress: false });
  const hear = (data: RawData, isPacked: boolean): void => {
    const bytes = data as Buffer;
    const request = (isPacked ? decode(bytes) : JSON.parse(bytes.toString())) as Request;
    if (request["action"] === "auth") say({ T: "success", msg: "authenticated" });
    if (request["action"] !== "subscribe") return;
    for (const channel of CHANNELS) if (channel in request) wanted.add(channel);
    const state = CHANNELS.map((channel) => [channel, wanted.has(channel) ? ["*"] : []]);
    say({ T: "subscription", ...Object.fromEntries(state) });
    if (wanted.size < CHANNELS.length) return;
    session.off("message", hear);
    subscribed();
  };
  session.on("message", hear);
  say({ T: "success", msg: "connected" });
}

/** Past the library, whose own sending would be the slowest part for small frames. */
function saturate(session: WebSocket, socket: Socket, chunks: readonly Buffer[]): void {
  let next = 0;
  const send = (): void => {
    if (session.readyState !== WebSocket.OPEN) return;
    const hasRoom = socket.write(chunks[next] as Buffer);
    next = (next + 1) % chunks.length;
    // Not at once: a goodbye must be heard.
    if (hasRoom) setImmediate(send);
    else socket.once("drain", () => setImmediate(send));
  };
  send();
}

/**
 * Looks at the time all the time: a timer's milliseconds would make bursts. A frame is written over when
 * its turn comes again, which is later than anybody is late who can keep up at all.
 */
function pace(
  session: WebSocket,
  socket: Socket,
  frames: readonly FloodFrame[],
  messagesPerSecond: number,
): void {
  const began = process.hrtime();
  let next = 0;
  let sent = 0;
  const send = (): void => {
    if (session.readyState !== WebSocket.OPEN) return;
    const [seconds, nanos] = process.hrtime(began);
    const due = (seconds + nanos / NS_PER_SECOND) * messagesPerSecond;
    while (sent < due) {
      const frame = frames[next] as FloodFrame;
      next = (next + 1) % frames.length;
      sent += frame.messages;
      stamp(frame);
      socket.write(frame.bytes);
    }
    setImmediate(send);
  };
  send();
}

/** The computer's monotonic clock, which is the same for all its processes. */
function stamp({ bytes, timeAt }: FloodFrame): void {
  if (timeAt < 0) return;
  const [seconds, nanos] = process.hrtime();
  bytes.writeUInt32BE(nanos * 4, timeAt); // 30 bits of nanoseconds, then 34 bits of seconds
  bytes.writeUInt32BE(seconds, timeAt + 4);
}
