import { Decoder, ExtensionCodec } from "@msgpack/msgpack";
import type { VenueTime } from "../../model/venue-time.ts";

/** How messages are put into bytes. @public */
export type AlpacaEncoding = "msgpack" | "json";

/** A message of unknown shape. */
export type RawMessage = Readonly<Record<string, unknown>>;

const TIMESTAMP_EXTENSION = -1;

/** Space for a list is set aside before it is read, so what a broken length may claim has a limit. */
const MOST_LIST_ELEMENTS = 2 ** 20;

const decoder = new Decoder({
  extensionCodec: timestampCodec(),
  useBigInt64: true,
  maxArrayLength: MOST_LIST_ELEMENTS,
});

/**
 * Reads a frame as the generic value it holds, exact to the nanosecond and to the last digit of
 * 64-bit ids.
 * @throws whatever the parser throws; the caller names the frame
 */
export function decodeFrame(frame: Buffer, isBinary: boolean, encoding: AlpacaEncoding): unknown {
  // The paper trading stream sends JSON in binary frames, so the opcode alone says nothing.
  return encoding === "msgpack" && isBinary
    ? decoder.decode(frame)
    : parseExactJson(frame.toString("utf8"));
}

function timestampCodec(): ExtensionCodec {
  const codec = new ExtensionCodec();
  codec.register({
    type: TIMESTAMP_EXTENSION,
    encode: () => null,
    decode: decodeTimestamp,
  });
  return codec;
}

/**
 * The three forms of the MessagePack timestamp (specification of 2017-08-09). Unlike a `Date` the
 * result keeps every nanosecond.
 */
function decodeTimestamp(bytes: Uint8Array): VenueTime {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (bytes.byteLength) {
    case 4:
      return { seconds: view.getUint32(0), nanos: 0 };
    case 8: {
      const high = view.getUint32(0);
      // 30 bits of nanoseconds, then 34 bits of seconds.
      return { seconds: (high & 3) * 2 ** 32 + view.getUint32(4), nanos: high >>> 2 };
    }
    case 12:
      return { seconds: Number(view.getBigInt64(4)), nanos: view.getUint32(0) };
    default:
      throw new RangeError(`a timestamp of ${bytes.byteLength} bytes`);
  }
}

/** An integer this long may not survive `JSON.parse`. */
const MAY_BE_INEXACT = /\d{16}/;
/** A string without an end reaches to the end of the text, or each quote in it would be tried anew. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const INTEGER = /^-?\d{16,}$/;

/** `JSON.parse`, but an integer that a double cannot hold becomes its own text. */
export function parseExactJson(text: string): unknown {
  if (!MAY_BE_INEXACT.test(text)) return JSON.parse(text);
  const quoted = text.replace(STRING_OR_NUMBER, (token) =>
    INTEGER.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
  );
  return JSON.parse(quoted);
}
