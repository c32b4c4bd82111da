import { ConfigError } from "../core/errors.ts";

/** A value in a query string; `undefined` leaves its name out. @public */
export type QueryValue = string | number | boolean | undefined;

/** Names and values of a query string, in their order. */
type Query = Readonly<Record<string, QueryValue>> | undefined;

/** An address as a connection needs it. */
export interface SplitUrl {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
}

/**
 * Splits an address, with `query` added to its own.
 * @throws ConfigError without the address in it, which may hold a secret.
 */
export function splitUrl(text: string, query: Query): SplitUrl {
  const url = parse(text);
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new ConfigError(["url must be absolute and begin with https:// or http://"]);
  }
  // They would end up in messages and logs with the rest of the URL.
  if (url.username !== "" || url.password !== "") {
    throw new ConfigError(["url must not contain credentials"]);
  }
  return { origin: url.origin, path: url.pathname + withQuery(url.search, query) };
}

function parse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function withQuery(own: string, query: Query): string {
  let search = own;
  for (const name in query) {
    const value = query[name];
    if (value === undefined) continue;
    search += `${search === "" ? "?" : "&"}${encode(name)}=${encode(String(value))}`;
  }
  return search;
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll("%2C", ",");
}
