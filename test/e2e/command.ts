import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** The built command line. */
export const HOLDFAST: readonly string[] = [process.execPath, "dist/cli/main.js"];
/** What `npm start` runs. */
export const NPM_START: readonly string[] = [process.execPath, "scripts/start.mjs"];

/** How a program ended and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with the match as soon as standard output and error together have one. */
  untilSaid(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Starts a program with an environment that has no keys in it; it is killed with the test. */
export function start(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Running {
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...withoutKeys(process.env), NO_COLOR: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let stdout = "";
  let stderr = "";
  const listeners = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    for (const listener of listeners) listener();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    for (const listener of listeners) listener();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
  const untilSaid = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(stdout) ?? pattern.exec(stderr);
        if (!match) return;
        listeners.delete(look);
        resolve(match);
      };
      listeners.add(look);
      look();
      void ended.then(() => reject(new Error(`ended without ${pattern}: ${stdout}${stderr}`)));
    });
  return { child, ended, untilSaid };
}

/** Runs a program to its end. */
export function run(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return start(command, environment).ended;
}

/** Runs `holdfast` to its end. */
export function holdfast(...args: readonly string[]): Promise<Ended> {
  return run([...HOLDFAST, ...args]);
}

/** An NDJSON line. */
export type JsonLine = Readonly<Record<string, unknown>> & { readonly type: string };

/** Every line of NDJSON; throws at the first that is none. */
export function jsonLines(stdout: string): readonly JsonLine[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as JsonLine);
}

/** What a stack trace looks like. */
export const STACK: RegExp = /^\s+at .+:\d+:\d+/m;

function withoutKeys(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(ALPACA|APCA|HOLDFAST)_/.test(name)),
  );
}
