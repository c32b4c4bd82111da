// npm run lint: Biome over the checkout. First its home-made rules are proven on made-up offences,
// since a rule that matches nothing any more (another version, another spelling) is silent as well.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inRoot, run, tool } from "./project.mjs";

/** Ways to time, chance and the environment that do not lead through their seams. */
const OFFENCES = [
  'import { randomUUID } from "node:crypto";',
  'import { performance as stopwatch } from "node:perf_hooks";',
  'import { setTimeout as wait } from "node:timers/promises";',
  "export const a = Date.now();",
  "export const b = new Date();",
  "export const c = performance.now();",
  "export const d = process.hrtime.bigint();",
  "export const e = Math.random();",
  "export const f = crypto.randomUUID();",
  "export const g = AbortSignal.timeout(5);",
  "setTimeout(() => {}, 5);",
  "setInterval(() => {}, 5);",
  "setImmediate(() => {});",
  "globalThis.setTimeout(() => {}, 5);",
  'export const h = process.env["HOME"];',
  'console.log("from the library");',
];

const biome = tool("@biomejs/biome");
const missed = proveRules();
for (const offence of missed) console.error(`the linter accepts: ${offence}`);
const { status } = run([...biome, "check", "--error-on-warnings", ...process.argv.slice(2), "."]);
process.exitCode = missed.length > 0 ? 1 : status;

/** @returns {string[]} the offences that were not found */
function proveRules() {
  const folder = mkdtempSync(path.join(tmpdir(), "holdfast-lint-"));
  try {
    const settings = JSON.parse(readFileSync(inRoot("biome.json"), "utf8"));
    writeFileSync(
      path.join(folder, "biome.json"),
      JSON.stringify({ ...settings, $schema: undefined }),
    );
    cpSync(inRoot("tools"), path.join(folder, "tools"), { recursive: true });
    mkdirSync(path.join(folder, "src", "core"), { recursive: true });
    writeFileSync(path.join(folder, "src", "core", "specimen.ts"), OFFENCES.join("\n"));
    const lint = [...biome, "lint", "--max-diagnostics=none", "--colors=off", "src"];
    const { output } = run(lint, { cwd: folder, output: "capture" });
    return OFFENCES.filter((_, index) => !output.includes(`specimen.ts:${index + 1}:`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
