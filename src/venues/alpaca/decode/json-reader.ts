import type { RawId } from "../../../model/trade.ts";
import { NO_SYMBOL_ID } from "../../../streaming/symbol-table.ts";
import { MOST_PACKED_CONDITIONS, ONE_CONDITION } from "./condition-lists.ts";
import { endOfJsonValue } from "./json-extent.ts";
import { JsonTimes } from "./json-times.ts";
import { END_OF_MESSAGE, keyCode, LONGEST_KEY, OTHER_KEY } from "./key-code.ts";
import { MessageReader } from "./message-reader.ts";
import { asciiText, FIRST_NON_ASCII, LETTERS } from "./short-text.ts";

const TYPE = keyCode("T");

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const UPPER_E = 0x45;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const LOWER_E = 0x65;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OBJECT_QUOTE = 0x7b_22;
const COMMA_QUOTE = 0x2c_22;
const QUOTE_COLON = 0x22_3a;
const OPEN_LIST_QUOTE = 0x5b_22;
const QUOTE_CLOSE_LIST = 0x22_5d;
/** What is below stands in no JSON text. */
const SPACE = 0x20;

/** `{"T":"` as two words, the second beginning with the `T`. */
const TYPE_FIRST = 0x7b_22_54_22;
const TYPE_SECOND = 0x3a_22;

/** So many digits are an integer of 31 bits, and one division by a power of ten rounds it right. */
const MOST_SMALL_DIGITS = 9;
const POWERS_OF_TEN: readonly number[] = Array.from(
  { length: MOST_SMALL_DIGITS },
  (_, power) => 10 ** power,
);
/** So many digits are an exact integer. */
const MOST_EXACT_DIGITS = 15;

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The messages of a JSON frame (RFC 8259), from its bytes. Space within a message is for the generic way. */
export class JsonReader extends MessageReader {
  /** What is wrong with the list around the messages. */
  fault: string | undefined;
  #isFirstMessage = false;
  #isFirstKey = false;
  readonly #times = new JsonTimes();

  /** Goes into the list that the frame should be. */
  beginList(): boolean {
    this.fault = undefined;
    this.#isFirstMessage = true;
    this.#skipSpace();
    if (this.at >= this.end || this.bytes[this.at] !== OPEN_LIST) return false;
    this.at++;
    return true;
  }

  /** Goes to the next message of the list; false at its end, or at a `fault`. */
  nextMessage(): boolean {
    const isFirst = this.#isFirstMessage;
    this.#isFirstMessage = false;
    const byte = this.#afterSpace();
    if (byte === CLOSE_LIST) {
      this.at++;
      if (this.#afterSpace() !== -1) this.fault = "something stands after the list";
      return false;
    }
    if (isFirst) return byte !== -1 || this.#failed();
    if (byte !== COMMA) return this.#failed();
    this.at++;
    return this.#afterSpace() !== -1 || this.#failed();
  }

  #failed(): false {
    this.fault = "the list of messages does not go on as a list";
    return false;
  }

