// Makes a checkout runnable: dependencies as the lock file says, dist as the sources say. Costs a few
// milliseconds when nothing is missing. Whatever it has to say goes to standard error.
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { builtFrom, inRoot, npm, readJson, root, run, tool } from "./project.mjs";

const STAMP = inRoot("dist", ".stamp");
const LOCK = inRoot(".cache", "setup.lock");

/** What the person at the keyboard can act on: printed as one line, without a stack. */
class SetupError extends Error {}

/**
 * Installs and builds what is missing or out of date; ends the process with one line when it cannot.
 * @param {{ build?: boolean, clean?: boolean }} [options] `clean` builds from nothing
 */
export async function setUp({ build = true, clean = false } = {}) {
  try {
    requireNode();
    const ready = () => isInstalled() && (!build || isBuilt());
    if (ready() && !clean) return;
    const release = takeLock();
    // A signal waits for the child at work: npm cleans up after itself when it is interrupted, and the
    // next set-up must not begin before it has.
    for (const signal of SIGNALS) process.on(signal, interrupted);
    try {
      if (!isInstalled()) install();
      if (build && (clean || !isBuilt())) compile(clean);
    } finally {
      release();
      await new Promise((resolve) => setTimeout(resolve, 5)); // a signal that waited is heard now
      for (const signal of SIGNALS) process.off(signal, interrupted);
    }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exit(1);
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const interrupted = () => process.exit(130);

/** @param {string} text */
const say = (text) => process.stderr.write(`holdfast set-up: ${text}\n`);

function requireNode() {
  const wanted = readJson(inRoot("package.json")).engines.node.replace(/[^\d.]/g, "");
  const [major = 0, minor = 0] = wanted.split(".").map(Number);
  const [haveMajor = 0, haveMinor = 0] = process.versions.node.split(".").map(Number);
  if (haveMajor < major || (haveMajor === major && haveMinor < minor)) {
    throw new SetupError(`Node ${wanted} or newer is needed, this is ${process.versions.node}`);
  }
}

/**
 * Whether node_modules is what package-lock.json asks for. npm writes its own record of a finished
 * installation, and removes it first when it starts one, so a broken-off one is never taken for whole.
 */
function isInstalled() {
  const record = inRoot("node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const have = readJson(record).packages;
  const want = readJson(inRoot("package-lock.json")).packages;
  return Object.keys(want).every((name) => {
    if (name === "") return true;
    if (!have[name]) return want[name].optional === true;
    return (
      have[name].version === want[name].version && have[name].integrity === want[name].integrity
    );
  });
}

function install() {
  say("installing dependencies (npm ci)");
  // Flags, because settings of the surrounding npm run (--silent, a production omit) reach us as variables.
  const flags = ["--include=dev", "--loglevel=error", "--no-audit", "--no-fund", "--no-progress"];
  const { ok, missing } = run([...npm(), "ci", ...flags], { output: "to-stderr" });
  if (missing)
    throw new SetupError("npm was not found; it comes with Node, and must be on the PATH");
  if (!ok) throw new SetupError("npm ci failed; its reason is above");
}

/** Beside the sources, what decides about the outcome of a build. */
const BUILD_SETTINGS = ["tsconfig.json", "tsconfig.build.json", "package-lock.json"];

/** Paths below src that are compiled, in a stable order. */
function sources() {
  return readdirSync(inRoot("src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => path.join("src", file))
    .sort();
}

/** Changes with every input of the build: a source added, removed or edited, the settings, the compiler. */
function buildSignature() {
  const hash = createHash("sha256");
  for (const file of [...sources(), ...BUILD_SETTINGS]) {
    const { size, mtimeMs } = statSync(inRoot(file));
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

const isBuilt = () => existsSync(STAMP) && readFileSync(STAMP, "utf8") === buildSignature();

/** @param {boolean} clean */
function compile(clean) {
  say("building (tsc)");
  if (clean) rmSync(inRoot("dist"), { recursive: true, force: true });
  // Taken first: a source that changes while tsc runs leaves a stamp that no longer fits.
  const signature = buildSignature();
  rmSync(STAMP, { force: true });
  const tsc = [...tool("typescript", "tsc"), "-p", "tsconfig.build.json", "--pretty", "false"];
  if (!run(tsc, { output: "to-stderr" }).ok)
    throw new SetupError("the build failed; its reason is above");
  removeOrphans();
  const cli = inRoot("dist", "cli", "main.js");
  if (existsSync(cli)) chmodSync(cli, 0o755);
  writeFileSync(STAMP, signature);
}

/** Outputs whose source is gone would otherwise be imported, and published, for ever. */
function removeOrphans() {
  const expected = new Set(
    sources().flatMap((file) =>
      [".js", ".js.map", ".d.ts", ".d.ts.map"].map((to) =>
        builtFrom(file.replaceAll("\\", "/"), to),
      ),
    ),
  );
  for (const entry of readdirSync(inRoot("dist"), { recursive: true, withFileTypes: true })) {
    const file = path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll("\\", "/");
    if (entry.isFile() && /\.(js|d\.ts)(\.map)?$/.test(file) && !expected.has(file))
      rmSync(inRoot(file));
  }
}

/** How long a run waits for another one's set-up, which may be downloading. */
const LOCK_WAIT_MS = 15 * 60_000;
/** A lock without a process id is one that is just being written, unless it is this old. */
const LOCK_UNSIGNED_MS = 5_000;

/** One set-up at a time in a checkout; whoever comes second waits, then finds the work done. */
function takeLock() {
  mkdirSync(path.dirname(LOCK), { recursive: true });
  const giveUpMs = Date.now() + LOCK_WAIT_MS;
  for (let waited = false; ; waited = true) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: "wx" });
      return () => rmSync(LOCK, { force: true });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
    }
    if (isAbandoned(LOCK)) {
      rmSync(LOCK, { force: true });
      continue;
    }
    if (!waited) say("waiting for another set-up of this checkout");
    if (Date.now() > giveUpMs)
      throw new SetupError(
        `another set-up holds ${path.relative(root, LOCK)}; remove it if none is running`,
      );
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
}

/** @param {string} lock */
function isAbandoned(lock) {
  try {
    const owner = Number(readFileSync(lock, "utf8"));
    if (!owner) return Date.now() - statSync(lock).mtimeMs > LOCK_UNSIGNED_MS;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    // ESRCH: its process is gone. ENOENT: it was given back meanwhile, so trying again is right too.
    return ["ESRCH", "ENOENT"].includes(/** @type {NodeJS.ErrnoException} */ (error).code ?? "");
  }
}
