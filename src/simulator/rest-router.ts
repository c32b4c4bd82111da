import { ACCOUNT_ROUTES } from "./rest-account.ts";
import { CLOCK_ROUTES } from "./rest-clock.ts";
import { HISTORY_ROUTES } from "./rest-history.ts";
import { LATEST_ROUTES } from "./rest-latest.ts";
import { META_ROUTES } from "./rest-meta.ts";
import { NEWS_ROUTES } from "./rest-news.ts";
import { ORDER_ROUTES } from "./rest-orders.ts";
import { POSITION_ROUTES } from "./rest-positions.ts";
import {
  badRequest,
  jsonAnswer,
  type RestAnswer,
  RestRefusal,
  RestReply,
  refusalAnswer,
  standardRefusal,
} from "./rest-reply.ts";
import { matchPath, type RestContext, type RestRoute } from "./rest-route.ts";

// Literal paths stand before those with parameters: `/v2/stocks/snapshots` is no symbol.
const ROUTES: readonly RestRoute[] = [
  ...ACCOUNT_ROUTES,
  ...POSITION_ROUTES,
  ...ORDER_ROUTES,
  ...CLOCK_ROUTES,
  ...META_ROUTES,
  ...LATEST_ROUTES,
  ...HISTORY_ROUTES,
  ...NEWS_ROUTES,
];

/** A request as far as it decides which endpoint answers it. @internal */
export interface RoutedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly isAuthorized: boolean;
}

/** Answers a request as the endpoint of its path does; whatever goes wrong is an answer, too. @internal */
export async function answerRequest(
  request: RoutedRequest,
  surroundings: Omit<RestContext, "params" | "query">,
): Promise<RestAnswer> {
  try {
    const value = await dispatch(request, surroundings);
    return value instanceof RestReply
      ? jsonAnswer(value.status, value.value)
      : jsonAnswer(200, value);
  } catch (thrown) {
    return refusalAnswer(thrown instanceof RestRefusal ? thrown : standardRefusal(500));
  }
}

async function dispatch(
  { method, path, query, isAuthorized }: RoutedRequest,
  surroundings: Omit<RestContext, "params" | "query">,
): Promise<unknown> {
  for (const route of ROUTES) {
    const params = (route.method ?? "GET") === method ? matchPath(route.path, path) : undefined;
    if (!params) continue;
    if (!isAuthorized && !route.isPublic) throw unauthorized(route);
    refuseUnknown(route, query);
    return await route.handle({ ...surroundings, params, query });
  }
  throw standardRefusal(404);
}

function unauthorized({ host }: RestRoute): RestRefusal {
  return host === "trading" ? standardRefusal(401) : new RestRefusal(403, "forbidden.");
}

/** The data host refuses query parameters it does not know; the trading host ignores them. */
function refuseUnknown({ host, takes }: RestRoute, query: URLSearchParams): void {
  if (host === "trading") return;
  const unknown = [...new Set(query.keys())].filter((key) => !takes?.includes(key));
  if (unknown.length > 0) throw badRequest(`Unexpected query parameter(s): ${unknown.join(", ")}`);
}
