import { onlyFeed, readIsDescending, readLimit, readRange } from "./market-query.ts";
import { PageToken } from "./page-token.ts";
import { badRequest } from "./rest-reply.ts";
import type { RestContext, RestRoute } from "./rest-route.ts";

const DEFAULT_ARTICLES = 10;
const MOST_ARTICLES = 50;
const TOKEN = /^news\|(-?\d+)(?:\|#\d+)?$/;

function readToken(text: string | null): number | undefined {
  if (text === null || text === "") return undefined;
  const number = TOKEN.exec(Buffer.from(text, "base64").toString())?.[1];
  if (number === undefined) throw badRequest("invalid page_token");
  return Number(number);
}

/** Articles of a range, newest first unless asked otherwise. */
function readNews(context: RestContext): object {
  const { market, news, query } = context;
  const limit = readLimit(query, DEFAULT_ARTICLES, MOST_ARTICLES);
  const isDescending = readIsDescending(query, "desc");
  const range = readRange(context, onlyFeed(market));
  const hasContent = query.get("include_content") === "true";
  const symbols = (query.get("symbols") ?? "").toUpperCase().split(",").filter(Boolean);
  const isWanted = (about: readonly string[]): boolean =>
    symbols.length === 0 || symbols.some((symbol) => about.includes(symbol));
  const token = readToken(query.get("page_token"));
  const first = news.firstFrom(range.fromNs);
  const end = news.firstFrom(range.untilNs);
  const step = isDescending ? -1 : 1;
  const found: object[] = [];
  let last: number | undefined;
  const fault = context.takePageFault(token !== undefined);
  const beginning = token ?? (isDescending ? end : first - 1);
  if (fault === "empty") {
    const next = PageToken.respelled(tokenOf(beginning), context.requestIndex);
    return { news: found, next_page_token: next };
  }
  if (fault === "repeated-token") last = token;
  for (let number = fault === "duplicate-row" ? beginning : beginning + step; ; number += step) {
    if (number < first || number >= end) return { news: found, next_page_token: null };
    const { T: _, content, ...article } = news.article(number);
    if (!isWanted(article.symbols)) continue;
    if (found.length === limit) break;
    found.push({ ...article, content: hasContent ? content : "", images: [] });
    if (fault !== "repeated-token") last = number;
  }
  return { news: found, next_page_token: tokenOf(last ?? beginning) };
}

function tokenOf(number: number): string {
  return Buffer.from(`news|${number}`).toString("base64");
}

/** Historical news (news reference, January 2026). @internal */
export const NEWS_ROUTES: readonly RestRoute[] = [
  {
    path: "/v1beta1/news",
    host: "data",
    takes: [
      "symbols",
      "start",
      "end",
      "sort",
      "limit",
      "page_token",
      "include_content",
      "exclude_contentless",
    ],
    handle: readNews,
  },
];
