// Where the checkout is, and how its scripts run other programs.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the checkout. */
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/** An absolute path inside the checkout. @param {...string} parts */
export const inRoot = (...parts) => path.join(root, ...parts);

/** @param {string} file */
export const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));

/** The public subpaths, with the source that each is built from. */
export const ENTRY_POINTS = [
  { subpath: ".", name: "index", source: "src/index.ts" },
  { subpath: "./metrics", name: "metrics", source: "src/hub/metrics.ts" },
  { subpath: "./simulator", name: "simulator", source: "src/simulator/index.ts" },
  { subpath: "./testing", name: "testing", source: "src/testing/index.ts" },
];

/** The built twin of a source file. @param {string} source @param {string} extension */
export const builtFrom = (source, extension) =>
  source.replace(/^src\//, "dist/").replace(/\.ts$/, extension);

/**
 * The command line of an installed development tool. Called by its file, never through npx, which
 * would fetch some other package of the same name when ours is missing.
 * @param {string} packageName
 * @param {string} [binName]
 */
export function tool(packageName, binName = packageName.replace(/^@[^/]+\//, "")) {
  const folder = inRoot("node_modules", packageName);
  const { bin } = readJson(path.join(folder, "package.json"));
  return [process.execPath, path.join(folder, typeof bin === "string" ? bin : bin[binName])];
}

/** The command line of the npm that runs us, or of the one on the PATH. */
export function npm() {
  const running = process.env["npm_execpath"];
  if (running && /^npm(-cli)?\.c?js$/.test(path.basename(running))) {
    return [process.execPath, running];
  }
  return [process.platform === "win32" ? "npm.cmd" : "npm"];
}

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] where it runs; the checkout by default
 * @property {NodeJS.ProcessEnv} [env]
 * @property {"inherit" | "capture" | "to-stderr"} [output] where both its outputs go
 * @property {number} [timeoutMs] when to end it
 */

/**
 * Runs a program to its end. Nothing is read from our standard input, which may be closed.
 * @param {readonly string[]} command
 * @param {RunOptions} [options]
 * @returns {{ ok: boolean, status: number, output: string, missing: boolean, timedOut: boolean }}
 */
export function run(
  command,
  { cwd = root, env = process.env, output = "inherit", timeoutMs } = {},
) {
  const [program = "", ...args] = command;
  const stdio = { inherit: [1, 2], capture: ["pipe", "pipe"], "to-stderr": [2, 2] }[output];
  const done = spawnSync(program, args, {
    cwd,
    env,
    stdio: /** @type {import("node:child_process").StdioOptions} */ (["ignore", ...stdio]),
    encoding: "utf8",
    timeout: timeoutMs,
    maxBuffer: 64 * 1024 * 1024,
    shell: program.endsWith(".cmd"),
  });
  const status = done.status ?? 1;
  const failure = /** @type {NodeJS.ErrnoException | undefined} */ (done.error)?.code;
  return {
    ok: status === 0 && !done.error,
    status,
    output: `${done.stdout ?? ""}${done.stderr ?? ""}`,
    missing: failure === "ENOENT",
    timedOut: failure === "ETIMEDOUT",
  };
}
