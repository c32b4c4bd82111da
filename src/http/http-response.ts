import { ResponseDecodeError, type ResponseFacts } from "../core/request-errors.ts";

/** Headers of an answer by lower-case name; a list where the name came more than once. @public */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What an answer consists of. @public */
export interface HttpResponseParts {
  readonly operation: string;
  readonly method: string;
  readonly statusCode: number;
  readonly headers: ResponseHeaders;
  readonly body: Buffer;
  /** @defaultValue 1 */
  readonly attempts?: number;
  readonly elapsedMs: number;
}

/** A whole answer, of whatever status. @public */
export class HttpResponse {
  readonly operation: string;
  readonly method: string;
  readonly statusCode: number;
  readonly headers: ResponseHeaders;
  /** The body's bytes as they came. */
  readonly body: Buffer;
  /** How often the request was tried until this answer. */
  readonly attempts: number;
  /** From the call to the last byte, all attempts and the waits between them included, in milliseconds. */
  readonly elapsedMs: number;

  constructor(parts: HttpResponseParts) {
    this.operation = parts.operation;
    this.method = parts.method;
    this.statusCode = parts.statusCode;
    this.headers = parts.headers;
    this.body = parts.body;
    this.attempts = parts.attempts ?? 1;
    this.elapsedMs = parts.elapsedMs;
  }

  /** The server's name for this request (`x-request-id`), for its support. */
  get requestId(): string | undefined {
    return this.header("x-request-id");
  }

  /** The first value of a header. */
  header(name: string): string | undefined {
    const value = this.headers[name.toLowerCase()];
    return typeof value === "string" ? value : value?.[0];
  }

  /** Whether the status is 2xx. */
  get ok(): boolean {
    return this.statusCode >= 200 && this.statusCode < 300;
  }

  /** What an error about this answer says of the request. */
  get facts(): ResponseFacts {
    return {
      operation: this.operation,
      method: this.method,
      sent: true,
      attempts: this.attempts,
      elapsedMs: this.elapsedMs,
      statusCode: this.statusCode,
      requestId: this.requestId,
    };
  }

  /**
   * The body as UTF-8.
   * @throws ResponseDecodeError when it is compressed, which was not asked for.
   */
  text(): string {
    const encoding = this.header("content-encoding");
    if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
      throw new ResponseDecodeError(`${encoding} body`, this.body, this.facts);
    }
    return this.body.toString("utf8");
  }

  /**
   * The body as JSON.
   * @throws ResponseDecodeError when it is anything else; an empty body is never `undefined`.
   */
  json(): unknown {
    try {
      return JSON.parse(this.text());
    } catch (error) {
      if (error instanceof ResponseDecodeError) throw error;
      // V8 quotes the body in its message; `firstBytes` shows it once, and printable.
      throw new ResponseDecodeError("JSON", this.body, this.facts);
    }
  }
}
