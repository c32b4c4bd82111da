import { createRequire } from "node:module";
import type { Alpaca } from "@alpacahq/alpaca-trade-api/rest";
import type { HttpRequester } from "../../http/http-request.ts";
import { createFetch } from "../../http/session-fetch.ts";
import { authHeaders, type SealedCredentials } from "./credentials.ts";
import { type AlpacaEnvironment, HOSTS } from "./endpoints.ts";

/** What the venue's own SDK works with here. */
export interface SdkOptions {
  readonly session: HttpRequester;
  readonly credentials: SealedCredentials;
  readonly environment: AlpacaEnvironment;
  readonly tradingUrl: string;
  readonly dataUrl: string;
}

/**
 * What the SDK is given for keys. It keeps them in plain fields, where an inspection would show them;
 * the real ones are put into the headers behind it.
 */
const PLACEHOLDER = "kept by holdfast";

const load = createRequire(import.meta.url);

/**
 * The venue's own SDK (`@alpacahq/alpaca-trade-api` 4) on our session. Its own retries, rate limit and
 * timer are off, since the session has better ones: it knows what other clients of the account spend,
 * and whether a request was sent. The SDK is large, and loaded here and not before.
 */
export function createSdk(options: SdkOptions): Alpaca {
  const sdk: typeof import("@alpacahq/alpaca-trade-api/rest") = load(
    "@alpacahq/alpaca-trade-api/rest",
  );
  return new sdk.Alpaca({
    keyId: PLACEHOLDER,
    secret: PLACEHOLDER,
    paper: options.environment === "paper",
    fetchApi: createSdkFetch(options),
    retry: false,
    rateLimit: false,
    timeoutMs: 0,
  });
}

/** What the SDK takes for a fetch. */
type SdkFetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * A fetch for the SDK: its two hosts become the configured addresses, and the keys are added. Any
 * other host is refused, since the keys would go there as well.
 */
export function createSdkFetch(options: SdkOptions): SdkFetch {
  const { session, credentials, environment, tradingUrl, dataUrl } = options;
  const { trading, data } = HOSTS[environment];
  const addresses: ReadonlyMap<string, string> = new Map([
    [trading, tradingUrl],
    [data, dataUrl],
  ]);
  const fetch = createFetch(session);
  return async (given, init) => {
    const url = new URL(given);
    const address = addresses.get(url.origin);
    if (address === undefined) throw new TypeError(`${url.host} is not a host of this account`);
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(authHeaders(credentials))) headers.set(name, value);
    return fetch(`${address.replace(/\/$/, "")}${url.pathname}${url.search}`, { ...init, headers });
  };
}
