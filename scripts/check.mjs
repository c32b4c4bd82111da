// npm run check: everything that is not a test, to the end even when something fails.
import { npm, run } from "./project.mjs";
import { setUp } from "./setup.mjs";

/** @param {string} script */
const script = (script) => [...npm(), "run", "--silent", script];

/** @type {[string, string[]][]} */
const CHECKS = [
  ["typecheck", script("typecheck")],
  ["lint", script("lint")],
  ["layers", script("layers")],
  ["knip", script("knip")],
  ["api", script("api")],
  ["docs", script("docs")],
  ["pack:check", script("pack:check")],
  ["lock file", [...npm(), "ci", "--dry-run", "--no-audit", "--no-fund"]],
  ["words", [process.execPath, "scripts/words.mjs"]],
];

await setUp();
const env = { ...process.env, NO_COLOR: "1" };
/** @param {number} sinceMs */
const seconds = (sinceMs) => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

const started = performance.now();
const failed = CHECKS.filter(([name, command]) => {
  const began = performance.now();
  const { ok, output } = run(command, { output: "capture", env });
  console.log(`${ok ? "ok  " : "FAIL"} ${name.padEnd(12)} ${seconds(began).padStart(7)}`);
  if (!ok) console.log(output.trimEnd().replaceAll(/^/gm, "     "));
  return !ok;
}).map(([name]) => name);

const verdict = failed.length === 0 ? "all passed" : `failed: ${failed.join(", ")}`;
console.log(`${CHECKS.length} checks in ${seconds(started)}, ${verdict}`);
process.exitCode = failed.length > 0 ? 1 : 0;
