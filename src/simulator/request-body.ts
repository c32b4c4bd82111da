import type { IncomingMessage } from "node:http";

const MOST_BODY_BYTES = 1024 * 1024;

/** Reads a request's body to its end; empty when it is too long. Rejects when the client goes away. @internal */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MOST_BODY_BYTES) return "";
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}
