import type { RawId } from "../../../model/trade.ts";
import { isVenueTime } from "../../../model/venue-time.ts";
import { NO_SYMBOL_ID } from "../../../streaming/symbol-table.ts";
import { MOST_PACKED_CONDITIONS, ONE_CONDITION } from "./condition-lists.ts";
import { END_OF_MESSAGE, keyCode, LONGEST_KEY, OTHER_KEY } from "./key-code.ts";
import { endOfValue, MOST_LIST_ELEMENTS } from "./message-pack-extent.ts";
import { MessageReader } from "./message-reader.ts";
import { asciiText, FIRST_NON_ASCII, LETTERS } from "./short-text.ts";

const TYPE = keyCode("T");
const TIMESTAMP = 0xff;
/** A text of one letter behind the key of one letter `T`, and the letter. */
const TYPE_FIRST = 0xa1_54_a1;
/** What the timestamps begin with, by the bytes they have. */
const TIME_OF_FOUR_BYTES = 0xd6_ff;
const TIME_OF_EIGHT_BYTES = 0xd7_ff;
const EXTENSION_OF_TWELVE = 0xc7_0c;
const LAST_NANOSECOND = 999_999_999;
const LIST_OF_ONE_LETTER = 0x91_a1;
const FORBIDDEN_KEY = "__proto__";

/** The messages of a MessagePack frame (specification version 5). */
export class MessagePackReader extends MessageReader {
  /** Pairs of the message that are still to be read. */
  left = 0;

  /** How many messages the list at the frame's beginning has; -1 when it is none that can be read. */
  beginList(): number {
    const { view, at } = this;
    const length = this.end - at;
    const tag = length < 1 ? 0 : view.getUint8(at);
    let count = -1;
    if ((tag & 0xf0) === 0x90) {
      count = tag & 0x0f;
      this.at = at + 1;
    } else if (tag === 0xdc && length >= 3) {
      count = view.getUint16(at + 1);
      this.at = at + 3;
    } else if (tag === 0xdd && length >= 5) {
      count = view.getUint32(at + 1);
      this.at = at + 5;
    }
    return count > MOST_LIST_ELEMENTS ? -1 : count;
  }

  begin(): number {
    const { view, at } = this;
    this.isOdd = false;
    const tag = view.getUint8(at);
    if ((tag & 0xf0) === 0x80) {
      this.left = tag & 0x0f;
      this.at = at + 1;
    } else if (tag === 0xde) {
      this.left = view.getUint16(at + 1);
      this.at = at + 3;
    } else return 0;
    const word = view.getUint32(this.at);
    if (word >>> 8 !== TYPE_FIRST) return this.#typeFurtherOn();
    this.left--;
    this.at += 4;
    return word & 0xff;
  }

