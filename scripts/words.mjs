// Part of npm run check: no file of the project names a machine, a registry or a key. Such a line works
// for its author alone, or tells a stranger too much.
import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { inRoot, root } from "./project.mjs";

const NOT_OURS = new Set(["node_modules", "dist", ".git", ".cache", "coverage"]);

/** Each written so that it does not match itself. @type {[string, RegExp][]} */
const FORBIDDEN = [
  ["a path of this machine", new RegExp([root, `${homedir()}/`].map(escaped).join("|"))],
  ["a path of some machine", /\/(?:home|Users)\/[\w.]+\/|[A-Z]:\\Users\\/],
  ["a registry address", /registry[.][\w-]+[.][a-z]|"resolved"[:] "/],
  ["something shaped like a key", /\b[PAC]K(?=[A-Z]*\d)[A-Z0-9]{18,24}\b/],
];

/** @param {string} text */
function escaped(text) {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** @param {string} folder @returns {string[]} files below it, relative to the root */
function filesBelow(folder) {
  return readdirSync(inRoot(folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : filesBelow(name);
    return entry.isFile() ? [name] : [];
  });
}

const files = filesBelow("");
const faults = files.flatMap((file) =>
  readFileSync(inRoot(file), "utf8")
    .split("\n")
    .flatMap((line, index) =>
      FORBIDDEN.filter(([, pattern]) => pattern.test(line)).map(
        ([what]) => `${file}:${index + 1}: ${what}: ${line.trim().slice(0, 120)}`,
      ),
    ),
);
for (const fault of faults) console.error(fault);
console.log(`words: ${files.length} files, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
