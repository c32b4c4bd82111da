import { STATUS_CODES } from "node:http";
import { ResponseDecodeError } from "../core/request-errors.ts";
import type { HttpResponse, ResponseHeaders } from "./http-response.ts";

/** Statuses whose answers have no body (Fetch standard, section 2.2.3, read in September 2026). */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * A whole answer of the session as fetch gives it. The status text is the standard's, not the
 * server's own words.
 * @throws ResponseDecodeError when the body is compressed, which was not asked for.
 */
export class SessionFetchResponse extends Response {
  override readonly url: string;
  override readonly clone: () => Response;

  constructor(answer: HttpResponse, url: URL) {
    super(bodyOf(answer), {
      status: answer.statusCode,
      statusText: STATUS_CODES[answer.statusCode] ?? "",
      headers: pairsOf(answer.headers),
    });
    this.url = url.href;
    this.clone = () => {
      if (this.bodyUsed || this.body?.locked) throw new TypeError("the body has been read already");
      return new SessionFetchResponse(answer, url);
    };
  }
}

function bodyOf(answer: HttpResponse): Buffer | null {
  const encoding = answer.header("content-encoding");
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    throw new ResponseDecodeError(`${encoding} body`, answer.body, answer.facts);
  }
  const hasNone = WITHOUT_BODY.has(answer.statusCode) || answer.method === "HEAD";
  return hasNone ? null : answer.body;
}

function pairsOf(headers: ResponseHeaders): [string, string][] {
  const pairs: [string, string][] = [];
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === "string") pairs.push([name, byteText(value)]);
    else for (const one of value ?? []) pairs.push([name, byteText(one)]);
  }
  return pairs;
}

const BEYOND_BYTES = /[\u0100-\uffff]/;

/** Header values are bytes to fetch; where a server sent UTF-8, one character for each of them. */
function byteText(value: string): string {
  return BEYOND_BYTES.test(value) ? Buffer.from(value, "utf8").toString("latin1") : value;
}
