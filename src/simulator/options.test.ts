import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { resolveOptions } from "./options.ts";
import { SIMULATOR_PLAN_DEFAULTS } from "./plan.ts";

/** Every documented default of an interface, by its field. */
function documentedDefaults(file: string, name: string): Map<string, string> {
  const source = readFileSync(new URL(file, import.meta.url), "utf8");
  const body = source.split(`export interface ${name} {`)[1]?.split("\n}")[0] ?? "";
  const fields = body.matchAll(/@defaultValue ([^\n*]+?)\s*(?:\*\/|\n)[\s\S]*?readonly (\w+)\?/g);
  return new Map([...fields].map(([, value = "", field = ""]) => [field, value.trim()]));
}

describe("the documented defaults are the real ones", () => {
  test("of the plan", () => {
    const documented = documentedDefaults("./plan.ts", "SimulatorPlan");
    expect([...documented.keys()].sort()).toEqual(Object.keys(SIMULATOR_PLAN_DEFAULTS).sort());
    for (const [field, value] of Object.entries(SIMULATOR_PLAN_DEFAULTS)) {
      if (field === "feeds") expect(documented.get(field)).toBe("every feed");
      else expect(documented.get(field)?.replaceAll("_", "")).toBe(String(value));
    }
  });

  test("of the options", () => {
    const resolved = resolveOptions({}) as unknown as Record<string, unknown>;
    const documented = documentedDefaults("./options.ts", "SimulatorOptions");
    expect([...documented.keys()]).toContain("ratePerSymbol");
    for (const [field, value] of documented) {
      const real = resolved[field];
      const shown =
        real instanceof Set
          ? JSON.stringify([...real]).replaceAll(",", ", ")
          : JSON.stringify(real);
      expect(value.replaceAll("`", "").replace(/^open$/, '"open"'), field).toBe(shown);
    }
  });
});

test("a start time is read from text or milliseconds", () => {
  const { startTime } = resolveOptions({ startTime: "2026-03-10T14:30:00.000000001Z" });
  expect(startTime).toMatchObject({ seconds: 1_773_153_000, nanos: 1 });
  expect(resolveOptions({ startTime: 1_773_153_000_250 }).startTime).toMatchObject({
    nanos: 250_000_000,
  });
});
