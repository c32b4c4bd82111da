import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
/** Within node_modules, so that the compiled files find their dependencies. */
const CACHE = join(REPOSITORY, "node_modules/.cache");

/** How long a program may take before it is killed, in milliseconds. */
const PATIENCE_MS = 2_500;

/** How a program ended; without exit code when it had to be killed. */
export interface ProcessRun {
  readonly exitCode: number | undefined;
  readonly output: string;
  readonly elapsedMs: number;
}

/** Runs a program that finds `HttpSession` in scope, in a fresh process. */
export async function runInOwnProcess(program: string): Promise<ProcessRun> {
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, "http-own-process-"));
  try {
    await compile(["core", "resilience", "http"], folder);
    const session = pathToFileURL(join(folder, "http/http-session.js")).href;
    return await run(`import { HttpSession } from "${session}";\n${program}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(source: string): Promise<ProcessRun> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const impatience = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  const [exitCode] = await once(child, "close");
  clearTimeout(impatience);
  return { exitCode: exitCode ?? undefined, output, elapsedMs: performance.now() - startedMs };
}

/** Removes the types from whole source folders; checking them is the compiler's own run. */
async function compile(sources: readonly string[], target: string): Promise<void> {
  await writeFile(join(target, "package.json"), '{"type":"module"}');
  for (const source of sources) {
    const folder = join(REPOSITORY, "src", source);
    await mkdir(join(target, source));
    for (const name of await readdir(folder)) {
      if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
      const { outputText } = ts.transpileModule(await readFile(join(folder, name), "utf8"), {
        compilerOptions: {
          target: ts.ScriptTarget.ES2022,
          module: ts.ModuleKind.ESNext,
          rewriteRelativeImportExtensions: true,
          verbatimModuleSyntax: true,
        },
      });
      await writeFile(join(target, source, name.replace(/\.ts$/, ".js")), outputText);
    }
  }
}
