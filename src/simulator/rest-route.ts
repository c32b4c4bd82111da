import type { AccountBook } from "./account-book.ts";
import type { HttpMethod, HttpPageFault } from "./http-fault.ts";
import type { Market } from "./market.ts";
import type { NewsWire } from "./news-wire.ts";
import type { ResolvedOptions } from "./options.ts";

/** What a handler has at hand. @internal */
export interface RestContext {
  readonly market: Market;
  readonly news: NewsWire;
  readonly account: AccountBook;
  readonly options: ResolvedOptions;
  /** The named segments of the path, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The body's JSON; `undefined` when there is no body or it is none. */
  readonly body: unknown;
  /** What goes wrong with the page that the request is answered with; asking uses the fault up. */
  takePageFault(hasToken: boolean): HttpPageFault["page"] | undefined;
  /** Something that no other request has. */
  readonly requestIndex: number;
}

/** One endpoint. @internal */
export interface RestRoute {
  /** @defaultValue "GET" */
  readonly method?: HttpMethod;
  /** Segments that begin with a colon match anything and are named by what follows. */
  readonly path: string;
  /** Which host it lives on in reality: they refuse a request without credentials differently. */
  readonly host: "trading" | "data";
  /** Crypto market data can be read without credentials. */
  readonly isPublic?: boolean;
  /** Query parameters the data host takes; the trading host ignores unknown ones. */
  readonly takes?: readonly string[];
  /** The value to answer with, as the venue's JSON says it, or a `RestReply` for another status than 200. */
  handle(context: RestContext): unknown | Promise<unknown>;
}

/** The parameters when the path matches, `undefined` when it does not. @internal */
export function matchPath(
  template: string,
  path: string,
): Readonly<Record<string, string>> | undefined {
  const wanted = template.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, segment] of wanted.entries()) {
    const actual = decoded(given[at] ?? "");
    if (segment.startsWith(":")) {
      if (actual === "") return undefined;
      params[segment.slice(1)] = actual;
    } else if (segment !== actual) return undefined;
  }
  return params;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
