// npm start: sets up what is missing, then `holdfast watch` in this very process, so that the first
// message is not kept waiting by another one.
import { pathToFileURL } from "node:url";
import { inRoot } from "./project.mjs";
import { setUp } from "./setup.mjs";

await setUp();
const main = inRoot("dist", "cli", "main.js");
process.argv.splice(1, 1, main, "watch");
await import(pathToFileURL(main).href);
