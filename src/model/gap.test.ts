import { describe, expect, test } from "vitest";
import { Gap, type GapFields } from "./gap.ts";

const fields: GapFields = {
  status: "lost",
  channel: "trades",
  ranges: new Map([
    ["AAPL", { from: { seconds: 10, nanos: 5 }, to: { seconds: 20, nanos: 1 } }],
    ["MSFT", { from: { seconds: 10, nanos: 4 }, to: { seconds: 19, nanos: 999_999_999 } }],
  ]),
  cause: "disconnect",
  reason: "deadline",
};

describe("Gap", () => {
  test("spans the ranges of all its symbols, exact to the nanosecond", () => {
    const gap = new Gap(fields);
    expect(gap.fromNs).toBe(10_000_000_004n);
    expect(gap.toNs).toBe(20_000_000_001n);
    expect(gap.symbols).toEqual(["AAPL", "MSFT"]);
    expect(gap.recovered).toBe(0);
  });

  test("becomes plain JSON, with times as text", () => {
    expect(JSON.parse(JSON.stringify(new Gap(fields)))).toEqual({
      type: "gap",
      status: "lost",
      channel: "trades",
      cause: "disconnect",
      reason: "deadline",
      recovered: 0,
      ranges: {
        AAPL: { from: "1970-01-01T00:00:10.000000005Z", to: "1970-01-01T00:00:20.000000001Z" },
        MSFT: { from: "1970-01-01T00:00:10.000000004Z", to: "1970-01-01T00:00:19.999999999Z" },
      },
    });
  });

  test("says in JSON what was dropped where that is known, and no reason where there is none", () => {
    const repaired = new Gap({ ...fields, status: "repaired", reason: undefined, recovered: 7 });
    expect(repaired.toJSON()).toMatchObject({ status: "repaired", recovered: 7 });
    expect(repaired.toJSON()).not.toHaveProperty("reason");
    expect(repaired.toJSON()).not.toHaveProperty("dropped");
    expect(new Gap({ ...fields, dropped: 3 }).toJSON()).toMatchObject({ dropped: 3 });
  });
});
