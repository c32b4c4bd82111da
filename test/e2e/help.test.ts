import { expect, test } from "vitest";
import { holdfast } from "./command.ts";

test.each([[], ["--help"], ["help"]])("holdfast %s teaches what there is", async (...args) => {
  const { code, stdout, stderr } = await holdfast(...args);
  expect(code).toBe(0);
  expect(stdout).toMatch(/watch .*symbols/);
  expect(stdout).toMatch(/\n {2}sim /);
  expect(stderr).toBe("");
});

test.each(["watch", "sim"])(
  "holdfast %s --help ends with examples and the faults",
  async (command) => {
    const { code, stdout } = await holdfast(command, "--help");
    expect(code).toBe(0);
    expect(stdout).toContain(`\n  holdfast ${command} `);
    expect(stdout).toMatch(/\nExamples:\n/);
    expect(stdout).toMatch(/\n {2}half-open /);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  },
);

test("--version is the package's", async () => {
  const { default: manifest } = await import("../../package.json", { with: { type: "json" } });
  const { code, stdout } = await holdfast("--version");
  expect(code).toBe(0);
  expect(stdout).toBe(`${manifest.version}\n`);
});
