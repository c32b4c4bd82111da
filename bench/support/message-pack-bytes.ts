/** Writes MessagePack as a Go server with typed fields does: each number in the width of its type. */
export class MessagePackBytes {
  #bytes = Buffer.allocUnsafe(1 << 16);
  #length = 0;

  list(count: number): void {
    this.#header(count, 0x90, 0xdc);
  }

  map(count: number): void {
    this.#header(count, 0x80, 0xde);
  }

  text(text: string): void {
    this.#reserve(2 + text.length);
    if (text.length < 32) this.#byte(0xa0 | text.length);
    else {
      this.#byte(0xd9);
      this.#byte(text.length);
    }
    this.#length += this.#bytes.write(text, this.#length, "latin1");
  }

  float64(value: number): void {
    this.#byte(0xcb);
    this.#length = this.#bytes.writeDoubleBE(value, this.#length);
  }

  uint32(value: number): void {
    this.#byte(0xce);
    this.#length = this.#bytes.writeUInt32BE(value, this.#length);
  }

  int64(value: bigint): void {
    this.#byte(0xd3);
    this.#length = this.#bytes.writeBigInt64BE(value, this.#length);
  }

  /** The timestamp extension in its shortest form. */
  time(seconds: number, nanos: number): void {
    this.#byte(nanos === 0 ? 0xd6 : 0xd7);
    this.#byte(0xff);
    if (nanos > 0) this.#length = this.#bytes.writeUInt32BE(nanos * 4, this.#length);
    this.#length = this.#bytes.writeUInt32BE(seconds, this.#length);
  }

  /** What was written, in memory of its own. */
  take(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  #header(count: number, short: number, wide: number): void {
    if (count < 16) this.#byte(short | count);
    else {
      this.#byte(wide);
      this.#length = this.#bytes.writeUInt16BE(count, this.#length);
    }
  }

  #byte(byte: number): void {
    this.#reserve(16);
    this.#bytes[this.#length++] = byte;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(this.#bytes.length * 2);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
