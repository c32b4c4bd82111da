import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

const BODIES: ReadonlyMap<number, string> = new Map([
  [404, '{"message":"endpoint not found."}'],
  [429, '{"code":42910000,"message":"rate limit exceeded"}'],
]);

/** Answers an upgrade with an HTTP status instead of 101. @internal */
export function refuseUpgrade(socket: Duplex, status: number): void {
  const body = BODIES.get(status) ?? `{"message":"${STATUS_CODES[status] ?? "error"}"}`;
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Error"}`,
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "Connection: close",
      "",
      body,
    ].join("\r\n"),
    () => socket.destroy(),
  );
}
