import type { Encoding } from "./data-session.ts";
import { encodeJson } from "./json-encoding.ts";
import { LOAD_ID_BASE, type LoadMessage, MINUTE_PLACE, TIME_PLACE } from "./load-messages.ts";
import { encodeMessagePack, MessagePackWriter } from "./message-pack-writer.ts";

/** How one encoding writes a load: messages once, and at each sending the numbers that change. @internal */
export interface LoadCodec {
  /** A message with its placeholders, and what separates it from the next one. */
  encode(message: LoadMessage): Buffer;
  /** What the placeholders of trade ids, times and minutes look like. */
  readonly idPlace: Buffer;
  readonly timePlace: Buffer;
  readonly minutePlace: Buffer;
  /** What a frame of so many messages begins with. */
  header(count: number): Buffer;
  /** Ends a frame that is otherwise complete. */
  finish(frame: Buffer): void;
  /** Writes the id `LOAD_ID_BASE` + `sequence`. */
  writeId(frame: Buffer, at: number, sequence: number): void;
  /** Writes a moment whose nanoseconds are no multiple of ten. */
  writeTime(frame: Buffer, at: number, seconds: number, nanos: number): void;
  writeMinute(frame: Buffer, at: number, seconds: number): void;
}

const ZERO = 48;
const COMMA = ",";
const BRACKET = Buffer.from("]")[0] ?? 0;
/** `2024-01-02T15:04:05` */
const SECOND_LENGTH = 19;

function jsonCodec(): LoadCodec {
  const second = new Uint8Array(SECOND_LENGTH);
  let secondHeld = Number.NaN;
  const opening = Buffer.from("[");

  /** Neighbouring messages share their second, so the last one's digits are kept. */
  const writeSecond = (frame: Buffer, at: number, seconds: number): void => {
    if (seconds !== secondHeld) {
      const text = new Date(seconds * 1000).toISOString();
      for (let digit = 0; digit < SECOND_LENGTH; digit++) second[digit] = text.charCodeAt(digit);
      secondHeld = seconds;
    }
    for (let digit = 0; digit < SECOND_LENGTH; digit++) frame[at + digit] = second[digit] ?? 0;
  };
  /** From its last place backwards; leading places keep the zeros of the placeholder. */
  const writeDigits = (frame: Buffer, last: number, value: number): void => {
    let left = value;
    for (let at = last; left > 0; at--) {
      const rest = Math.floor(left / 10);
      frame[at] = ZERO + (left - rest * 10);
      left = rest;
    }
  };
  const writeNanos = (frame: Buffer, at: number, nanos: number): void => {
    let left = nanos | 0;
    for (let digit = at + 8; digit >= at; digit--) {
      const rest = (left / 10) | 0;
      frame[digit] = ZERO + (left - rest * 10);
      left = rest;
    }
  };
  return {
    encode: (message) => Buffer.from(encodeJson(message) + COMMA),
    idPlace: Buffer.from(encodeJson(LOAD_ID_BASE)),
    timePlace: Buffer.from(encodeJson(TIME_PLACE)),
    minutePlace: Buffer.from(encodeJson(MINUTE_PLACE)),
    header: () => opening,
    finish(frame) {
      frame[frame.length - 1] = BRACKET;
    },
    writeId: (frame, at, sequence) =>
      writeDigits(frame, at + String(LOAD_ID_BASE).length - 1, sequence),
    writeTime(frame, at, seconds, nanos) {
      writeSecond(frame, at + 1, seconds);
      writeNanos(frame, at + SECOND_LENGTH + 2, nanos);
    },
    writeMinute: (frame, at, seconds) => writeSecond(frame, at + 1, seconds),
  };
}

function writeUint32(frame: Buffer, at: number, value: number): void {
  frame[at] = value >>> 24;
  frame[at + 1] = value >>> 16;
  frame[at + 2] = value >>> 8;
  frame[at + 3] = value;
}

function messagePackCodec(): LoadCodec {
  const writer = new MessagePackWriter();
  return {
    encode(message) {
      writer.reset();
      writer.write(message);
      return Buffer.from(writer.view(0, writer.length));
    },
    idPlace: encodeMessagePack(LOAD_ID_BASE),
    timePlace: encodeMessagePack(TIME_PLACE),
    minutePlace: encodeMessagePack(MINUTE_PLACE),
    header(count) {
      writer.reset();
      writer.arrayHeader(count);
      return writer.view(0, writer.length);
    },
    finish: () => {},
    // Behind the tag of a 64-bit number.
    writeId(frame, at, sequence) {
      const id = LOAD_ID_BASE + sequence;
      writeUint32(frame, at + 1, Math.floor(id / 2 ** 32));
      writeUint32(frame, at + 5, id % 2 ** 32);
    },
    // Behind the tags of a timestamp: thirty bits of nanoseconds above thirty-four of seconds.
    writeTime(frame, at, seconds, nanos) {
      writeUint32(frame, at + 2, nanos * 4 + Math.floor(seconds / 2 ** 32));
      writeUint32(frame, at + 6, seconds % 2 ** 32);
    },
    writeMinute: (frame, at, seconds) => writeUint32(frame, at + 2, seconds),
  };
}

/** The codec of an encoding. @internal */
export function loadCodec(encoding: Encoding): LoadCodec {
  return encoding === "json" ? jsonCodec() : messagePackCodec();
}
