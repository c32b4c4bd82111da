import type { IncomingMessage, ServerResponse } from "node:http";
import { LoopbackServer } from "./http-loopback-server.ts";

/** What the venue does with a request: answer with a status, or fail in one of these ways. */
export type Fault =
  | number
  | "reset"
  | "reset-after-headers"
  | "cut-body"
  | "not-http"
  | "html"
  | "stall"
  | "stall-in-body"
  | "close"
  | "close-afterwards";

export const FAULTS: readonly Fault[] = [
  408,
  425,
  429,
  500,
  502,
  503,
  504,
  "reset",
  "reset-after-headers",
  "cut-body",
  "not-http",
  "html",
  "stall",
  "stall-in-body",
  "close",
];

/** One request as the venue saw it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  /** Which request of its connection it was, from 1. */
  readonly nth: number;
}

/** What a venue can take. */
export interface VenueLimits {
  /** Each further connection is reset as soon as it is there. */
  readonly maxConnections?: number;
  /** How long it works on a request, in milliseconds. */
  readonly serviceMs?: number;
}

/** Whatever the venue adds to its answers. */
export type AnswerHeaders = Readonly<Record<string, string>>;

/**
 * A venue that does with each request what `decide` says, and remembers all of them.
 */
export class FaultyVenue implements AsyncDisposable {
  readonly received: readonly Received[];
  readonly server: LoopbackServer;

  private constructor(server: LoopbackServer, received: readonly Received[]) {
    this.server = server;
    this.received = received;
  }

  /** @param decide - called with each request and its place in the order of arrival, from 0 */
  static async open(
    decide: (request: Received, index: number) => Fault | [Fault, AnswerHeaders],
    { maxConnections, serviceMs = 0 }: VenueLimits = {},
  ): Promise<FaultyVenue> {
    const received: Received[] = [];
    const counts = new WeakMap<object, number>();
    const server = await LoopbackServer.http((request, response) => {
      const nth = (counts.get(request.socket) ?? 0) + 1;
      counts.set(request.socket, nth);
      const seen = { method: request.method ?? "", path: request.url ?? "", nth };
      received.push(seen);
      const decision = decide(seen, received.length - 1);
      const [fault, headers] = Array.isArray(decision) ? decision : [decision, {}];
      response.setHeaders(new Headers(headers));
      if (serviceMs === 0) perform(fault, request, response);
      else setTimeout(() => perform(fault, request, response), serviceMs);
    }, maxConnections);
    return new FaultyVenue(server, received);
  }

  /** A venue that goes through `faults` once, then answers 200. */
  static script(...faults: readonly (Fault | [Fault, AnswerHeaders])[]): Promise<FaultyVenue> {
    return FaultyVenue.open((_request, index) => faults[index] ?? 200);
  }

  get origin(): string {
    return this.server.origin;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server[Symbol.asyncDispose]();
  }
}

function perform(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  if (typeof fault === "number") {
    response.writeHead(fault, { "x-request-id": `r-${fault}` }).end('{"ok":true}');
    return;
  }
  switch (fault) {
    case "reset":
      socket.resetAndDestroy();
      return;
    case "close":
      socket.destroy();
      return;
    case "not-http":
      socket.end("220 mail.example ESMTP\r\n");
      return;
    case "html":
      response.writeHead(502, { "content-type": "text/html" }).end("<html>Bad Gateway</html>");
      return;
    case "stall":
      return;
    case "close-afterwards":
      response.end('{"ok":true}', () => setTimeout(() => socket.destroy(), 1));
      return;
    default:
      response.writeHead(200, { "content-length": "100", "x-request-id": "r-cut" });
      response.write('{"half":');
      if (fault === "reset-after-headers") setTimeout(() => socket.resetAndDestroy(), 5);
      if (fault === "cut-body") setTimeout(() => socket.destroy(), 5);
  }
}