  #skipSpace(): void {
    while (this.at < this.end && isSpace(this.bytes[this.at] as number)) this.at++;
  }

  /** The first byte behind any space, -1 at the frame's end. */
  #afterSpace(): number {
    this.#skipSpace();
    return this.at < this.end ? (this.bytes[this.at] as number) : -1;
  }

  begin(): number {
    const { view, bytes, at } = this;
    this.isOdd = false;
    this.#isFirstKey = true;
    if (view.getUint32(at) !== TYPE_FIRST || view.getUint16(at + 4) !== TYPE_SECOND) {
      return bytes[at] === OPEN_OBJECT ? this.#typeFurtherOn() : 0;
    }
    if (bytes[at + 7] !== QUOTE) return 0;
    this.#isFirstKey = false;
    this.at = at + 8;
    return bytes[at + 6] as number;
  }

  /** The type of a message that does not begin with it; the message is then read from its beginning. */
  #typeFurtherOn(): number {
    const { at } = this;
    let key = this.nextKey();
    while (key !== TYPE && key !== END_OF_MESSAGE) {
      this.skip();
      key = this.nextKey();
    }
    const type = key === TYPE ? this.text() : "";
    if (this.isOdd || type.length !== 1) return 0;
    this.at = at;
    this.#isFirstKey = true;
    return type.charCodeAt(0);
  }

  /** Goes past a comma, a quote and a key of one letter, given as one number with the closing quote. */
  passLetter(key: number): boolean {
    const { view, at } = this;
    this.at = at + 5;
    return view.getUint32(at) === key && view.getUint8(at + 4) === COLON;
  }

  /** Goes past a comma, a quote and a key of two letters, given as one number. */
  passLetters(key: number): boolean {
    const { view, at } = this;
    this.at = at + 6;
    return view.getUint32(at) === key && view.getUint16(at + 4) === QUOTE_COLON;
  }

  /** Goes past the end of a message; false also when anything in it was odd. */
  passEnd(): boolean {
    return this.bytes[this.at++] === CLOSE_OBJECT && !this.isOdd;
  }

  nextKey(): number {
    if (this.isOdd) return END_OF_MESSAGE;
    const { bytes, view, at } = this;
    if (bytes[at] === CLOSE_OBJECT) {
      this.at = at + 1;
      return END_OF_MESSAGE;
    }
    const word = view.getUint32(at);
    const opening = word >>> 16;
    if (opening !== COMMA_QUOTE && (opening !== OBJECT_QUOTE || !this.#isFirstKey)) {
      return this.#oddKey();
    }
    this.#isFirstKey = false;
    // Nearly all keys are one or two letters.
    const first = (word >>> 8) & 0xff;
    const second = word & 0xff;
    if (second === QUOTE && isLetter(first) && bytes[at + 4] === COLON) {
      this.at = at + 5;
      return 0x01_000000 | (first << 16);
    }
    if (isLetter(first) && isLetter(second) && view.getUint16(at + 4) === QUOTE_COLON) {
      this.at = at + 6;
      return 0x02_000000 | ((word & 0xffff) << 8);
    }
    return this.#longKey();
  }

  #longKey(): number {
    this.at += 1;
    const key = this.text();
    if (this.isOdd || this.bytes[this.at] !== COLON) return this.#oddKey();
    this.at++;
    return key.length === 0 || key.length > LONGEST_KEY ? OTHER_KEY : keyCode(key);
  }

  #oddKey(): number {
    this.odd();
    return END_OF_MESSAGE;
  }

  number(): number {
    const { bytes, at: start } = this;
    let at = start;
    const isNegative = bytes[at] === MINUS;
    if (isNegative) at++;
    const first = at;
    let mantissa = 0;
    let digit = (bytes[at] as number) - ZERO;
    while (digit >= 0 && digit <= 9) {
      mantissa = (Math.imul(mantissa, 10) + digit) | 0;
      digit = (bytes[++at] as number) - ZERO;
    }
    let digits = at - first;
    if (digits === 0 || (digits > 1 && bytes[first] === ZERO)) return this.#oddNumber();
    let decimals = 0;
    if (digit === DOT - ZERO) {
      const firstDecimal = ++at;
      digit = (bytes[at] as number) - ZERO;
      while (digit >= 0 && digit <= 9) {
        mantissa = (Math.imul(mantissa, 10) + digit) | 0;
        digit = (bytes[++at] as number) - ZERO;
      }
      decimals = at - firstDecimal;
      if (decimals === 0) return this.#oddNumber();
      digits += decimals;
    }
    const hasExponent = digit === LOWER_E - ZERO || digit === UPPER_E - ZERO;
    if (digits > MOST_SMALL_DIGITS || hasExponent) return this.#longNumber(start);
    this.at = at;
    // Both are exact, so the quotient is rounded once, as the decimal number would be.
    const value = decimals === 0 ? mantissa : mantissa / (POWERS_OF_TEN[decimals] as number);
    return isNegative ? -value : value;
  }

  /** A number of many digits or with an exponent. */
  #longNumber(start: number): number {
    const { bytes } = this;
    const isNegative = bytes[start] === MINUS;
    let at = isNegative ? start + 1 : start;
    const first = at;
    let mantissa = 0;
    let digit = (bytes[at] as number) - ZERO;
    while (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digit = (bytes[++at] as number) - ZERO;
    }
    const isInteger = !(
      digit === DOT - ZERO ||
      digit === LOWER_E - ZERO ||
      digit === UPPER_E - ZERO
    );
    if (isInteger && at - first <= MOST_EXACT_DIGITS) {
      this.at = at;
      return isNegative ? -mantissa : mantissa;
    }
    const text = this.#numberText(start);
    const value = Number(text);
    this.at = start + text.length;
    return NUMBER.test(text) && value - value === 0 ? value : this.#oddNumber();
  }

  #numberText(start: number): string {
    let end = start;
    while (end < this.end && isOfNumber(this.bytes[end] as number)) end++;
    return asciiText(this.bytes, start, end) ?? "";
  }

  #oddNumber(): number {
    this.odd();
    return 0;
  }

  id(): RawId {
    const start = this.at;
    const id = this.number();
    if (Number.isSafeInteger(id) || this.isOdd) return id;
    const text = this.#numberText(start);
    return INTEGER.test(text) ? text : id;
  }

  text(): string {
    const { bytes, at } = this;
    if (bytes[at] === QUOTE && bytes[at + 2] === QUOTE) {
      const code = bytes[at + 1] as number;
      if (code >= SPACE && code < FIRST_NON_ASCII && code !== QUOTE && code !== BACKSLASH) {
        this.at = at + 3;
        return LETTERS[code] as string;
      }
    }
    const length = this.#textLength();
    const text = length < 0 ? undefined : asciiText(bytes, at + 1, at + 1 + length);
    if (text === undefined) {
      this.odd();
      return "";
    }
    this.at = at + length + 2;
    return text;
  }

  /** Bytes between the quotes of a text; -1 for what is none, is not within the frame or has escapes. */
  #textLength(): number {
    const { bytes, at, end } = this;
    if (bytes[at] !== QUOTE) return -1;
    for (let next = at + 1; next < end; next++) {
      const byte = bytes[next] as number;
      if (byte === QUOTE) return next - at - 1;
      if (byte < SPACE || byte === BACKSLASH) return -1;
    }
    return -1;
  }

  symbol(): string {
    const { at, symbols } = this;
    const length = this.#textLength();
    if (length >= 0) {
      const id = symbols.idAt(this.bytes, this.view, at + 1, length);
      if (id !== NO_SYMBOL_ID) {
        this.symbolId = id;
        this.at = at + length + 2;
        return symbols.nameOf(id);
      }
    }
    const name = this.text();
    this.symbolId = this.isOdd ? NO_SYMBOL_ID : symbols.idOf(name);
    return name;
  }

  time(): number {
    const times = this.#times;
    const end = times.read(this.bytes, this.view, this.at, this.end);
    if (end < 0) this.odd();
    else this.at = end;
    this.nanos = times.nanos;
    return times.seconds;
  }

  conditions(): readonly string[] {
    const { bytes, view, at } = this;
    // One letter, as a quote has it.
    const letter = bytes[at + 2] as number;
    const isOne =
      view.getUint16(at) === OPEN_LIST_QUOTE && view.getUint16(at + 3) === QUOTE_CLOSE_LIST;
    if (isOne && (isLetter(letter) || letter === SPACE)) {
      this.at = at + 5;
      return ONE_CONDITION[letter] as readonly string[];
    }
    return this.#otherConditions();
  }

  #otherConditions(): readonly string[] {
    const { bytes, at } = this;
    if (bytes[at] !== OPEN_LIST) return Object.freeze([this.text()]);
    let next = at + 1;
    let packed = 0;
    let count = 0;
    if (bytes[next] === CLOSE_LIST) next++;
    else {
      for (;;) {
        const code = bytes[next + 1] as number;
        const isLetter =
          code >= SPACE && code < FIRST_NON_ASCII && code !== QUOTE && code !== BACKSLASH;
        const isShort = bytes[next] === QUOTE && isLetter && bytes[next + 2] === QUOTE;
        if (!isShort || count === MOST_PACKED_CONDITIONS) return this.#rareConditions();
        packed = (packed << 8) | code;
        count++;
        const separator = bytes[next + 3];
        next += 4;
        if (separator === CLOSE_LIST) break;
        if (separator !== COMMA) return this.#rareConditions();
      }
    }
    this.at = next;
    return this.conditionLists.of(packed, count);
  }

  /** More conditions than are usual, or longer ones. */
  #rareConditions(): readonly string[] {
    const list: string[] = [];
    do {
      this.at++;
      list.push(this.text());
    } while (this.bytes[this.at] === COMMA && !this.isOdd);
    if (this.bytes[this.at] !== CLOSE_LIST) this.odd();
    this.at++;
    return Object.freeze(list);
  }

  skip(): void {
    const byte = this.bytes[this.at] as number;
    if (byte === QUOTE) {
      const length = this.#textLength();
      if (length < 0) this.odd();
      else this.at += length + 2;
    } else if (byte === OPEN_LIST) this.conditions();
    else this.number();
  }

  endOf(start: number): number {
    return endOfJsonValue(this.bytes, start, this.end);
  }
}

const INTEGER = /^-?\d{16,}$/;

function isLetter(byte: number): boolean {
  return ((byte | 0x20) - 0x61) >>> 0 < 26;
}

function isOfNumber(byte: number): boolean {
  return (
    (byte >= ZERO && byte <= ZERO + 9) ||
    byte === MINUS ||
    byte === 0x2b ||
    byte === DOT ||
    byte === LOWER_E ||
    byte === UPPER_E
  );
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
