// npm run chaos: everything goes wrong, and nothing may be lost. See --help.
import { run } from "./project.mjs";
import { setUp } from "./setup.mjs";

await setUp();
const node = [process.execPath, "--import", "./scripts/typescript-loader.mjs"];
process.exitCode = run([...node, "test/chaos/main.ts", ...process.argv.slice(2)]).status;
