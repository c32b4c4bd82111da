/** When a fault of an HTTP request strikes. @public */
export interface HttpFaultSchedule {
  /** Milliseconds after the injection before it may strike; at once when absent. */
  readonly afterMs?: number;
  /**
   * How many requests it strikes: 1, or with a `ratio` as many as come, when nothing is said.
   */
  readonly count?: number;
  /** Only requests whose path begins with this. */
  readonly path?: string;
  /** Only requests of this method. */
  readonly method?: HttpMethod;
  /**
   * The part of the requests it strikes, above 0 and at most 1: all of them when absent. Each request's
   * lot is drawn from the seed, the fault's place in the order of injection and the request's index, so
   * the same requests in the same order are struck again in the next run.
   */
  readonly ratio?: number;
}

/** The methods the venue knows. @public */
export type HttpMethod = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

/** How a connection goes: with an orderly end of the stream (FIN), or reset (RST). @public */
export type ConnectionEnd = "end" | "reset";

/** A request is refused with this status and the venue's body for it; it is not carried out. @public */
export interface HttpErrorFault extends HttpFaultSchedule {
  readonly kind: "http-error";
  /** From 400 to 599. */
  readonly status: number;
  /** Whether the body is an HTML page, as from the edge, instead of JSON. */
  readonly html?: boolean;
  /** Adds `Retry-After` with this many seconds. Whether the venue sends it is unconfirmed. */
  readonly retryAfterSeconds?: number;
  /** Says in the rate headers that nothing is left for so many seconds. */
  readonly resetInSeconds?: number;
}

/**
 * A request is carried out, and its connection breaks instead of the answer, or in the middle of it.
 * @public
 */
export interface HttpResetFault extends HttpFaultSchedule {
  readonly kind: "http-reset";
  /**
   * How much of the answer goes out before: nothing, the head alone, or the head and half of the body
   * that it declares.
   * @defaultValue "before-headers"
   */
  readonly at?: "before-headers" | "after-headers" | "mid-body";
  /** @defaultValue "reset" */
  readonly how?: ConnectionEnd;
}

/** A request is carried out, and its answer, or the second half of its body, comes this much later. @public */
export interface HttpStallFault extends HttpFaultSchedule {
  readonly kind: "http-stall";
  /** The delay in milliseconds; `Infinity` is never. */
  readonly ms: number;
  /** @defaultValue "before-headers" */
  readonly at?: "before-headers" | "mid-body";
}

/** A request is carried out and answered with its own status, but the body is not what it should be. @public */
export interface HttpBodyFault extends HttpFaultSchedule {
  readonly kind: "http-body";
  /**
   * `empty`: no byte of it. `truncated`: JSON that breaks off in the middle, in a complete HTTP message.
   * `html`: a page as from the edge.
   */
  readonly body: "empty" | "truncated" | "html";
}

/**
 * A page of history goes wrong. Only requests that are answered with a page are struck, and those
 * that `repeated-token` and `duplicate-row` need to carry a token only when they carry one.
 * @public
 */
export interface HttpPageFault extends HttpFaultSchedule {
  readonly kind: "http-page";
  /**
   * `empty`: no rows, and a token that goes on where this page should have begun, so nothing is lost to
   * a client that follows it. `repeated-token`: the page's own token instead of the next one.
   * `duplicate-row`: the last row of the page before comes once more.
   */
  readonly page: "empty" | "repeated-token" | "duplicate-row";
}

/**
 * A request arrives on a connection that has carried one before, and finds it closed: the request is
 * neither counted nor carried out, and not a byte of an answer comes. So it looks to a client when the
 * server's idle timer and the next request cross on the wire.
 * @public
 */
export interface HttpKeepAliveCloseFault extends HttpFaultSchedule {
  readonly kind: "http-keep-alive-close";
  /** @defaultValue "end" */
  readonly how?: ConnectionEnd;
}

/**
 * Idle connections are dropped at random. Whenever one has given an answer, a time is drawn for it from
 * an exponential distribution; if it is still idle then, it goes.
 * @public
 */
export interface HttpIdleDropFault {
  readonly kind: "http-idle-drop";
  /** The mean of the distribution, in milliseconds. */
  readonly meanMs: number;
  /** @defaultValue "end" */
  readonly how?: ConnectionEnd;
  /** Milliseconds after the injection; idle periods that begin earlier are spared. */
  readonly afterMs?: number;
  /**
   * How many connections it drops.
   * @defaultValue Infinity
   */
  readonly count?: number;
}

/** Faults that strike one REST request. @public */
export type HttpRequestFault =
  | HttpErrorFault
  | HttpResetFault
  | HttpStallFault
  | HttpBodyFault
  | HttpPageFault
  | HttpKeepAliveCloseFault;

/** Faults of REST and of the connections it travels on. @public */
export type HttpFault = HttpRequestFault | HttpIdleDropFault;
