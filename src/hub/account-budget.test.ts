import { describe, expect, test } from "vitest";
import { HttpResponse } from "../http/http-response.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { AccountBudget } from "./account-budget.ts";

const MINUTE_MS = 60_000;
/** How long a request counts: a minute, and two seconds for its way. */
const COUNTED_MS = 62_000;

function opened(requestsPerMinute = 3): { clock: ManualClock; budget: AccountBudget } {
  const clock = new ManualClock(1_700_000_000_000);
  const options = { key: "venue.test", requestsPerMinute, rateWindowMs: MINUTE_MS, clock };
  return { clock, budget: new AccountBudget(options) };
}

function answer(headers: Record<string, string>, statusCode = 200): HttpResponse {
  return new HttpResponse({
    operation: "account",
    method: "GET",
    statusCode,
    headers,
    body: Buffer.from("{}"),
    elapsedMs: 1,
    attempts: 1,
  });
}

describe("an account's budget", () => {
  test("lets as many go as a minute has, and the next when the first has left it", async () => {
    const { clock, budget } = opened();
    expect([1, 2, 3, 4].map(() => budget.tryEnter("query"))).toEqual([true, true, true, false]);
    const waiting = budget.enter("backfill", {});
    await clock.advance(COUNTED_MS - 1);
    expect(budget.getHealth(1)).toMatchObject({ used: 3, waitingByLane: { backfill: 1 } });
    await clock.advance(1);
    expect(await waiting).toEqual({ kind: "granted" });
    expect(budget.getHealth(2)).toMatchObject({
      key: "venue.test",
      limit: 3,
      clients: 2,
      granted: 4,
      grantedByLane: { cancel: 0, order: 0, query: 3, backfill: 1 },
      waitingByLane: { cancel: 0, order: 0, query: 0, backfill: 0 },
    });
  });

  test("lets a cancellation go before everything that waited longer", async () => {
    const { clock, budget } = opened(1);
    budget.tryEnter("query");
    const order: string[] = [];
    const lanes = ["backfill", "query", "order", "cancel"] as const;
    const waits = lanes.map(async (lane) => {
      await budget.enter(lane, {});
      order.push(lane);
    });
    await clock.advance(5 * COUNTED_MS);
    await Promise.all(waits);
    expect(order[0]).toBe("cancel");
    expect(order).toHaveLength(4);
  });

  test("takes the venue's lower limit, and what others have used up", () => {
    const { budget } = opened(200);
    budget.tryEnter("query");
    budget.observe(
      answer({
        "x-ratelimit-limit": "100",
        "x-ratelimit-remaining": "40",
        "x-ratelimit-reset": "1700000030",
      }),
    );
    expect(budget.getHealth(1)).toMatchObject({ limit: 100, used: 1, foreign: 59, available: 40 });
  });

  test("counts what others have used only until the venue starts anew", async () => {
    const { clock, budget } = opened(200);
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000030" };
    budget.observe(answer(headers));
    expect(budget.tryEnter("query")).toBe(false);
    await clock.advance(30_000);
    expect(budget.tryEnter("query")).toBe(true);
  });

  test.each([
    ["more than it was told", { "x-ratelimit-limit": "10000", "x-ratelimit-remaining": "9999" }],
    ["nonsense", { "x-ratelimit-limit": "many", "x-ratelimit-remaining": "-1" }],
    ["nothing", {}],
  ])("takes no notice of a venue that says %s", (_what, headers) => {
    const { budget } = opened();
    budget.observe(answer(headers as Record<string, string>));
    expect(budget.getHealth(1)).toMatchObject({ limit: 3, foreign: 0, available: 3 });
  });

  test.each([
    ["as long as it says", { "retry-after": "7" }, 7_000],
    ["until its count starts anew", { "x-ratelimit-reset": "1700000020" }, 20_000],
    ["for a whole window when it says nothing", {}, COUNTED_MS],
  ])("leaves a venue that refused alone %s", async (_what, headers, waitMs) => {
    const { clock, budget } = opened();
    budget.observe(answer(headers as Record<string, string>, 429));
    await clock.advance(waitMs - 1);
    expect(budget.tryEnter("cancel")).toBe(false);
    await clock.advance(1);
    expect(budget.tryEnter("cancel")).toBe(true);
  });

  test("ends every wait when it is closed", async () => {
    const { budget } = opened(1);
    budget.tryEnter("query");
    const waiting = budget.enter("query", {});
    budget.close();
    await expect(waiting).rejects.toMatchObject({ code: "ERR_CLOSED" });
  });
});
