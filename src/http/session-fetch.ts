import { ConfigError } from "../core/errors.ts";
import { messageOf } from "../core/holdfast-error.ts";
import type { HttpRequester } from "./http-request.ts";
import { readFetchBody } from "./session-fetch-body.ts";
import { OperationNames } from "./session-fetch-operation.ts";
import { SessionFetchResponse } from "./session-fetch-response.ts";

/** The WHATWG `fetch`, as far as a client of REST interfaces uses it. @public */
export type SessionFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** What the requests of one `fetch` have in common. @public */
export interface SessionFetchOptions {
  /**
   * What a request is for, in errors, limits and metrics. It should be one of few names, whatever
   * the symbols and ids in the path are.
   * @defaultValue the words of the path, at most 100 different names, then "fetch"
   */
  readonly operation?: string | ((method: string, url: URL) => string);
  /**
   * A longer request body is refused, in bytes. Bodies are held in memory until they are sent, and
   * what a venue takes is far smaller.
   * @defaultValue 1048576
   */
  readonly maxRequestBytes?: number;
}

/** @public */
export const SESSION_FETCH_DEFAULTS: Readonly<{ maxRequestBytes: number }> = Object.freeze({
  maxRequestBytes: 2 ** 20,
});

/** Verbs that fetch refuses (Fetch standard, section 2.2.1, read in September 2026). */
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

/**
 * A `fetch` whose requests go through `session`: its connections, limits and deadlines. For other
 * libraries that take a `fetch` of the caller's choice.
 *
 * It differs from the platform's in this: redirects are refused whatever `redirect` says, since
 * following one could carry keys to another host; the answer is whole when the promise resolves;
 * verbs are made upper case; answers are asked for without compression; and what concerns browsers
 * or other transports (`agent`, `cache`, `credentials`, `dispatcher`, `mode`) is ignored.
 *
 * Rejects with the signal's own reason when it aborts, with a TypeError that says what is wrong with
 * the request, and with `TypeError("fetch failed")` for everything else; its `cause` is the
 * session's error.
 */
export function createFetch(
  session: HttpRequester,
  options: SessionFetchOptions = {},
): SessionFetch {
  const { operation, maxRequestBytes = SESSION_FETCH_DEFAULTS.maxRequestBytes } = options;
  const names = new OperationNames();
  const nameOf = (method: string, url: URL): string => {
    if (operation === undefined) return names.of(url.pathname);
    return typeof operation === "string" ? operation : operation(method, url);
  };

  // No `this`: libraries take the function off whatever it came with.
  return async (input, init = {}) => {
    const given: RequestInit = input instanceof Request ? fromRequest(input, init) : init;
    const url = parseUrl(input instanceof Request ? input.url : input);
    const method = (given.method ?? "GET").toUpperCase();
    const signal = given.signal ?? undefined;
    checkMethod(method, given.body);
    if (signal?.aborted) throw signal.reason;
    try {
      const headers = readHeaders(given.headers);
      const body =
        given.body == null ? undefined : await readFetchBody(given.body, maxRequestBytes, signal);
      if (body?.contentType !== undefined) headers["content-type"] ??= body.contentType;
      const response = await session.request({
        operation: nameOf(method, url),
        method,
        url: url.href,
        headers,
        body: body?.bytes,
        signal,
      });
      return new SessionFetchResponse(response, url);
    } catch (thrown) {
      throw signal?.aborted && thrown === signal.reason ? thrown : toTypeError(thrown);
    }
  };
}

/** The parts of a Request object, as far as `init` does not replace them. */
function fromRequest(request: Request, init: RequestInit): RequestInit {
  const { method, headers, body, signal } = request;
  return { method, headers, body, signal, ...init };
}

function parseUrl(input: string | URL): URL {
  let url: URL;
  try {
    url = new URL(input);
  } catch {
    // Not shown: whatever it is, it may hold a key.
    throw new TypeError("Failed to parse the URL: it must be absolute");
  }
  url.hash = "";
  return url;
}

function checkMethod(method: string, body: RequestInit["body"]): void {
  if (FORBIDDEN_METHODS.has(method)) throw new TypeError(`'${method}' HTTP method is unsupported.`);
  if (body != null && (method === "GET" || method === "HEAD"))
    throw new TypeError("Request with GET/HEAD method cannot have body.");
}

/** The headers by lower-case name, with those that fetch adds and the session would not. */
function readHeaders(given: RequestInit["headers"]): Record<string, string> {
  const headers: Record<string, string> = { accept: "*/*" };
  if (given !== undefined) {
    new Headers(given).forEach((value, name) => {
      headers[name] = value;
    });
  }
  // The session hands over bytes as they came, and reads no compression.
  headers["accept-encoding"] = "identity";
  return headers;
}

function toTypeError(thrown: unknown): TypeError {
  const isCallersFault = thrown instanceof ConfigError || thrown instanceof TypeError;
  return new TypeError(isCallersFault ? messageOf(thrown) : "fetch failed", { cause: thrown });
}
