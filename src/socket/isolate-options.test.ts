import { describe, expect, test } from "vitest";
import { Faults } from "../core/faults.ts";
import { type ConnectionOptions, resolveConnectionOptions } from "./live-socket-options.ts";

function resolved(options: ConnectionOptions) {
  const faults = new Faults();
  const { isolate } = resolveConnectionOptions(options, faults);
  return { isolate, faults: faults.toError().faults };
}

describe("the option isolate", () => {
  test("is off unless asked for, and has a ring of 128 MiB unless told otherwise", () => {
    expect(resolved({})).toEqual({ isolate: false, faults: [] });
    expect(resolved({ isolate: false })).toEqual({ isolate: false, faults: [] });
    const ringBytes = 2 ** 27;
    expect(resolved({ isolate: true })).toEqual({ isolate: { ringBytes }, faults: [] });
    expect(resolved({ isolate: {} })).toEqual({ isolate: { ringBytes }, faults: [] });
    expect(resolved({ isolate: { ringBytes: 100_000_000 } })).toEqual({
      isolate: { ringBytes: 100_000_000 },
      faults: [],
    });
  });

  test("is refused when it is neither a switch nor options", () => {
    for (const isolate of ["yes", 1, null]) {
      expect(resolved({ isolate: isolate as never }).faults).toEqual([
        expect.stringContaining("isolate must be true, false or its options, not"),
      ]);
    }
  });

  test("is refused with a ring that the largest frame would not fit, or that is no size at all", () => {
    const sizes = [0, -1, 1.5e8 + 0.5, Number.NaN, 2 ** 30 + 1, "64MB" as never];
    for (const ringBytes of [...sizes, 64 * 2 ** 20]) {
      expect(resolved({ isolate: { ringBytes } }).faults).toEqual([
        expect.stringContaining("isolate.ringBytes must be"),
      ]);
    }
    const maxFrameBytes = 16 * 2 ** 20;
    expect(resolved({ maxFrameBytes, isolate: { ringBytes: maxFrameBytes + 8 } }).faults).toEqual(
      [],
    );
  });
});
