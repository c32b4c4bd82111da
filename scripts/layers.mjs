// npm run layers: holds the sources against the floors. A checker that looks at nothing reports no
// violations either, so this one counts what it saw, and first proves its rules on made-up offences.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cruise } from "dependency-cruiser";
import extractTsConfig from "dependency-cruiser/config-utl/extract-ts-config";
import config, { BESIDE_THE_FLOORS, floors, reachableFrom } from "../dependency-cruiser.config.mjs";
import { inRoot, root } from "./project.mjs";

/** @param {string} baseDir */
async function inspect(baseDir) {
  const folders = ["src", "examples"].filter((name) => existsSync(path.join(baseDir, name)));
  const ruleSet = /** @type {any} */ ({ forbidden: config.forbidden });
  const options = { ...config.options, baseDir, ruleSet, validate: true };
  const { output } = await cruise(folders, options, undefined, {
    tsConfig: extractTsConfig(inRoot("tsconfig.json")),
  });
  return /** @type {import("dependency-cruiser").ICruiseResult} */ (output);
}

/**
 * One offence against every rule, and for every two folders an import from the one to the other.
 * @returns {{ file: string, imports: string, rule: string, forbidden: boolean }[]}
 */
function specimens() {
  const offences = [
    ["ports-are-shapes", "src/ports/a.ts", "../resilience/target.ts"],
    ["venues-are-islands", "src/venues/alpaca/a.ts", "../bybit/target.ts"],
    ["simulator-sees-wire-types-only", "src/simulator/a.ts", "../venues/bybit/target.ts"],
    ["simulator-is-started-by-programs", "src/hub/a.ts", "../simulator/target.ts"],
    ["network-has-four-doors", "src/cli/a.ts", "ws"],
    ["testing-stays-out", "src/model/a.ts", "../testing/target.ts"],
    ["barrel-is-for-users", "src/core/a.ts", "../index.ts"],
    ["main-entry-stays-light", "src/index.ts", "./hub/a.ts"],
    ["examples-are-users", "examples/a.ts", "../src/core/target.ts"],
    ["no-cycles", "src/core/b.ts", "./c.ts"],
    ["everything-resolves", "src/core/d.ts", "./absent.ts"],
  ].map(([rule = "", file = "", imports = ""]) => ({ rule, file, imports, forbidden: true }));
  const permitted = [
    ["simulator-sees-wire-types-only", "src/simulator/b.ts", "../venues/bybit/wire.ts"],
    ["network-has-four-doors", "src/http/b.ts", "ws"],
    ["testing-stays-out", "src/model/b.test.ts", "../testing/target.ts"],
    ["simulator-is-started-by-programs", "src/cli/b.ts", "../simulator/target.ts"],
  ].map(([rule = "", file = "", imports = ""]) => ({ rule, file, imports, forbidden: false }));
  const all = floors.flat();
  const pairs = all.flatMap((from) =>
    all.map((to) => ({
      rule: `floor:${from}`,
      file: `src/${from}/imports-${to}.ts`,
      imports: `../${to}/target.ts`,
      forbidden: !reachableFrom(from).includes(to),
    })),
  );
  return [...offences, ...permitted, ...pairs];
}

/** Every rule must find its offence and leave the permitted alone, for type-only imports at that. */
async function proveRules() {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "holdfast-layers-")));
  try {
    /** @param {string} file @param {string} text */
    const write = (file, text) => {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    };
    for (const name of [...floors.flat(), BESIDE_THE_FLOORS, "venues/bybit"]) {
      write(`src/${name}/target.ts`, "export type T = 1;\n");
    }
    write("src/core/c.ts", 'import type { U } from "./b.ts";\nexport type T = U;\n');
    write("src/venues/bybit/wire.ts", "export type T = 1;\n");
    write("node_modules/ws/package.json", '{"name":"ws","main":"index.js"}');
    write("node_modules/ws/index.js", "");
    const cases = specimens();
    for (const { file, imports } of cases) {
      write(file, `import type { T } from "${imports}";\nexport type U = T;\n`);
    }
    const { summary } = await inspect(folder);
    const found = new Set(summary.violations.map(({ from, rule }) => `${rule.name} ${from}`));
    const wrong = cases.filter(
      ({ rule, file, forbidden }) => found.has(`${rule} ${file}`) !== forbidden,
    );
    const unproven = config.forbidden.filter(
      ({ name }) => !cases.some(({ rule }) => rule === name),
    );
    return [
      ...wrong.map(
        ({ rule, file, imports, forbidden }) =>
          `rule ${rule} ${forbidden ? "misses" : "forbids"} ${file} -> ${imports}`,
      ),
      ...unproven.map(({ name }) => `rule ${name} has no specimen`),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder that is on no floor would be under no rule. */
function homeless() {
  const known = [...floors.flat(), BESIDE_THE_FLOORS];
  return readdirSync(inRoot("src"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !known.includes(entry.name))
    .map((entry) => `src/${entry.name}/ is on no floor`);
}

const faults = [...(await proveRules()), ...homeless()];
const { modules, summary } = await inspect(root);
const own = modules.filter(({ source }) => source.startsWith("src/")).length;
if (own === 0) faults.push("no module of src was seen");
for (const { from, to, rule } of summary.violations) {
  const { comment } = config.forbidden.find(({ name }) => name === rule.name) ?? {};
  faults.push(`${rule.name}: ${from} -> ${to}${comment ? ` (${comment})` : ""}`);
}
for (const fault of faults) console.error(fault);
console.log(
  `layers: ${own} modules, ${summary.totalDependenciesCruised} imports, ${config.forbidden.length} rules, ${faults.length} faults`,
);
process.exitCode = faults.length > 0 ? 1 : 0;
