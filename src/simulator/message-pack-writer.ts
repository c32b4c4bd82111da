import { VenueTime } from "./venue-time.ts";

const FIRST_BYTES = 64 * 1024;
const TIMESTAMP_TYPE = 0xff;
const LONGEST_SCALAR = 16;

/**
 * Writes MessagePack into one growing buffer (msgpack specification, version 5): the shortest form of
 * every integer, float64 for all else, moments as the timestamp extension (type -1) in its shortest
 * form, map keys in their own order.
 * @internal
 */
export class MessagePackWriter {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;

  /** How much has been written since the last reset: also where the next value begins. */
  get length(): number {
    return this.#length;
  }

  reset(): void {
    this.#length = 0;
  }

  /** A view of what was written, valid until the next write. */
  view(start: number, end: number): Buffer {
    return this.#bytes.subarray(start, end);
  }

  write(value: unknown): void {
    switch (typeof value) {
      case "string":
        this.#text(value);
        return;
      case "number":
        this.#number(value);
        return;
      case "bigint":
        this.#bigint(value);
        return;
      case "boolean":
        this.#byte(value ? 0xc3 : 0xc2);
        return;
      default:
        if (value === null || typeof value !== "object") {
          this.#byte(0xc0);
          return;
        }
    }
    if (value instanceof VenueTime) this.#time(value);
    else if (Array.isArray(value)) {
      this.arrayHeader(value.length);
      for (const element of value) this.write(element);
    } else this.#map(value);
  }

  arrayHeader(count: number): void {
    this.#header(count, 0x90, 15, 0xdc);
  }

  #map(value: object): void {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    this.#header(entries.length, 0x80, 15, 0xde);
    for (const [key, member] of entries) {
      this.#text(key);
      this.write(member);
    }
  }

  /** A count in its short form, or in 16 or 32 bits behind `wideTag` or the tag after it. */
  #header(count: number, shortTag: number, shortMax: number, wideTag: number): void {
    this.#reserve(5);
    if (count <= shortMax) {
      this.#bytes[this.#length++] = shortTag | count;
    } else if (count <= 0xffff) {
      this.#bytes[this.#length++] = wideTag;
      this.#length = this.#bytes.writeUInt16BE(count, this.#length);
    } else {
      this.#bytes[this.#length++] = wideTag + 1;
      this.#length = this.#bytes.writeUInt32BE(count, this.#length);
    }
  }

  #text(text: string): void {
    const byteLength = Buffer.byteLength(text);
    if (byteLength > 31 && byteLength <= 0xff) {
      this.#byte(0xd9);
      this.#byte(byteLength);
    } else this.#header(byteLength, 0xa0, 31, 0xda);
    this.#reserve(byteLength);
    if (byteLength === text.length && byteLength < 24) {
      for (let at = 0; at < byteLength; at++) this.#bytes[this.#length++] = text.charCodeAt(at);
    } else this.#length += this.#bytes.write(text, this.#length);
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value)) {
      this.#integer(value);
      return;
    }
    this.#reserve(9);
    this.#bytes[this.#length++] = 0xcb;
    this.#length = this.#bytes.writeDoubleBE(value, this.#length);
  }

  #integer(value: number): void {
    this.#reserve(9);
    const bytes = this.#bytes;
    if (value >= 0) {
      if (value < 0x80) bytes[this.#length++] = value;
      else if (value <= 0xff) {
        bytes[this.#length++] = 0xcc;
        bytes[this.#length++] = value;
      } else if (value <= 0xffff) {
        bytes[this.#length++] = 0xcd;
        this.#length = bytes.writeUInt16BE(value, this.#length);
      } else if (value <= 0xffff_ffff) {
        bytes[this.#length++] = 0xce;
        this.#length = bytes.writeUInt32BE(value, this.#length);
      } else {
        bytes[this.#length++] = 0xcf;
        this.#length = bytes.writeUInt32BE(Math.floor(value / 2 ** 32), this.#length);
        this.#length = bytes.writeUInt32BE(value % 2 ** 32, this.#length);
      }
    } else if (value >= -0x20) bytes[this.#length++] = value & 0xff;
    else if (value >= -0x80) {
      bytes[this.#length++] = 0xd0;
      this.#length = bytes.writeInt8(value, this.#length);
    } else if (value >= -0x8000) {
      bytes[this.#length++] = 0xd1;
      this.#length = bytes.writeInt16BE(value, this.#length);
    } else if (value >= -0x8000_0000) {
      bytes[this.#length++] = 0xd2;
      this.#length = bytes.writeInt32BE(value, this.#length);
    } else this.#bigint(BigInt(value));
  }

  #bigint(value: bigint): void {
    this.#reserve(9);
    if (value >= 0n) {
      if (value <= 0xffff_ffffn) {
        this.#integer(Number(value));
        return;
      }
      this.#bytes[this.#length++] = 0xcf;
      this.#length = this.#bytes.writeBigUInt64BE(value, this.#length);
    } else if (value >= -0x8000_0000n) this.#integer(Number(value));
    else {
      this.#bytes[this.#length++] = 0xd3;
      this.#length = this.#bytes.writeBigInt64BE(value, this.#length);
    }
  }

  #time({ seconds, nanos }: VenueTime): void {
    this.#reserve(LONGEST_SCALAR);
    const bytes = this.#bytes;
    if (seconds < 0 || seconds >= 2 ** 34) {
      bytes[this.#length++] = 0xc7;
      bytes[this.#length++] = 12;
      bytes[this.#length++] = TIMESTAMP_TYPE;
      this.#length = bytes.writeUInt32BE(nanos, this.#length);
      this.#length = bytes.writeBigInt64BE(BigInt(seconds), this.#length);
    } else if (nanos === 0 && seconds < 2 ** 32) {
      bytes[this.#length++] = 0xd6;
      bytes[this.#length++] = TIMESTAMP_TYPE;
      this.#length = bytes.writeUInt32BE(seconds, this.#length);
    } else {
      // Thirty bits of nanoseconds above thirty-four of seconds.
      bytes[this.#length++] = 0xd7;
      bytes[this.#length++] = TIMESTAMP_TYPE;
      this.#length = bytes.writeUInt32BE(nanos * 4 + Math.floor(seconds / 2 ** 32), this.#length);
      this.#length = bytes.writeUInt32BE(seconds % 2 ** 32, this.#length);
    }
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** One value as MessagePack. @internal */
export function encodeMessagePack(value: unknown): Buffer {
  const writer = new MessagePackWriter();
  writer.write(value);
  return Buffer.from(writer.view(0, writer.length));
}
