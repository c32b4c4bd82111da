import { UnexpectedFrameError } from "../../core/errors.ts";

/** What the walk needs of a page. */
export interface TokenPage {
  /** Null on the last page. */
  readonly nextPageToken: string | null;
}

/**
 * Follows page tokens to the null one. A short or an empty page is not the end, because the venue
 * also cuts pages by their size; a token that comes again would never end, so it ends the walk.
 * @param what - in the error, such as `bars`
 * @throws UnexpectedFrameError when a token comes again.
 */
export async function* followPages<Page extends TokenPage>(
  what: string,
  fetchPage: (token: string | undefined) => Promise<Page>,
): AsyncGenerator<Page, void, undefined> {
  const seen = new Set<string>();
  let token: string | undefined;
  do {
    const page = await fetchPage(token);
    yield page;
    token = page.nextPageToken ?? undefined;
    if (token !== undefined && seen.has(token)) {
      throw new UnexpectedFrameError(`${what}: the venue gave the page token ${token} again`);
    }
    if (token !== undefined) seen.add(token);
  } while (token !== undefined);
}
