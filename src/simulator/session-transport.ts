import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { CancelTimer, Clock } from "../core/clock.ts";
import { hash32 } from "../core/random.ts";
import { type WaitingFrame, WaitingFrames } from "./waiting-frames.ts";

const OPEN_STATE = 1;
const TEXT_OPCODE = 1;
const BINARY_OPCODE = 2;
const PING_OPCODE = 9;
const PONG_OPCODE = 10;

/** A server's frame header: never masked (RFC 6455, section 5.2). */
function frameHeader(opcode: number, payloadBytes: number): Buffer {
  const first = 0x80 | opcode;
  if (payloadBytes < 126) return Buffer.from([first, payloadBytes]);
  if (payloadBytes <= 0xffff) {
    return Buffer.from([first, 126, payloadBytes >>> 8, payloadBytes & 0xff]);
  }
  const header = Buffer.alloc(10);
  header[0] = first;
  header[1] = 127;
  header.writeBigUInt64BE(BigInt(payloadBytes), 2);
  return header;
}

/** A client that does not read must not keep a cut connection open. */
const LONGEST_FLUSH_MS = 1000;
/** So much is with the socket at most; the rest waits here, where it can still be thrown away. */
const HANDED_OVER_BYTES = 256 * 1024;

interface Drip {
  readonly chunkBytes: number;
  readonly delayMs: number;
  waiting: Buffer;
  cancel: CancelTimer | undefined;
}

/**
 * One client's socket, with all that can go wrong on the way to it: silence, truncation, garbage and
 * a trickle of bytes.
 * @internal
 */
export class SessionTransport {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #clock: Clock;
  #isSilent = false;
  #mutedUntilMs = Number.NEGATIVE_INFINITY;
  #truncatesNext = false;
  #wasCut = false;
  readonly #waiting = new WaitingFrames();
  #isDropping = false;
  #messagesDropped = 0;
  /** Whether what the socket had been given could not leave in time. */
  #hasGivenUp = false;
  #drip: Drip | undefined;
  #cancelDestroy: CancelTimer | undefined;

