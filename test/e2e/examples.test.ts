import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { run, STACK } from "./command.ts";

const LOADER = "./scripts/typescript-loader.mjs";
const examples = readdirSync(new URL("../../examples/", import.meta.url)).filter((name) =>
  name.endsWith(".ts"),
);

test("there are examples", () => {
  expect(examples.length).toBeGreaterThanOrEqual(5);
});

test.each(examples)("examples/%s runs against a simulated market", async (name) => {
  const { code, stdout, stderr } = await run(
    [process.execPath, "--import", LOADER, `examples/${name}`],
    { HOLDFAST_EXAMPLE_MS: "2500" },
  );
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout.trim().split("\n").length).toBeGreaterThan(3);
  expect(stdout).not.toMatch(/undefined|NaN|\[object/);
  expect(stdout).not.toMatch(STACK);
});
