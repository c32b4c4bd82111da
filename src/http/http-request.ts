import { Faults } from "../core/faults.ts";
import { LANES, type Lane } from "../resilience/lanes.ts";
import type { HttpResponse } from "./http-response.ts";
import { laneOf, type RequestGate } from "./request-gate.ts";
import { type QueryValue, splitUrl } from "./request-url.ts";

/** Headers by name; names are not case-sensitive. @public */
export type HttpHeaders = Readonly<Record<string, string>>;

/** One HTTP request. @public */
export interface HttpRequest {
  /**
   * What it is for, such as `quote`: in errors, health and metrics, never on the wire. One of few
   * names, without symbols or ids in it. It decides how long the caller waits by default.
   */
  readonly operation: string;
  /** @defaultValue "GET" */
  readonly method?: string | undefined;
  /** Absolute, `http:` or `https:`, without credentials in it. */
  readonly url: string;
  /** Added to the query of `url`, in this order. Commas stay commas, as venues' symbol lists want. */
  readonly query?: Readonly<Record<string, QueryValue>> | undefined;
  readonly headers?: HttpHeaders | undefined;
  readonly body?: string | Uint8Array | undefined;
  /** Ends the request in whatever phase it is; the call rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How long the caller waits at most, in milliseconds: for the gate, for a connection, for all
   * attempts and the pauses between them.
   * @defaultValue the timeout of its operation
   */
  readonly deadlineMs?: number | undefined;
  /** For each attempt, in place of the session's `totalMs`. */
  readonly totalMs?: number | undefined;
  /** For each attempt, in place of the session's `connectMs`. */
  readonly connectMs?: number | undefined;
  /** For each attempt, in place of the session's `readMs`; it is then not adapted. */
  readonly readMs?: number | undefined;
  /**
   * `false` makes one attempt and no more. `true` changes nothing: what may be repeated, the verb and
   * the session decide.
   * @defaultValue true
   */
  readonly retry?: boolean | undefined;
  /** What each attempt has to pass before it goes, such as the request budget of an account. */
  readonly gate?: RequestGate | undefined;
  /**
   * Its place at the gate.
   * @defaultValue "query" for verbs that only ask, "cancel" for DELETE, "order" for all others
   */
  readonly lane?: Lane | undefined;
  /**
   * `true` shares one request with whoever asks the same at the same time, if they want it too: the
   * same address, query and headers. For GET only. Each caller keeps its own signal and deadline; the
   * attempts are made as the first one asked.
   * @defaultValue false
   */
  readonly coalesce?: boolean | undefined;
}

/** Whatever sends requests: a session, or a layer above it. @public */
export interface HttpRequester {
  /** Sends the request and reads its whole answer. */
  request(request: HttpRequest): Promise<HttpResponse>;
}

/** A request as the connection needs it. */
export interface PreparedRequest {
  readonly operation: string;
  readonly method: string;
  readonly origin: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | Buffer | undefined;
  readonly signal: AbortSignal | undefined;
  /** `undefined` for the timeout of its operation. */
  readonly deadlineMs: number | undefined;
  readonly totalMs: number;
  readonly connectMs: number;
  /** `undefined` for the session's, adapted to its operation. */
  readonly readMs: number | undefined;
  readonly mayRetry: boolean;
  readonly gate: RequestGate | undefined;
  readonly lane: Lane;
  readonly isShared: boolean;
}

/** What a request has where it says nothing. */
export interface RequestDefaults {
  readonly userAgent: string;
  readonly totalMs: number;
  readonly connectMs: number;
}

const METHOD = /^[A-Z]+$/;
const LIMITS = ["deadlineMs", "totalMs", "connectMs", "readMs"] as const;

/**
 * Checks a request and splits it.
 * @throws ConfigError naming everything that is wrong; never a header's value or the query.
 */
export function prepareRequest(request: HttpRequest, defaults: RequestDefaults): PreparedRequest {
  const { method = "GET", coalesce = false } = request;
  const faults = new Faults();
  const url = faults.gather(() => splitUrl(request.url, request.query));
  faults.require(request.operation.trim() !== "", "operation must not be blank");
  faults.require(METHOD.test(method), `method must be a verb in capitals, not ${method}`);
  faults.require(!coalesce || method === "GET", `coalesce is for GET, not ${method}`);
  for (const name of LIMITS) {
    if (request[name] !== undefined) faults.number(name, request[name], { min: 1 });
  }
  if (request.lane !== undefined) faults.oneOf("lane", request.lane, LANES);
  faults.throwIfAny();

  return {
    operation: request.operation,
    method,
    origin: url?.origin ?? "",
    path: url?.path ?? "",
    headers: headersOf(request.headers, defaults.userAgent),
    body: request.body instanceof Uint8Array ? asBuffer(request.body) : request.body,
    signal: request.signal,
    deadlineMs: request.deadlineMs,
    totalMs: request.totalMs ?? defaults.totalMs,
    connectMs: request.connectMs ?? defaults.connectMs,
    readMs: request.readMs,
    mayRetry: request.retry ?? true,
    gate: request.gate,
    lane: request.lane ?? laneOf(method),
    isShared: coalesce,
  };
}

/**
 * The standard headers with those of the request over them, by lower-case name. Without
 * `accept-encoding` a server may compress as it likes (RFC 9110, section 12.5.3). Answers of a venue
 * are small, and waiting for their last byte before inflating them costs more time than the bytes
 * saved, so plain bytes are asked for.
 */
function headersOf(given: HttpHeaders | undefined, userAgent: string): Record<string, string> {
  const headers: Record<string, string> = {
    accept: "application/json",
    "accept-encoding": "identity",
    "user-agent": userAgent,
  };
  for (const name in given) {
    const value = given[name];
    if (value !== undefined) headers[name.toLowerCase()] = value;
  }
  return headers;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
