import { expect, test } from "vitest";
import { ConfigError } from "../core/errors.ts";
import { AlpacaClient } from "./alpaca-client.ts";
import { AlpacaConnectionPool } from "./alpaca-connection-pool.ts";

const pair = (keyId: string) => ({ keyId, secretKey: "not-a-real-secret" });

function faultsOf(make: () => unknown): readonly string[] {
  try {
    make();
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.faults;
    throw thrown;
  }
  return [];
}

test("everything wrong with a pool is told at once, and nothing of it stays", async () => {
  const faults = faultsOf(
    () =>
      new AlpacaConnectionPool({
        credentials: [pair("PK-REFUSED"), pair("")],
        poolSize: 5,
        feed: "nowhere" as never,
        requestsPerMinute: 100,
      }),
  );
  expect(faults).toHaveLength(3);
  expect(faults.join("; ")).toMatch(/poolSize.*; feed.*; .*keyId/);
  // The account's budget was not taken: another may be asked for.
  const client = new AlpacaClient({ credentials: pair("PK-REFUSED"), requestsPerMinute: 300 });
  await client.close();
});

test("without a key pair there is no pool", () => {
  expect(faultsOf(() => new AlpacaConnectionPool({ credentials: [] }))).toEqual([
    "credentials must be a list of at least one key pair",
  ]);
});
