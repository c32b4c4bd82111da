// npm run api: the public surface, one report in etc/ for each entry point. Fails when what is built
// differs from what was agreed; `npm run api -- --update` agrees. A public signature then never changes
// without somebody reading the change.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Extractor, ExtractorConfig } from "@microsoft/api-extractor";
import { builtFrom, ENTRY_POINTS, inRoot } from "./project.mjs";
import { setUp } from "./setup.mjs";

const REPORTS = inRoot("etc");
/** Where the report of this run goes; the agreed one stays as it is until `--update`. */
const FRESH = inRoot(".cache", "api");

const update = process.argv.includes("--update");
await setUp();
mkdirSync(REPORTS, { recursive: true });
mkdirSync(FRESH, { recursive: true });

const reports = ENTRY_POINTS.map(({ name, source }) => report(name, builtFrom(source, ".d.ts")));
process.exitCode = reports.every(Boolean) ? 0 : 1;

/** @param {string} name @param {string} declarations */
function report(name, declarations) {
  const fileName = `${name}.api.md`;
  /** @type {string[]} */
  const complaints = [];
  const { errorCount, apiReportChanged } = Extractor.invoke(prepare(fileName, declarations), {
    localBuild: update,
    messageCallback: (message) => {
      message.handled = true;
      // How the report differs is told below, in lines instead of in a pair of file names.
      if (message.messageId.startsWith("console-api-report")) return;
      if (isExportedByMainEntry(name, message)) return;
      const at = message.sourceFilePath
        ? `${path.relative(inRoot(), message.sourceFilePath)}:${message.sourceFileLine} `
        : "";
      if (/error|warning/.test(message.logLevel)) complaints.push(`${at}${message.text}`);
    },
  });
  for (const complaint of complaints) console.error(`${fileName}: ${complaint}`);
  if (apiReportChanged && !update) {
    console.error(`${fileName} is not what was agreed (npm run api -- --update agrees):`);
    console.error(difference(path.join(REPORTS, fileName), path.join(FRESH, fileName)));
  }
  const state = apiReportChanged ? (update ? "updated" : "differs") : "as agreed";
  console.log(
    `etc/${fileName}: ${state}${complaints.length ? `, ${complaints.length} complaints` : ""}`,
  );
  return errorCount === 0 && complaints.length === 0 && (update || !apiReportChanged);
}

/**
 * A type that only `holdfast` exports is reachable for a user of the other entry points too.
 * @param {string} name
 * @param {import("@microsoft/api-extractor").ExtractorMessage} message
 */
function isExportedByMainEntry(name, { messageId, text }) {
  const main = path.join(FRESH, "index.api.md");
  if (name === "index" || messageId !== "ae-forgotten-export") return false;
  const [, symbol] = /"(\w+)"/.exec(text) ?? [];
  const exported = new RegExp(
    `^export .*\\b(class|interface|type|function|const) ${symbol}\\b`,
    "m",
  );
  return existsSync(main) && exported.test(readFileSync(main, "utf8"));
}

/** @param {string} fileName @param {string} declarations */
function prepare(fileName, declarations) {
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: inRoot("package.json"),
    configObject: {
      projectFolder: inRoot(),
      mainEntryPointFilePath: inRoot(declarations),
      newlineKind: "lf",
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: "ES2022",
            lib: ["ES2023", "ESNext.Disposable"],
            module: "NodeNext",
            moduleResolution: "NodeNext",
            types: ["node"],
            strict: true,
            skipLibCheck: true,
          },
          files: [inRoot(declarations)],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: fileName,
        reportFolder: REPORTS,
        reportTempFolder: FRESH,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: /** @type {any} */ ({
        compilerMessageReporting: { default: { logLevel: "warning" } },
        extractorMessageReporting: {
          default: { logLevel: "warning" },
          // TypeDoc asks for the words, in npm run docs.
          "ae-undocumented": { logLevel: "none" },
          "ae-internal-missing-underscore": { logLevel: "none" },
        },
        tsdocMessageReporting: { default: { logLevel: "warning" } },
      }),
    },
  });
}

/** Lines of one report that the other has not. @param {string} agreed @param {string} fresh */
function difference(agreed, fresh) {
  const lines = [agreed, fresh].map((file) =>
    existsSync(file) ? readFileSync(file, "utf8").split("\n") : [],
  );
  const [before = [], after = []] = lines;
  const gone = before.filter((line) => !after.includes(line)).map((line) => `- ${line}`);
  const come = after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`);
  return [...gone, ...come].join("\n") || "(the same lines in another order)";
}
