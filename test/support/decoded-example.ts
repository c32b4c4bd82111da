import type { RawMessage } from "../../src/venues/alpaca/frame-decoder.ts";
import { decodeFrame } from "../../src/venues/alpaca/frame-decoder.ts";
import { EXAMPLE_MESSAGES, type ExampleName } from "../fixtures/alpaca/example-messages.ts";
import { toMessagePack } from "../fixtures/alpaca/message-pack.ts";

/** An example as it comes out of a frame of that encoding. */
export function decoded(name: ExampleName, encoding: "json" | "msgpack"): RawMessage {
  const json = EXAMPLE_MESSAGES[name];
  return encoding === "json"
    ? (decodeFrame(Buffer.from(json), false, "json") as RawMessage)
    : (decodeFrame(Buffer.from(toMessagePack(json)), true, "msgpack") as RawMessage);
}
