import { UnexpectedFrameError } from "../../core/errors.ts";
import { Faults } from "../../core/faults.ts";
import type { QueryValue } from "../../http/request-url.ts";
import type { Order, OrderSide } from "../../model/order.ts";
import { parseRfc3339, toNanoseconds, toRfc3339 } from "../../model/venue-time.ts";
import { isTime, type RestCallOptions } from "./rest-call.ts";
import { chunkByUrlLength, normalizeSymbols } from "./rest-symbols.ts";

/** Which orders are wanted. @public */
export interface RestOrdersRequest extends RestCallOptions {
  /**
   * `open`: those that something may still become of.
   * @defaultValue "open"
   */
  readonly status?: "open" | "closed" | "all" | undefined;
  /** @defaultValue all symbols */
  readonly symbols?: string | readonly string[] | undefined;
  /** @defaultValue both sides */
  readonly side?: OrderSide | undefined;
  /** Only orders submitted later than this, RFC 3339. */
  readonly after?: string | undefined;
  /** Only orders submitted earlier than this, RFC 3339. */
  readonly until?: string | undefined;
  /**
   * By when they were submitted; `desc` is the latest first.
   * @defaultValue "desc"
   */
  readonly direction?: "asc" | "desc" | undefined;
  /**
   * Orders that belong to another one stand in its `legs` instead of in the list.
   * @defaultValue false
   */
  readonly nested?: boolean | undefined;
  /**
   * No more orders than this, over all pages.
   * @defaultValue Infinity
   */
  readonly limit?: number | undefined;
}

/** The largest page of orders that the venue gives (orders reference, January 2026). */
const MOST_ON_PAGE = 500;

export type OrderQuery = Readonly<Record<string, QueryValue>>;

/**
 * Checks what the venue would refuse.
 * @returns the query of the first page, without its size
 * @throws ConfigError naming everything that is wrong.
 */
export function checkOrdersRequest(request: RestOrdersRequest): OrderQuery {
  const faults = new Faults();
  const {
    status,
    side,
    after,
    until,
    direction,
    nested,
    limit = Number.POSITIVE_INFINITY,
  } = request;
  const given = typeof request.symbols === "string" ? [request.symbols] : request.symbols;
  const lists = given === undefined ? [] : chunkByUrlLength(normalizeSymbols(given, faults));
  faults.require(lists.length <= 1, "symbols are too many for one request");
  if (status !== undefined) faults.oneOf("status", status, ["open", "closed", "all"]);
  if (side !== undefined) faults.oneOf("side", side, ["buy", "sell"]);
  if (direction !== undefined) faults.oneOf("direction", direction, ["asc", "desc"]);
  for (const [name, time] of Object.entries({ after, until })) {
    faults.require(time === undefined || isTime(time), `${name} must be RFC 3339, not ${time}`);
  }
  faults.integer("limit", limit, { min: 1, unlimited: true });
  faults.throwIfAny();
  return { status, symbols: lists[0], side, after, until, direction, nested };
}

/**
 * All orders of a query, each once and at most `limit`. The venue has no tokens for orders: the next page begins where
 * the last order of this one was submitted, and a millisecond earlier, since orders may share a moment
 * and the venue's bounds are exclusive.
 * @throws UnexpectedFrameError when a page brings nothing new, so that there is no way past it.
 */
export async function* walkOrders(
  first: OrderQuery,
  limit: number,
  fetchPage: (query: OrderQuery) => Promise<readonly Order[]>,
): AsyncGenerator<Order, void, undefined> {
  let query = first;
  let left = limit;
  let known: ReadonlySet<string> = new Set();
  for (;;) {
    const size = Math.min(MOST_ON_PAGE, left + known.size);
    const page = await fetchPage({ ...query, limit: size });
    const fresh = page.filter(({ id }) => !known.has(id)).slice(0, left);
    yield* fresh;
    left -= fresh.length;
    // Orders come whole: only a page of market data may be cut short.
    if (page.length < size || left === 0) return;
    const next = nextBound(query, page);
    if (fresh.length === 0 || next === undefined) {
      throw new UnexpectedFrameError(`orders: a page of ${page.length} leads no further`);
    }
    query = { ...query, ...next };
    known = new Set(page.map(({ id }) => id));
  }
}

const OVERLAP_NS = 1_000_000n;
const NS_PER_SECOND = 1_000_000_000n;

/** What of the query changes for the page after `page`. */
function nextBound(query: OrderQuery, page: readonly Order[]): OrderQuery | undefined {
  const edge = page.findLast(({ submittedAt }) => submittedAt !== undefined)?.submittedAt;
  if (edge === undefined) return undefined;
  if (query["direction"] === "asc") {
    return { after: later(shifted(edge, -OVERLAP_NS), query["after"]) };
  }
  return { until: earlier(shifted(edge, OVERLAP_NS), query["until"]) };
}

/** A bound of the caller's own is never passed. */
function later(bound: string, own: QueryValue): string {
  return typeof own === "string" && nanoseconds(own) > nanoseconds(bound) ? own : bound;
}

function earlier(bound: string, own: QueryValue): string {
  return typeof own === "string" && nanoseconds(own) < nanoseconds(bound) ? own : bound;
}

function shifted(text: string, byNs: bigint): string {
  const ns = nanoseconds(text) + byNs;
  return toRfc3339({ seconds: Number(ns / NS_PER_SECOND), nanos: Number(ns % NS_PER_SECOND) });
}

/** Checked before, so that it is a time. */
function nanoseconds(text: string): bigint {
  return toNanoseconds(parseRfc3339(text) ?? { seconds: 0, nanos: 0 });
}