  /** The type of a message that does not begin with it; the message is then read from its beginning. */
  #typeFurtherOn(): number {
    const { at } = this;
    const left = this.left;
    let key = this.nextKey();
    while (key !== TYPE && key !== END_OF_MESSAGE) {
      this.skip();
      key = this.nextKey();
    }
    const type = key === TYPE ? this.text() : "";
    if (this.isOdd || type.length !== 1) return 0;
    this.at = at;
    this.left = left;
    return type.charCodeAt(0);
  }

  nextKey(): number {
    if (this.left === 0 || this.isOdd) return END_OF_MESSAGE;
    this.left--;
    const { at } = this;
    const word = this.view.getUint32(at);
    switch (word >>> 24) {
      case 0xa1:
        this.at = at + 2;
        return 0x01_000000 | (word & 0xff0000);
      case 0xa2:
        this.at = at + 3;
        return 0x02_000000 | (word & 0xffff00);
      case 0xa3:
        this.at = at + 4;
        return 0x03_000000 | (word & 0xffffff);
      default:
        return this.#longKey(word >>> 24);
    }
  }

  #longKey(tag: number): number {
    const length = tag & 0x1f;
    const start = this.at + 1;
    const isShortText = (tag & 0xe0) === 0xa0 && length > LONGEST_KEY;
    if (!isShortText || asciiText(this.bytes, start, start + length) === FORBIDDEN_KEY) {
      this.odd();
      return END_OF_MESSAGE;
    }
    this.at = start + length;
    return OTHER_KEY;
  }

  // This and what else is read for every message is short, and leaves the rare forms to methods of
  // their own: only so does the compiler make one piece of it, with no number boxed on the way.
  number(): number {
    const { view, at } = this;
    const tag = view.getUint8(at);
    if (tag >= 0x80) return this.#otherNumber(tag, at + 1);
    this.at = at + 1;
    return tag;
  }

  #otherNumber(tag: number, at: number): number {
    const { view } = this;
    switch (tag) {
      case 0xcc:
        this.at = at + 1;
        return view.getUint8(at);
      case 0xcd:
        this.at = at + 2;
        return view.getUint16(at);
      case 0xce:
        this.at = at + 4;
        return view.getUint32(at);
      case 0xcf:
        this.at = at + 8;
        // Both summands are exact, so the sum is rounded once, as the whole would be.
        return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
      case 0xd0:
        this.at = at + 1;
        return view.getInt8(at);
      case 0xd1:
        this.at = at + 2;
        return view.getInt16(at);
      case 0xd2:
        this.at = at + 4;
        return view.getInt32(at);
      case 0xd3:
        this.at = at + 8;
        return view.getInt32(at) * 2 ** 32 + view.getUint32(at + 4);
      case 0xca:
        this.at = at + 4;
        return this.#finite(view.getFloat32(at));
      case 0xcb:
        this.at = at + 8;
        return this.#finite(view.getFloat64(at));
      default:
        if (tag >= 0xe0) {
          this.at = at;
          return tag - 0x100;
        }
        this.odd();
        return 0;
    }
  }

  #finite(value: number): number {
    if (!Number.isFinite(value)) this.odd();
    return value;
  }

  id(): RawId {
    const { view, at } = this;
    const tag = view.getUint8(at);
    const id = this.number();
    if (Number.isSafeInteger(id)) return id;
    if (tag === 0xcf) return view.getBigUint64(at + 1);
    if (tag === 0xd3) return view.getBigInt64(at + 1);
    return id;
  }

  text(): string {
    const { view, at } = this;
    const word = view.getUint16(at);
    // A text of one ASCII letter.
    if (word >= 0xa100 && word < 0xa100 + FIRST_NON_ASCII) {
      this.at = at + 2;
      return LETTERS[word & 0x7f] as string;
    }
    const length = this.#textLength();
    const text = length < 0 ? undefined : asciiText(this.bytes, this.at, this.at + length);
    if (text === undefined) {
      this.odd();
      return "";
    }
    this.at += length;
    return text;
  }

  /** Goes to the first byte of a text and gives its length, -1 where there is none within the frame. */
  #textLength(): number {
    const { view, at } = this;
    const tag = view.getUint8(at);
    if ((tag & 0xe0) === 0xa0) this.at = at + 1;
    else if (tag === 0xd9) this.at = at + 2;
    else return -1;
    const length = tag === 0xd9 ? view.getUint8(at + 1) : tag & 0x1f;
    return this.at + length <= this.end ? length : -1;
  }

  symbol(): string {
    const { view, at, symbols } = this;
    const length = view.getUint8(at) - 0xa0;
    const end = at + 1 + length;
    if (length >= 0 && length < 32 && end <= this.end) {
      const id = symbols.idAt(this.bytes, view, at + 1, length);
      if (id !== NO_SYMBOL_ID) {
        this.symbolId = id;
        this.at = end;
        return symbols.nameOf(id);
      }
    }
    const name = this.text();
    this.symbolId = this.isOdd ? NO_SYMBOL_ID : symbols.idOf(name);
    return name;
  }

  time(): number {
    const { view, at } = this;
    if (view.getUint16(at) !== TIME_OF_EIGHT_BYTES) return this.#otherTime();
    // 30 bits of nanoseconds, then 34 bits of seconds.
    const high = view.getUint32(at + 2);
    const nanos = high >>> 2;
    if (nanos > LAST_NANOSECOND) this.odd();
    this.nanos = nanos;
    this.at = at + 10;
    return (high & 3) * 2 ** 32 + view.getUint32(at + 6);
  }

  #otherTime(): number {
    const { view, at } = this;
    this.nanos = 0;
    if (view.getUint16(at) === TIME_OF_FOUR_BYTES) {
      this.at = at + 6;
      return view.getUint32(at + 2);
    }
    if (view.getUint16(at) === EXTENSION_OF_TWELVE && view.getUint8(at + 2) === TIMESTAMP) {
      const nanos = view.getUint32(at + 3);
      const seconds = view.getInt32(at + 7) * 2 ** 32 + view.getUint32(at + 11);
      if (isVenueTime({ seconds, nanos })) {
        this.nanos = nanos;
        this.at = at + 15;
        return seconds;
      }
    }
    this.odd();
    return 0;
  }

  conditions(): readonly string[] {
    const { view, at } = this;
    const letter = view.getUint8(at + 2);
    if (view.getUint16(at) !== LIST_OF_ONE_LETTER || letter >= FIRST_NON_ASCII) {
      return this.#otherConditions();
    }
    this.at = at + 3;
    return ONE_CONDITION[letter] as readonly string[];
  }

  #otherConditions(): readonly string[] {
    const { view, at } = this;
    const tag = view.getUint8(at);
    const count = tag & 0x0f;
    if ((tag & 0xf0) !== 0x90 || count > MOST_PACKED_CONDITIONS) return this.#rareConditions(tag);
    let packed = 0;
    for (let index = 0; index < count; index++) {
      const word = view.getUint16(at + 1 + 2 * index);
      if (word < 0xa100 || word >= 0xa100 + FIRST_NON_ASCII) return this.#rareConditions(tag);
      packed = (packed << 8) | (word & 0x7f);
    }
    this.at = at + 1 + 2 * count;
    return this.conditionLists.of(packed, count);
  }

  /** Options say one text; a stock may have more conditions than are usual, or longer ones. */
  #rareConditions(tag: number): readonly string[] {
    if ((tag & 0xf0) !== 0x90) return Object.freeze([this.text()]);
    const count = tag & 0x0f;
    this.at++;
    const list: string[] = [];
    for (let index = 0; index < count && !this.isOdd; index++) list.push(this.text());
    return Object.freeze(list);
  }

  skip(): void {
    const end = endOfValue(this.view, this.at, this.end, "plain");
    if (end < 0) this.odd();
    else this.at = end;
  }

  endOf(start: number): number {
    return endOfValue(this.view, start, this.end, "any");
  }
}
