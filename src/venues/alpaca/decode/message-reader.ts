import type { RawId } from "../../../model/trade.ts";
import { NO_SYMBOL_ID } from "../../../streaming/symbol-table.ts";
import { ConditionLists } from "./condition-lists.ts";
import type { SymbolNames } from "./symbol-names.ts";

/** No frame yet. */
const NOTHING = new ArrayBuffer(0);

/**
 * A cursor over the messages of one frame, in either encoding. Its readers take the common forms of
 * a value and are exact in them. What else there is, they call odd: then the message has no more
 * keys, and the generic decoder says what it means. So a message is read directly or generically,
 * but never differently.
 *
 * Offsets are those of the memory under the frame, which many frames share: no view is made per
 * frame. Reading past the frame's end is possible and finds rubbish; the caller compares `at` with
 * `end` before it believes a message, and nothing from there is remembered.
 */
export abstract class MessageReader {
  bytes: Uint8Array = new Uint8Array(NOTHING);
  view: DataView = new DataView(NOTHING);
  /** The next byte to read. */
  at = 0;
  /** The frame's end. */
  end = 0;
  isOdd = false;
  symbolId: number = NO_SYMBOL_ID;
  /** The nanoseconds of the time that was read last. */
  nanos = 0;
  #memory: ArrayBufferLike = NOTHING;
  readonly symbols: SymbolNames;
  readonly conditionLists: ConditionLists = new ConditionLists();

  constructor(symbols: SymbolNames) {
    this.symbols = symbols;
  }

  open(frame: Buffer): void {
    const memory = frame.buffer;
    if (memory !== this.#memory) {
      this.#memory = memory;
      this.bytes = new Uint8Array(memory);
      this.view = new DataView(memory);
    }
    this.at = frame.byteOffset;
    this.end = frame.byteOffset + frame.byteLength;
  }

  /** Goes into the message at `at`: the letter that is its type, or 0 for one that is read generically. */
  abstract begin(): number;

  /** Goes past the next key and gives its code. */
  abstract nextKey(): number;

  abstract number(): number;
  /** A number with all its digits. */
  abstract id(): RawId;
  abstract text(): string;
  /** Also sets `symbolId`. */
  abstract symbol(): string;
  /** The seconds of a time; `nanos` has the rest. */
  abstract time(): number;
  abstract conditions(): readonly string[];
  /** Goes past a value that nobody wants. */
  abstract skip(): void;
  /** Where the value that begins at `start` ends, whatever it is; -1 when the frame does not say. */
  abstract endOf(start: number): number;

  /** A type that is said again must be the same. */
  sameType(type: string): void {
    if (this.text() !== type) this.odd();
  }

  odd(): void {
    this.isOdd = true;
  }
}
