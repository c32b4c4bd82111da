import { once } from "node:events";
import { constants, createDeflateRaw } from "node:zlib";
import { alpacaFrames, type FrameOptions } from "./alpaca-frames.ts";

/** A frame as it goes over the wire. */
export interface FloodFrame {
  readonly bytes: Buffer;
  readonly messages: number;
  /** Where the time of the last message stands; -1 where that is not the last of its fields. */
  readonly timeAt: number;
}

const TEXT_OPCODE = 1;
const BINARY_OPCODE = 2;
const FINAL_BIT = 0x80;
const COMPRESSED_BIT = 0x40;

/** What ends a flushed block, and is not sent (RFC 7692, section 7.2.1). */
const FLUSH_MARK_BYTES = 4;

const TIMESTAMP_64 = [0xd7, 0xff] as const;
const TIMESTAMP_64_BYTES = 8;

/**
 * All frames as bytes. They can be sent round and round, compressed ones too: the first of them refers
 * to nothing before it, and so the others only to what comes after the first.
 */
export async function floodFrames(
  options: FrameOptions,
  compression: boolean,
): Promise<readonly FloodFrame[]> {
  const payloads = alpacaFrames(options);
  const sent = compression ? await deflated(payloads) : payloads;
  const opcode = options.encoding === "json" ? TEXT_OPCODE : BINARY_OPCODE;
  const first = FINAL_BIT | opcode | (compression ? COMPRESSED_BIT : 0);
  return payloads.map((payload, index) => {
    const body = sent[index] as Buffer;
    const bytes = Buffer.concat([header(first, body.length), body]);
    const isStamped = !compression && options.encoding === "msgpack" && endsInTime(payload);
    return {
      bytes,
      messages: options.encoding === "msgpack" ? listLength(payload) : Number(options.batch),
      timeAt: isStamped ? bytes.length - TIMESTAMP_64_BYTES : -1,
    };
  });
}

/** As few writes as possible: whole frames, together at least so many bytes. */
export function inChunks(frames: readonly FloodFrame[], leastBytes: number): readonly Buffer[] {
  const chunks: Buffer[] = [];
  let gathered: Buffer[] = [];
  let length = 0;
  for (const { bytes } of frames) {
    gathered.push(bytes);
    length += bytes.length;
    if (length < leastBytes) continue;
    chunks.push(Buffer.concat(gathered));
    gathered = [];
    length = 0;
  }
  if (gathered.length > 0) chunks.push(Buffer.concat(gathered));
  return chunks;
}

/** A server's header: never masked (RFC 6455, section 5.2). */
function header(first: number, length: number): Buffer {
  if (length < 126) return Buffer.from([first, length]);
  if (length <= 0xffff) return Buffer.from([first, 126, length >>> 8, length & 0xff]);
  const bytes = Buffer.alloc(10);
  bytes[0] = first;
  bytes[1] = 127;
  bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
}

/** One stream for all of them, as a server that keeps its context has. */
async function deflated(payloads: readonly Buffer[]): Promise<readonly Buffer[]> {
  const stream = createDeflateRaw();
  const compressed: Buffer[] = [];
  let pieces: Buffer[] = [];
  stream.on("data", (piece: Buffer) => pieces.push(piece));
  for (const payload of payloads) {
    stream.write(payload);
    await new Promise<void>((resolve) => stream.flush(constants.Z_SYNC_FLUSH, resolve));
    const block = Buffer.concat(pieces);
    compressed.push(block.subarray(0, block.length - FLUSH_MARK_BYTES));
    pieces = [];
  }
  const closed = once(stream, "close");
  stream.destroy();
  await closed;
  return compressed;
}

function endsInTime(payload: Buffer): boolean {
  const at = payload.length - TIMESTAMP_64_BYTES - TIMESTAMP_64.length;
  return payload[at] === TIMESTAMP_64[0] && payload[at + 1] === TIMESTAMP_64[1];
}

function listLength(payload: Buffer): number {
  const first = payload[0] as number;
  return first === 0xdc ? payload.readUInt16BE(1) : first & 0xf;
}
