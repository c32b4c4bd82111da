import { describe, expect, onTestFinished, test } from "vitest";
import type { HttpRequest, HttpRequester } from "../http/http-request.ts";
import type { RequestGate } from "../http/request-gate.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { AccountRequester } from "./account-requester.ts";

const KEY_ID = "PKVERYSECRET";
const TRADING = "https://paper.venue.test";
const DATA = "https://data.venue.test/base";

interface Opened {
  readonly requester: AccountRequester;
  readonly sent: HttpRequest[];
  gateOf(url: string): Promise<RequestGate | undefined>;
}

const clock = new ManualClock();

function opened(options: Partial<ConstructorParameters<typeof AccountRequester>[0]> = {}): Opened {
  const sent: HttpRequest[] = [];
  const session: HttpRequester = {
    request: async (request) => {
      sent.push(request);
      throw new Error("not sent in this test");
    },
  };
  const requester = new AccountRequester({
    session,
    keyId: KEY_ID,
    addresses: [TRADING, DATA],
    requestsPerMinute: 200,
    rateWindowMs: 60_000,
    clock,
    ...options,
  });
  onTestFinished(() => requester.release());
  const gateOf = async (url: string): Promise<RequestGate | undefined> => {
    await requester.request({ operation: "account", url }).catch(() => {});
    return sent.at(-1)?.gate;
  };
  return { requester, sent, gateOf };
}

/** What the process keeps of all budgets. */
function registered(): ReadonlyMap<string, unknown> {
  const holder = globalThis as unknown as Record<symbol, { budgets: Map<string, unknown> }>;
  return holder[Symbol.for("holdfast.budgets")]?.budgets ?? new Map();
}

describe("the requests of an account", () => {
  test("pass the budget of the host they go to", async () => {
    const { gateOf } = opened();
    const trading = await gateOf(`${TRADING}/v2/account`);
    const data = await gateOf(`${DATA}/v2/stocks/bars?symbols=A`);
    expect(trading).toBeDefined();
    expect(data).toBeDefined();
    expect(trading).not.toBe(data);
    expect(await gateOf(TRADING)).toBe(trading);
    expect(await gateOf(`${TRADING}:8443/v2/account`)).toBeUndefined();
    expect(await gateOf(`${TRADING}.elsewhere.test/`)).toBeUndefined();
  });

  test("pass one budget where both hosts are at one address", async () => {
    const { requester, gateOf } = opened({
      addresses: ["http://127.0.0.1:1", "http://127.0.0.1:1/x"],
    });
    expect(await gateOf("http://127.0.0.1:1/a")).toBe(await gateOf("http://127.0.0.1:1/x/b"));
    expect(requester.getHealth()).toHaveLength(1);
  });

  test("share a budget with those of every other client of the account, and with nobody else", async () => {
    const [one, two] = [opened(), opened()];
    const other = opened({ keyId: "PKOTHER" });
    const url = `${TRADING}/v2/account`;
    expect(await one.gateOf(url)).toBe(await two.gateOf(url));
    expect(await one.gateOf(url)).not.toBe(await other.gateOf(url));
    expect(one.requester.getHealth()).toMatchObject([{ clients: 2 }, { clients: 2 }]);
    expect(other.requester.getHealth()).toMatchObject([{ clients: 1 }, { clients: 1 }]);
  });

  test("leave nothing behind once the last client has gone", async () => {
    const before = registered().size;
    const [one, two] = [opened(), opened()];
    const gate = await one.gateOf(TRADING);
    expect(registered().size).toBe(before + 2);
    one.requester.release();
    one.requester.release();
    expect(registered().size).toBe(before + 2);
    expect(gate?.tryEnter("query")).toBe(true);
    two.requester.release();
    expect(registered().size).toBe(before);
    expect(gate?.tryEnter("query")).toBe(false);
  });

  test("have one limit: another one is refused, and leaves nothing behind", () => {
    const one = opened();
    expect(() => opened({ requestsPerMinute: 100, rateWindowMs: 1 })).toThrow(
      /requestsPerMinute is 200.*cannot be 100; rateWindowMs is 60000.*cannot be 1/,
    );
    // The first address is free, the second one is not.
    expect(() =>
      opened({ requestsPerMinute: 100, addresses: ["https://free.test", DATA] }),
    ).toThrow();
    expect(one.requester.getHealth()).toMatchObject([{ clients: 1 }, { clients: 1 }]);
    expect(
      opened({ addresses: ["https://free.test"], requestsPerMinute: 7 }).requester.getHealth(),
    ).toMatchObject([{ clients: 1, limit: 7 }]);
  });

  test("are known by nothing that leads back to the key", () => {
    const { requester } = opened();
    const known = JSON.stringify([[...registered().keys()], requester.getHealth()]);
    expect(known).not.toContain(KEY_ID);
    expect(requester.getHealth().map(({ key }) => key)).toEqual([
      "paper.venue.test",
      "data.venue.test",
    ]);
  });
});
