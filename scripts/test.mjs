// npm test: sets up what is missing, then every test. Arguments go to vitest: a path, `--project unit`, `-t name`.
import { run, tool } from "./project.mjs";
import { setUp } from "./setup.mjs";

await setUp();
const args = process.argv.slice(2);
// A developer's own keys must neither reach a test nor change what it does, unless they are asked for:
// HOLDFAST_PAPER=1 npm test -- runs the tests of the real paper venue, and nothing else.
const paper = process.env["HOLDFAST_PAPER"] === "1";
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => paper || !/^(ALPACA|APCA|HOLDFAST)_/.test(name)),
);
const project = paper ? ["--project", "paper"] : [];
process.exitCode = run([...tool("vitest"), "run", ...project, ...args], { env }).status;