  constructor(webSocket: WebSocket, socket: Duplex, clock: Clock) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#clock = clock;
    socket.once("close", () => {
      this.#drip?.cancel?.();
      this.#cancelDestroy?.();
    });
  }

  /** Whether the client still counts as connected. */
  get isOpen(): boolean {
    return this.#webSocket.readyState === OPEN_STATE && !this.#wasCut;
  }

  /** Bytes that the client has not taken yet. */
  get waitingBytes(): number {
    return this.#webSocket.bufferedAmount + this.#waiting.bytes + (this.#drip?.waiting.length ?? 0);
  }

  /**
   * Data messages that were thrown away for a client that read too slowly. Of what the socket had been
   * given, a frame that left in part counts among them.
   */
  get messagesDropped(): number {
    return this.#messagesDropped;
  }

  get isMuted(): boolean {
    return this.#isSilent || this.#clock.monotonicMs() < this.#mutedUntilMs;
  }

  /** Sends one message: text in a text frame, bytes in a binary one. */
  send(payload: string | Buffer): void {
    this.#send(payload, typeof payload === "string", 0);
  }

  /** The same for data, which a fault may have broken off; its text may come as ASCII bytes. */
  sendData(payload: string | Buffer, isText: boolean, messageCount: number): void {
    const end = this.#truncatesNext ? Math.max(1, payload.length >>> 1) : payload.length;
    this.#truncatesNext = false;
    const sent = typeof payload === "string" ? payload.slice(0, end) : payload.subarray(0, end);
    this.#send(sent, isText, messageCount);
  }

  /** Throws away what the socket has not been given yet. */
  dropWaiting(): void {
    this.#isDropping = true;
    for (const { messageCount } of this.#waiting.takeAll()) this.#messagesDropped += messageCount;
  }

  ping(): void {
    if (this.#isSilent || !this.isOpen) return;
    if (this.#drip) this.#trickle(PING_OPCODE, Buffer.alloc(0));
    else this.#webSocket.ping();
  }

  pong(payload: Buffer): void {
    if (this.#isSilent || !this.isOpen) return;
    if (this.#drip) this.#trickle(PONG_OPCODE, payload);
    else this.#webSocket.pong(payload);
  }

  /** Sends a close frame and waits for the client's, for as long as the library does. */
  close(code: number, reason = ""): void {
    if (this.#isSilent) return;
    if (this.#drip) {
      // What has not trickled yet goes at once: a close frame must not land inside another.
      this.#drip.cancel?.();
      this.#socket.write(this.#drip.waiting);
      this.#drip = undefined;
    }
    this.#handOverAll();
    this.#webSocket.close(code, reason);
  }

  /** Whether it was this side that destroyed the connection. */
  get wasCut(): boolean {
    return this.#wasCut;
  }

  /**
   * Ends the connection without a close frame as soon as what was sent before has left, so that a cut
   * after so many messages is after exactly those.
   */
  cut(): void {
    this.#handOverAll();
    this.#wasCut = true;
    if (this.#webSocket.bufferedAmount === 0 || this.#drip) this.destroy();
    else this.#destroyAfter(LONGEST_FLUSH_MS);
  }

  /** Destroys the connection, whatever is still on its way. */
  destroy(): void {
    this.#wasCut = true;
    this.#webSocket.terminate();
  }

  /** Says nothing more and destroys the connection after a while. */
  abandon(lifeMs: number): void {
    this.silence();
    this.#destroyAfter(lifeMs);
  }

  /** From now on nothing is sent, and whatever comes is read and ignored, pings included. */
  silence(): void {
    this.#isSilent = true;
    this.#waiting.takeAll();
    this.#socket.removeAllListeners("data");
    this.#socket.on("data", () => {});
    this.#socket.resume();
  }

  mute(durationMs: number): void {
    this.#mutedUntilMs = this.#clock.monotonicMs() + durationMs;
  }

  truncateNext(): void {
    this.#truncatesNext = true;
  }

  /** One frame of bytes that mean nothing, as text or binary like the session's others. */
  sendGarbage(byteLength: number, isText: boolean): void {
    const garbage = Buffer.alloc(byteLength);
    for (let at = 0; at < byteLength; at++) garbage[at] = hash32(byteLength, at);
    // The one byte that MessagePack never uses; and a brace that no member follows.
    garbage[0] = 0xc1;
    this.send(isText ? `{${garbage.toString("base64")}`.slice(0, byteLength) : garbage);
  }

  /** From now on every frame trickles, `chunkBytes` at a time. */
  startDrip(chunkBytes: number, delayMs: number): void {
    this.#handOverAll();
    this.#drip ??= { chunkBytes, delayMs, waiting: Buffer.alloc(0), cancel: undefined };
  }

  #send(payload: string | Buffer, isText: boolean, messageCount: number): void {
    if (this.#isSilent || !this.isOpen) return;
    const frame = { payload, isText, messageCount };
    if (this.#drip) {
      const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
      this.#trickle(isText ? TEXT_OPCODE : BINARY_OPCODE, bytes);
    } else if (this.#waiting.isEmpty && this.#hasRoom) this.#handOver(frame);
    else this.#waiting.add(frame);
  }

  get #hasRoom(): boolean {
    return this.#webSocket.bufferedAmount < HANDED_OVER_BYTES;
  }

  #handOver({ payload, isText, messageCount }: WaitingFrame): void {
    this.#webSocket.send(payload, { binary: !isText }, (error) => {
      // Of the write that a destruction interrupts the socket says that all is well.
      if (this.#isDropping && (error || this.#hasGivenUp)) this.#messagesDropped += messageCount;
      this.#onSent();
    });
  }

  #onSent(): void {
    if (this.#wasCut) {
      if (this.#webSocket.bufferedAmount === 0) this.destroy();
      return;
    }
    while (this.#hasRoom) {
      const frame = this.#waiting.take();
      if (!frame) return;
      this.#handOver(frame);
    }
  }

  #handOverAll(): void {
    for (const frame of this.#waiting.takeAll()) this.#handOver(frame);
  }

  #destroyAfter(delayMs: number): void {
    this.#cancelDestroy ??= this.#clock.setTimer(() => {
      this.#hasGivenUp = true;
      this.destroy();
    }, delayMs);
  }

  #trickle(opcode: number, payload: Buffer): void {
    const drip = this.#drip;
    if (!drip) return;
    drip.waiting = Buffer.concat([drip.waiting, frameHeader(opcode, payload.length), payload]);
    if (!drip.cancel) this.#writePiece(drip);
  }

  #writePiece(drip: Drip): void {
    drip.cancel = undefined;
    if (drip.waiting.length === 0 || this.#isSilent || this.#socket.destroyed) return;
    this.#socket.write(drip.waiting.subarray(0, drip.chunkBytes));
    drip.waiting = drip.waiting.subarray(drip.chunkBytes);
    drip.cancel = this.#clock.setTimer(() => this.#writePiece(drip), drip.delayMs);
  }
}
