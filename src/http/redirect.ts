import type { ResponseHeaders } from "./http-response.ts";

/** 304 answers a conditional request and leads nowhere. */
export function isRedirect(statusCode: number): boolean {
  return statusCode >= 300 && statusCode < 400 && statusCode !== 304;
}

/** Where to, without the query, which may hold a token. */
export function destinationOf(location: ResponseHeaders[string]): string {
  if (typeof location !== "string") return "";
  return ` to ${location.replace(/[?#].*$/s, "")}`;
}
