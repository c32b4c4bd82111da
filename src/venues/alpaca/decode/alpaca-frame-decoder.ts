import type { Arrival } from "../../../model/arrival.ts";
import type { MarketData } from "../../../model/market-data.ts";
import { NO_SYMBOL_ID, type SymbolTable } from "../../../streaming/symbol-table.ts";
import { type AlpacaEncoding, decodeFrame, type RawMessage } from "../frame-decoder.ts";
import { toModel } from "../to-model.ts";
import { JsonReader } from "./json-reader.ts";
import { MessagePackReader } from "./message-pack-reader.ts";
import type { MessageReader } from "./message-reader.ts";
import { readJson, readMessagePack } from "./read-message.ts";
import { SymbolNames } from "./symbol-names.ts";

/** Where the messages of a frame go, in their order. */
export interface DecodedFrame {
  /** `symbolId` is the symbol table's; `NO_SYMBOL_ID` for news, and when the table is full. */
  data(message: MarketData, symbolId: number): void;
  /** A control message, or one of a code that nobody knows, as the generic value. */
  other(raw: RawMessage): void;
  /** One message of the frame, or all the rest of it, is unusable. */
  bad(cause: unknown): void;
}

/**
 * Decodes the frames of one connection to market data, at the rate of the line: trades, quotes and
 * bars are made from the bytes in one go; whatever else there is takes the generic way, message by
 * message, with the same results. A frame that is damaged gives what stands before the damage.
 */
export class AlpacaFrameDecoder {
  readonly #names: SymbolNames;
  readonly #messagePack: MessagePackReader;
  readonly #json: JsonReader;
  #fallbacks = 0;

  constructor(symbols: SymbolTable) {
    this.#names = new SymbolNames(symbols);
    this.#messagePack = new MessagePackReader(this.#names);
    this.#json = new JsonReader(this.#names);
  }

  /** Messages that were not read directly: control messages, rare ones, and whatever is new. */
  get fallbacks(): number {
    return this.#fallbacks;
  }

  /** Gives each message of the frame to the receiver. Throws only what the receiver throws. */
  decode(
    frame: Buffer,
    isBinary: boolean,
    encoding: AlpacaEncoding,
    arrival: Arrival,
    receiver: DecodedFrame,
  ): void {
    // The paper trading stream sends JSON in binary frames, so the opcode alone says nothing.
    if (encoding === "msgpack" && isBinary) this.#decodeMessagePack(frame, arrival, receiver);
    else this.#decodeJson(frame, arrival, receiver);
  }

  #decodeMessagePack(frame: Buffer, arrival: Arrival, receiver: DecodedFrame): void {
    const reader = this.#messagePack;
    reader.open(frame);
    const count = reader.beginList();
    if (count < 0) {
      this.#noList(frame, true, receiver);
      return;
    }
    for (let index = 0; index < count; index++) {
      const start = reader.at;
      let message: MarketData | undefined;
      try {
        message = readMessagePack(reader, arrival);
      } catch {
        // It read past the memory's end: the frame is cut, or it ends in a rare way just there.
        message = undefined;
      }
      if (message !== undefined && reader.at <= reader.end) {
        receiver.data(message, reader.symbolId);
        continue;
      }
      const end = endOf(reader, start);
      if (end < 0) {
        receiver.bad(new RangeError(`the frame ends within its message ${index}`));
        return;
      }
      reader.at = end;
      const offset = start - frame.byteOffset;
      this.#generic(frame.subarray(offset, end - frame.byteOffset), true, arrival, receiver);
    }
    const rest = reader.end - reader.at;
    if (rest > 0) receiver.bad(new RangeError(`${rest} bytes after the frame's last message`));
  }

  #decodeJson(frame: Buffer, arrival: Arrival, receiver: DecodedFrame): void {
    const reader = this.#json;
    reader.open(frame);
    if (!reader.beginList()) {
      this.#noList(frame, false, receiver);
      return;
    }
    while (reader.nextMessage()) {
      const start = reader.at;
      let message: MarketData | undefined;
      try {
        message = readJson(reader, arrival);
      } catch {
        // It read past the memory's end: the frame is cut, or it ends in a rare way just there.
        message = undefined;
      }
      if (message !== undefined && reader.at <= reader.end) {
        receiver.data(message, reader.symbolId);
        continue;
      }
      const end = endOf(reader, start);
      if (end < 0) {
        receiver.bad(new SyntaxError("the frame ends within a message"));
        return;
      }
      reader.at = end;
      const offset = start - frame.byteOffset;
      const part = frame.subarray(offset, end - frame.byteOffset);
      // After a fault in the syntax nothing says any more what is text and what is structure.
      if (!this.#generic(part, false, arrival, receiver)) return;
    }
    if (reader.fault !== undefined) receiver.bad(new SyntaxError(reader.fault));
  }

  /** One message, read for sure. False: the bytes are no value at all. */
  #generic(part: Buffer, isBinary: boolean, arrival: Arrival, receiver: DecodedFrame): boolean {
    this.#fallbacks++;
    let raw: RawMessage;
    try {
      raw = decodeFrame(part, isBinary, isBinary ? "msgpack" : "json") as RawMessage;
    } catch (cause) {
      receiver.bad(cause);
      return false;
    }
    let message: MarketData | undefined;
    try {
      message = toModel(raw, arrival);
    } catch (cause) {
      receiver.bad(cause);
      return true;
    }
    if (message === undefined) receiver.other(raw);
    else if (message.type === "news") receiver.data(message, NO_SYMBOL_ID);
    else receiver.data(message, this.#names.idOf(message.symbol));
    return true;
  }

  /** Says what is wrong with a frame that is no list of messages. */
  #noList(frame: Buffer, isBinary: boolean, receiver: DecodedFrame): void {
    let cause: unknown = new TypeError("not a list of messages");
    try {
      decodeFrame(frame, isBinary, isBinary ? "msgpack" : "json");
    } catch (thrown) {
      cause = thrown;
    }
    receiver.bad(cause);
  }
}

/** Where the message at `start` ends; -1 when that is not within the frame. */
function endOf(reader: MessageReader, start: number): number {
  try {
    return reader.endOf(start);
  } catch {
    return -1;
  }
}
