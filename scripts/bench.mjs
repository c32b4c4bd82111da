// npm run bench -- NAME [--json …]: one measurement of bench/NAME.ts against what is built. Without a
// name it lists them. The figures decide nothing here: a slow machine is not a broken one.
import { existsSync, readdirSync } from "node:fs";
import { inRoot, run } from "./project.mjs";
import { setUp } from "./setup.mjs";

const folder = inRoot("bench");
const names = existsSync(folder)
  ? readdirSync(folder)
      .filter((file) => file.endsWith(".ts"))
      .map((file) => file.slice(0, -".ts".length))
      .sort()
  : [];
const [name, ...args] = process.argv.slice(2);

if (name === undefined) {
  console.log(names.map((known) => `npm run bench -- ${known}`).join("\n"));
} else if (!names.includes(name)) {
  console.error(`no benchmark ${JSON.stringify(name)}; there is ${names.join(", ") || "none yet"}`);
  process.exitCode = 2;
} else {
  await setUp();
  const node = [process.execPath, "--expose-gc", "--import", "./scripts/typescript-loader.mjs"];
  process.exitCode = run([...node, `bench/${name}.ts`, ...args]).status;
}
