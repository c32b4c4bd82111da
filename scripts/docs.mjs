// npm run docs: the reference (TypeDoc, every public name described), and the proof that the documents
// tell the truth: each `ts` block of the documents and of the @example comments compiles against what
// is built, the ones that bring their own venue also run, and every relative link leads somewhere.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Application, ReflectionKind, TSConfigReader, TypeDocReader } from "typedoc";
import ts from "typescript";
import { ENTRY_POINTS, inRoot, run } from "./project.mjs";
import { setUp } from "./setup.mjs";

const SNIPPETS = inRoot(".cache", "snippets");
/** A runnable block shows something and ends by itself. */
const RUN_LIMIT_MS = 30_000;

/** Methods whose meaning the language gives them, besides those under symbols. */
const LANGUAGE_METHODS = new Set(["toString", "toJSON", "next", "return"]);

await setUp();
const checks = [await reference(), links(), snippets()];
process.exitCode = checks.every(Boolean) ? 0 : 1;

/** Every public name is described, of options every field too; data and defaults may speak by their names. */
async function reference() {
  const entryPoints = ENTRY_POINTS.map(({ source }) => source);
  const readers = [new TypeDocReader(), new TSConfigReader()];
  const app = await Application.bootstrap({ entryPoints }, readers);
  const project = await app.convert();
  if (!project) return false;
  app.validate(project);
  const kinds =
    ReflectionKind.Variable |
    ReflectionKind.Function |
    ReflectionKind.ClassOrInterface |
    ReflectionKind.TypeAlias |
    ReflectionKind.Accessor |
    ReflectionKind.Method |
    ReflectionKind.Property;
  // What is inherited is found with its parent; one warning at its place is enough.
  const warnings = project.getReflectionsByKind(kinds).flatMap((reflection) => {
    const declaration = /** @type {import("typedoc").DeclarationReflection} */ (reflection);
    if (isDescribed(declaration)) return [];
    const [{ fileName = "", line = 0 } = {}] = declaration.sources ?? [];
    return [`${fileName}:${line} ${declaration.getFullName()} is not described`];
  });
  for (const warning of firstPerPlace(warnings)) app.logger.warn(warning);
  await app.generateOutputs(project);
  console.log(`reference: ${app.logger.warningCount + app.logger.errorCount} faults`);
  return !app.logger.hasWarnings() && !app.logger.hasErrors();
}

/** @param {import("typedoc").DeclarationReflection} declaration */
function isDescribed(declaration) {
  const { name, parent, kind } = declaration;
  if (kind === ReflectionKind.Property && !parent?.name.endsWith("Options")) return true;
  if (kind === ReflectionKind.Variable && name.endsWith("_DEFAULTS")) return true;
  if (name.startsWith("[") || LANGUAGE_METHODS.has(name)) return true;
  const signatures = [...(declaration.signatures ?? []), declaration.getSignature];
  return declaration.hasComment() || signatures.some((signature) => signature?.hasComment());
}

/** @param {string[]} warnings each beginning with its place */
function firstPerPlace(warnings) {
  /** @type {Map<string, string>} */
  const byPlace = new Map();
  for (const warning of warnings) {
    const [place = ""] = warning.split(" ");
    if (!byPlace.has(place)) byPlace.set(place, warning);
  }
  return byPlace.values();
}

/** @returns {string[]} documents, relative to the root */
function documents() {
  const inDocs = readdirSync(inRoot("docs"), { recursive: true, encoding: "utf8" });
  const atRoot = readdirSync(inRoot()).filter((file) => file.endsWith(".md"));
  return [
    ...atRoot,
    ...inDocs.filter((file) => file.endsWith(".md")).map((file) => path.join("docs", file)),
  ];
}

function links() {
  const broken = documents().flatMap((document) => {
    const text = readFileSync(inRoot(document), "utf8");
    const targets = [...text.matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)].map(
      ([, target = ""]) => target,
    );
    return targets
      .filter((target) => !existsSync(inRoot(path.dirname(document), target)))
      .map((target) => `${document}: the link to ${target} leads nowhere`);
  });
  for (const fault of broken) console.error(fault);
  return broken.length === 0;
}

/**
 * @typedef {{ from: string, line: number, code: string }} Snippet `line` counts from 0
 * @returns {Snippet[]}
 */
function collect() {
  const sources = readdirSync(inRoot("src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => path.join("src", file));
  return [...documents(), ...sources].flatMap((from) => {
    const text = readFileSync(inRoot(from), "utf8");
    // In a comment every line of a block begins with the same " * ".
    const fence = from.endsWith(".ts")
      ? /^( *\* )```ts\n(.*?)^ *\* ```$/gms
      : /^()```ts\n(.*?)^```$/gms;
    return [...text.matchAll(fence)].map(({ 1: margin = "", 2: body = "", index }) => ({
      from,
      line: text.slice(0, index).split("\n").length,
      code: body.replaceAll(/^ *\*(?: |$)/gm, (lead) => (margin ? "" : lead)),
    }));
  });
}

function snippets() {
  rmSync(SNIPPETS, { recursive: true, force: true });
  mkdirSync(SNIPPETS, { recursive: true });
  const all = collect().map((snippet, index) => {
    const file = path.join(SNIPPETS, `${index}.ts`);
    // Pushed down to its line, so that the compiler's complaints point into the document.
    writeFileSync(file, `${"\n".repeat(snippet.line)}${snippet.code}export {};\n`);
    return { ...snippet, file };
  });
  const faults = compile(all);
  const runnable = all.filter(({ code }) => code.includes('"holdfast/simulator"'));
  const ran = faults === 0 ? runnable.filter(runs) : [];
  console.log(
    `documents: ${all.length} blocks compiled, ${ran.length} of ${runnable.length} runnable ones ran`,
  );
  return faults === 0 && ran.length === runnable.length;
}

/** @param {(Snippet & { file: string })[]} all */
function compile(all) {
  const { config } = ts.readConfigFile(inRoot("tsconfig.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(
    {
      ...config.compilerOptions,
      paths: {},
      isolatedDeclarations: false,
      declaration: false,
      noUnusedLocals: false,
    },
    inRoot(),
  );
  const program = ts.createProgram(
    all.map(({ file }) => file),
    options,
  );
  const faults = ts.getPreEmitDiagnostics(program);
  for (const { file, start = 0, messageText } of faults) {
    const snippet = all.find(
      (candidate) => candidate.file === path.normalize(file?.fileName ?? ""),
    );
    const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    console.error(
      `${snippet?.from ?? file?.fileName}:${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
  }
  return faults.length;
}

/** @param {Snippet & { file: string }} snippet */
function runs({ file, from, line }) {
  const node = [process.execPath, "--import", "./scripts/typescript-loader.mjs", file];
  const { ok, output, timedOut } = run(node, { output: "capture", timeoutMs: RUN_LIMIT_MS });
  if (!ok) {
    console.error(
      `${from}:${line + 1}: the program ${timedOut ? "did not end" : "failed"}\n${output}`,
    );
  }
  return ok;
}
