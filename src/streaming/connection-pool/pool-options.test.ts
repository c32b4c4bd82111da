import { describe, expect, test } from "vitest";
import { FakeMarketVenue } from "../../../test/support/fake-market-venue.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { type ConnectionPoolOptions, resolvePoolOptions } from "./pool-options.ts";

function optionsWith(
  credentials: number,
  connectionsPerCredential: number,
  options: Partial<ConnectionPoolOptions> = {},
): ConnectionPoolOptions {
  const { open } = new FakeMarketVenue(new ManualClock());
  return { open, capabilities: { credentials, connectionsPerCredential }, ...options };
}

function faultsOf(options: ConnectionPoolOptions): readonly string[] {
  try {
    resolvePoolOptions(options);
    return [];
  } catch (thrown) {
    return (thrown as { faults: readonly string[] }).faults;
  }
}

describe("the options of a pool", () => {
  test("refuse more connections than the venue allows, and say what would do", () => {
    expect(faultsOf(optionsWith(1, 1))).toEqual([
      "poolSize 3 is more than the venue allows: 1 credentials with 1 connections each are 1; " +
        "give 3 credentials, or lower poolSize",
    ]);
    expect(faultsOf(optionsWith(3, 1))).toEqual([]);
  });

  test("rotate only where the venue allows one connection beside the pool's", () => {
    expect(resolvePoolOptions(optionsWith(3, 1)).rotateAfterMs).toBe(Number.POSITIVE_INFINITY);
    expect(resolvePoolOptions(optionsWith(4, 1)).rotateAfterMs).toBe(3_600_000);
    expect(resolvePoolOptions(optionsWith(2, 2)).rotateAfterMs).toBe(3_600_000);
  });

  test("refuse a rotation that was asked for without a spare connection, with the arithmetic", () => {
    expect(faultsOf(optionsWith(3, 1, { rotateAfterMs: 1_000 }))).toEqual([
      "rotateAfterMs needs one connection more than poolSize: 3 and 1 are 4, and 3 credentials " +
        "with 1 connections each are 3; give another credential, lower poolSize, or leave " +
        "rotateAfterMs out",
    ]);
  });

  test("tell everything that is wrong at once", () => {
    const faults = faultsOf(
      optionsWith(0, 1, { poolSize: 0, healthCheckMs: Number.NaN, overlapMs: -1 }),
    );
    expect(faults).toHaveLength(4);
  });
});
