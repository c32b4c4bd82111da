import { describe, expect, test } from "vitest";
import { ConfigError } from "./errors.ts";
import { Faults } from "./faults.ts";

function faultsOf(find: (faults: Faults) => void): readonly string[] {
  const faults = new Faults();
  find(faults);
  return faults.toError().faults;
}

describe("Faults", () => {
  test("everything that is wrong is told in one error", () => {
    const faults = new Faults();
    faults.add("one");
    faults.require(false, "two");
    faults.require(true, "not this");
    faults.number("three", Number.NaN);
    let thrown: unknown;
    try {
      faults.throwIfAny();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigError);
    expect((thrown as ConfigError).faults).toEqual([
      "one",
      "two",
      "three must be a number of at least 0, not NaN",
    ]);
    expect((thrown as ConfigError).message).toContain("one; two; three");
  });

  test("nothing wrong throws nothing", () => {
    const faults = new Faults();
    faults.number("n", 1);
    faults.integer("i", 0);
    faults.oneOf("o", "a", ["a"]);
    faults.url("u", "wss://host/path", ["wss:"]);
    expect(() => faults.throwIfAny()).not.toThrow();
  });

  test.each<[string, unknown]>([
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["negative infinity", Number.NEGATIVE_INFINITY],
    ["negative", -1],
    ["text", "5"],
    ["nothing", undefined],
    ["null", null],
    ["a bigint", 5n],
    ["an object", {}],
  ])("a number that is %s is a fault", (_name, value) => {
    expect(faultsOf((faults) => faults.number("n", value))).toHaveLength(1);
    expect(faultsOf((faults) => faults.integer("n", value))).toHaveLength(1);
  });

  test("only where it may be unlimited is Infinity a number", () => {
    const unlimited = true;
    expect(faultsOf((f) => f.number("n", Number.POSITIVE_INFINITY, { unlimited }))).toEqual([]);
    expect(faultsOf((f) => f.number("n", Number.NEGATIVE_INFINITY, { unlimited }))).toEqual([
      "n must be a number of at least 0 or Infinity, not -Infinity",
    ]);
    expect(faultsOf((f) => f.number("n", Number.NaN, { unlimited }))).toHaveLength(1);
  });

  test("bounds belong to the range", () => {
    const range = { min: 1, max: 3 };
    expect(faultsOf((f) => f.number("n", 1, range))).toEqual([]);
    expect(faultsOf((f) => f.number("n", 3, range))).toEqual([]);
    expect(faultsOf((f) => f.number("n", 0.999, range))).toEqual([
      "n must be a number from 1 to 3, not 0.999",
    ]);
    expect(faultsOf((f) => f.number("n", 3.001, range))).toHaveLength(1);
  });

  test("a fraction is no integer, and one fault is enough", () => {
    expect(faultsOf((f) => f.integer("n", 1.5))).toEqual(["n must be whole, not 1.5"]);
    expect(faultsOf((f) => f.integer("n", -1.5))).toHaveLength(1);
  });

  test.each<[string, unknown, string]>([
    ["text", "c", '"c"'],
    ["nothing", undefined, "undefined"],
    ["a number", 1, "1"],
    ["a bigint", 1n, "1n"],
    ["a function", () => {}, "[Function"],
  ])("a choice that is %s names what is allowed", (_name, value, shown) => {
    const [fault] = faultsOf((f) => f.oneOf("o", value, ["a", "b"]));
    expect(fault).toContain(`o must be one of a, b, not ${shown}`);
  });

  test("what refers to itself is a fault like any other", () => {
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    expect(faultsOf((f) => f.oneOf("o", circle, ["a"]))).toHaveLength(1);
    expect(faultsOf((f) => f.url("u", circle, ["wss:"]))).toHaveLength(1);
  });

  test.each(["", "host", "ftp://host", "wss//host", 5, undefined, null, 5n])(
    "%s is no address of a socket",
    (value) => {
      const [fault] = faultsOf((f) => f.url("u", value, ["ws:", "wss:"]));
      expect(fault).toContain("u must be a URL beginning with ws:// or wss://");
    },
  );

  test("gather takes over the faults of what it tries to make", () => {
    const faults = new Faults();
    faults.add("mine");
    const made = faults.gather(() => {
      throw new ConfigError(["yours", "also yours"]);
    });
    expect(made).toBeUndefined();
    expect(faults.toError().faults).toEqual(["mine", "yours", "also yours"]);
  });

  test("gather gives what was made, and lets every other error through", () => {
    const faults = new Faults();
    expect(faults.gather(() => 5)).toBe(5);
    const bug = new TypeError("a bug");
    expect(() =>
      faults.gather(() => {
        throw bug;
      }),
    ).toThrow(bug);
  });
});
