// npm run pack:check: what would be published, looked at as a stranger gets it: packed, linted,
// installed into an empty project, every entry point imported and compiled against, the program run.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ENTRY_POINTS, inRoot, npm, readJson, run, tool } from "./project.mjs";
import { setUp } from "./setup.mjs";

/** A strict consumer that looks into our declarations, and has nothing of ours but what came with the package. */
const CONSUMER_SETTINGS = {
  compilerOptions: {
    target: "ES2022",
    lib: ["ES2023", "ESNext.Disposable"],
    module: "NodeNext",
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  },
  files: ["consumer.ts"],
};

await setUp();
const manifest = readJson(inRoot("package.json"));
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "holdfast pack-")));
try {
  const faults = inspect();
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @returns {string[]} */
function inspect() {
  const packed = step("npm pack", [...npm(), "pack", "--silent", "--pack-destination", folder]);
  if (packed.length > 0) return packed;
  const tarball = path.join(
    folder,
    readdirSync(folder).find((file) => file.endsWith(".tgz")) ?? "",
  );
  const faults = [
    ...step("publint", [...tool("publint"), "run", tarball, "--strict"]),
    ...step("attw", [...tool("@arethetypeswrong/cli", "attw"), tarball, "--profile", "esm-only"]),
  ];
  const project = path.join(folder, "project");
  const installed = install(tarball, project);
  return [...faults, ...installed, ...(installed.length > 0 ? [] : useIt(project))];
}

/** @param {string} tarball @param {string} project */
function install(tarball, project) {
  mkdirSync(project);
  writeFileSync(path.join(project, "package.json"), '{"private":true,"type":"module"}');
  const flags = [
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
    "--loglevel=error",
  ];
  return step("npm install", [...npm(), "install", ...flags, tarball], project);
}

/** @param {string} project */
function useIt(project) {
  const names = ENTRY_POINTS.map(({ subpath }) => path.posix.join(manifest.name, subpath));
  const imports = names.map((name, index) => `import * as entry${index} from "${name}";`);
  const uses = names.map(
    (name, index) =>
      `if (Object.keys(entry${index}).length === 0) throw new Error("${name} exports nothing");`,
  );
  const consumer = [...imports, ...uses, ""].join("\n");
  writeFileSync(path.join(project, "consumer.mjs"), consumer);
  writeFileSync(path.join(project, "consumer.ts"), consumer);
  writeFileSync(path.join(project, "tsconfig.json"), JSON.stringify(CONSUMER_SETTINGS));
  linkNodeTypes(project);
  const program = path.join(project, "node_modules", ".bin", Object.keys(manifest.bin)[0] ?? "");
  const version = run([program, "--version"], { cwd: project, output: "capture" });
  const said = version.output.trim();
  return [
    ...step("import", [process.execPath, "consumer.mjs"], project),
    ...step(
      "require",
      [
        process.execPath,
        "--no-warnings",
        "-e",
        `for (const name of ${JSON.stringify(names)}) require(name)`,
      ],
      project,
    ),
    ...step("compile", [...tool("typescript", "tsc"), "-p", "."], project),
    ...(version.ok && said === manifest.version
      ? []
      : [`--version says ${JSON.stringify(said)}, not ${manifest.version}`]),
    ...strangersIn(path.join(project, "node_modules", manifest.name)),
  ];
}

/** The types of Node itself are the consumer's to bring. @param {string} project */
function linkNodeTypes(project) {
  const types = path.join(project, "node_modules", "@types");
  mkdirSync(types, { recursive: true });
  if (existsSync(path.join(types, "node"))) return;
  symlinkSync(inRoot("node_modules", "@types", "node"), path.join(types, "node"), "junction");
}

/** Tests and build records stay at home. @param {string} installed */
function strangersIn(installed) {
  return readdirSync(installed, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.test\.|(^|[\\/])\.[^\\/]+$/.test(file))
    .map((file) => `the package contains ${file}`);
}

/**
 * @param {string} name @param {string[]} command @param {string} [cwd]
 * @returns {string[]} what is wrong
 */
function step(name, command, cwd) {
  const started = performance.now();
  const { ok, output } = run(command, { output: "capture", ...(cwd ? { cwd } : {}) });
  console.log(`${ok ? "ok  " : "FAIL"} ${name} (${Math.round(performance.now() - started)} ms)`);
  return ok ? [] : [`${name} failed:\n${output.trim()}`];
}
