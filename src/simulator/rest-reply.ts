import { encodeJson } from "./json-encoding.ts";

/** What is sent for a request. @internal */
export interface RestAnswer {
  readonly status: number;
  readonly body: string;
  /** The content type; none goes with an empty body. */
  readonly type: string | undefined;
}

/** What a handler returns that answers with another status than 200. @internal */
export class RestReply {
  readonly status: number;
  /** `undefined` is no body at all. */
  readonly value: unknown;

  constructor(status: number, value?: unknown) {
    this.status = status;
    this.value = value;
  }
}

/** Ends the handling of a request with the venue's error body for it. @internal */
export class RestRefusal extends Error {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, message: string, code?: number) {
    super(message);
    this.status = status;
    this.body = code === undefined ? { message } : { code, message };
  }
}

/** @internal */
export function badRequest(message: string): RestRefusal {
  return new RestRefusal(400, message);
}

/** The venue's body for a status that no handler chose (error reference, September 2026). @internal */
export function standardRefusal(status: number): RestRefusal {
  if (status === 401) return new RestRefusal(401, "request is not authorized", 40110000);
  if (status === 404) return new RestRefusal(404, "endpoint not found.");
  if (status === 429) return new RestRefusal(429, "rate limit exceeded", 42910000);
  if (status >= 500) return new RestRefusal(status, "internal server error", 50010000);
  return new RestRefusal(status, "request failed", status * 100_000);
}

/** @internal */
export function jsonAnswer(status: number, value: unknown): RestAnswer {
  if (value === undefined) return { status, body: "", type: undefined };
  return { status, body: encodeJson(value), type: "application/json; charset=utf-8" };
}

/** @internal */
export function refusalAnswer({ status, body }: RestRefusal): RestAnswer {
  return jsonAnswer(status, body);
}

/** What the edge in front of the venue answers with. @internal */
export function edgeAnswer(status: number): RestAnswer {
  const body = `<html>\r\n<head><title>${status}</title></head>\r\n<body><center><h1>${status}</h1></center></body>\r\n</html>\r\n`;
  return { status, body, type: "text/html" };
}
