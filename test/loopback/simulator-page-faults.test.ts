import { describe, expect, test } from "vitest";
import type { HttpPageFault, Simulator } from "../../src/simulator/index.ts";
import { get, type RawMessage, start } from "./simulator-client.ts";

const startTime = "2026-03-10T15:00:00Z";
const MOST_PAGES = 100;

interface Page {
  readonly rows: readonly RawMessage[];
  readonly asked: string | null;
  readonly next: string | null;
}

/** Follows the tokens to the end, or until it has gone on too long. */
async function pagesOf(simulator: Simulator, path: string): Promise<readonly Page[]> {
  const pages: Page[] = [];
  let asked: string | null = null;
  do {
    const token: string = asked === null ? "" : `&page_token=${encodeURIComponent(asked)}`;
    const { status, body } = await get(simulator, path + token);
    expect(status).toBe(200);
    const { next_page_token: next, ...lists } = body;
    const [list] = Object.values(lists);
    const rows = (Array.isArray(list) ? list : Object.values(list ?? {}).flat()) as RawMessage[];
    pages.push({ rows, asked, next });
    asked = next;
  } while (asked !== null && pages.length < MOST_PAGES);
  return pages;
}

const rowsOf = (pages: readonly Page[]): readonly RawMessage[] => pages.flatMap(({ rows }) => rows);

const RANGE = "start=2026-03-10T14:00:00Z&end=2026-03-10T14:02:30Z";
const PATHS = [
  `/v2/stocks/trades?symbols=AAPL,MSFT&${RANGE}&limit=7`,
  `/v2/stocks/quotes?symbols=AAPL,MSFT&${RANGE}&limit=50&sort=desc`,
  `/v2/stocks/bars?symbols=AAPL,MSFT&timeframe=1Min&${RANGE}&limit=2`,
  `/v1beta1/news?${RANGE}&limit=3`,
  `/v1beta1/news?${RANGE}&limit=3&sort=asc`,
];

describe.each(PATHS)("%s", (path) => {
  const struck = async (fault: Partial<HttpPageFault>): Promise<readonly Page[]> => {
    const page = { kind: "http-page", page: "empty", ...fault } as const;
    return pagesOf(await start({ startTime, faults: [page] }), path);
  };
  const whole = async (): Promise<readonly Page[]> => pagesOf(await start({ startTime }), path);

  test("an empty page has a token that loses nothing, at the beginning and later", async () => {
    const expected = rowsOf(await whole());
    expect(expected.length).toBeGreaterThan(4);
    const pages = await struck({ ratio: 0.5 });
    const empty = pages.filter(({ rows, next }) => rows.length === 0 && next !== null);
    expect(empty.length).toBeGreaterThan(0);
    expect(rowsOf(pages)).toEqual(expected);
    const first = await struck({ count: 3 });
    expect(first.map(({ rows }) => rows.length === 0).slice(0, 4)).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(rowsOf(first)).toEqual(expected);
    const tokens = first.map(({ next }) => next);
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  test("a repeated token is the one the page was asked for with", async () => {
    const pages = await struck({ page: "repeated-token" });
    const repeated = pages.filter(({ asked, next }) => asked !== null && asked === next);
    expect(repeated).toHaveLength(1);
    expect(repeated[0]?.rows).toEqual(pages[2]?.rows);
    const forEver = await struck({ page: "repeated-token", count: Number.POSITIVE_INFINITY });
    expect(forEver).toHaveLength(MOST_PAGES);
  });

  test("a duplicate row is the last one of the page before", async () => {
    const pages = await struck({ page: "duplicate-row" });
    const last = pages[0]?.rows.at(-1);
    expect(pages[1]?.rows[0]).toEqual(last);
    const all = rowsOf(pages);
    const expected = rowsOf(await whole());
    expect(all.filter((row, at) => at === 0 || all[at - 1] !== row)).toHaveLength(all.length);
    expect(all).toHaveLength(expected.length + 1);
  });
});

test("only a request that is answered with a page uses the fault up", async () => {
  const simulator = await start({ startTime, faults: [{ kind: "http-page", page: "empty" }] });
  await get(simulator, "/v2/clock");
  await get(simulator, "/v2/stocks/AAPL/bars?timeframe=1Century");
  await get(simulator, "/v2/stocks/AAPL/quotes/latest");
  expect(simulator.state().faultsWaiting).toBe(1);
  const { body } = await get(simulator, `/v2/stocks/AAPL/trades?${RANGE}`);
  expect(body).toEqual({ trades: null, symbol: "AAPL", next_page_token: expect.any(String) });
  expect(simulator.state().faultsWaiting).toBe(0);
});
