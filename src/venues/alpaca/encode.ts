import { encode } from "@msgpack/msgpack";
import type { AlpacaEncoding } from "./frame-decoder.ts";

/** A message to the venue in the connection's encoding; MessagePack becomes a binary frame. */
export function encodeRequest(message: object, encoding: AlpacaEncoding): string | Uint8Array {
  return encoding === "msgpack" ? encode(message) : JSON.stringify(message);
}

/** The handshake header that asks for an encoding. */
export function encodingHeaders(encoding: AlpacaEncoding): Record<string, string> {
  return { "Content-Type": encoding === "msgpack" ? "application/msgpack" : "application/json" };
}
