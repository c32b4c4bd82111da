import { BAR_KIND, TRADE_KIND } from "./load-channels.ts";
import type { LoadCodec } from "./load-codec.ts";
import { type LoadListing, type LoadScript, loadMessage } from "./load-messages.ts";
import type { LoadStamps } from "./load-stamps.ts";

/**
 * All messages of a load's script in one encoding, written once. A frame is a fresh copy of some of them
 * with the stamps patched in, so that the sockets may keep it for as long as they need.
 * @internal
 */
export class LoadFrames {
  readonly #codec: LoadCodec;
  readonly #kinds: Uint8Array;
  readonly #bytes: Buffer;
  /** Where each message begins, and where the last one ends. */
  readonly #starts: Uint32Array;
  /** How far behind its beginning a message has its id, and its time. */
  readonly #idAt: Uint16Array;
  readonly #timeAt: Uint16Array;

  constructor(
    codec: LoadCodec,
    script: LoadScript,
    listings: readonly LoadListing[],
    seed: number,
  ) {
    const count = script.kinds.length;
    this.#codec = codec;
    this.#kinds = script.kinds;
    this.#starts = new Uint32Array(count + 1);
    this.#idAt = new Uint16Array(count);
    this.#timeAt = new Uint16Array(count);
    const pieces: Buffer[] = [];
    let length = 0;
    for (let position = 0; position < count; position++) {
      const kind = script.kinds[position] ?? 0;
      const listing = listings[script.symbols[position] ?? 0];
      if (!listing) continue;
      const bytes = codec.encode(loadMessage(kind, listing, seed, position));
      this.#starts[position] = length;
      if (kind === TRADE_KIND) this.#idAt[position] = bytes.indexOf(codec.idPlace);
      const timePlace = kind === BAR_KIND ? codec.minutePlace : codec.timePlace;
      this.#timeAt[position] = bytes.lastIndexOf(timePlace);
      pieces.push(bytes);
      length += bytes.length;
    }
    this.#starts[count] = length;
    this.#bytes = Buffer.concat(pieces, length);
  }

  /** The frame of neighbouring messages; the first of them has the stamps at `stampAt`. */
  run(first: number, count: number, stamps: LoadStamps, stampAt: number): Buffer {
    const header = this.#codec.header(count);
    const from = this.#starts[first] ?? 0;
    const end = this.#starts[first + count] ?? from;
    const frame = Buffer.allocUnsafe(header.length + end - from);
    frame.set(header);
    this.#bytes.copy(frame, header.length, from, end);
    const shift = header.length - from;
    for (let at = 0; at < count; at++) {
      const position = first + at;
      this.#patch(frame, shift + (this.#starts[position] ?? 0), position, stamps, stampAt + at);
    }
    this.#codec.finish(frame);
    return frame;
  }

  /**
   * The frame of some messages of a stamped frame: their places in it stand in `picks`, from `from` on.
   */
  picked(
    first: number,
    picks: Uint32Array,
    from: number,
    count: number,
    stamps: LoadStamps,
  ): Buffer {
    const header = this.#codec.header(count);
    let length = header.length;
    for (let at = from; at < from + count; at++) {
      const position = first + (picks[at] ?? 0);
      length += (this.#starts[position + 1] ?? 0) - (this.#starts[position] ?? 0);
    }
    const frame = Buffer.allocUnsafe(length);
    frame.set(header);
    let end = header.length;
    for (let at = from; at < from + count; at++) {
      const stampAt = picks[at] ?? 0;
      const position = first + stampAt;
      const start = this.#starts[position] ?? 0;
      const copied = this.#bytes.copy(frame, end, start, this.#starts[position + 1]);
      this.#patch(frame, end, position, stamps, stampAt);
      end += copied;
    }
    this.#codec.finish(frame);
    return frame;
  }

  #patch(frame: Buffer, start: number, position: number, stamps: LoadStamps, at: number): void {
    const kind = this.#kinds[position];
    const seconds = stamps.seconds[at] ?? 0;
    const timeAt = start + (this.#timeAt[position] ?? 0);
    if (kind === BAR_KIND) {
      this.#codec.writeMinute(frame, timeAt, seconds - (seconds % 60));
      return;
    }
    this.#codec.writeTime(frame, timeAt, seconds, stamps.nanos[at] ?? 0);
    if (kind !== TRADE_KIND) return;
    const idAt = start + (this.#idAt[position] ?? 0);
    this.#codec.writeId(frame, idAt, stamps.sequences[at] ?? 0);
  }
}
