import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const FOLDER = new URL("../peers/", import.meta.url);
const INSTALL = ["i", "--no-package-lock", "--ignore-scripts", "--omit=optional", "--no-audit"];

/**
 * A package of bench/peers/package.json, which no one else needs: installed there at first use.
 * @throws when it cannot be installed
 */
export async function importPeer<T>(name: string): Promise<T> {
  if (!existsSync(new URL(`node_modules/${name}/`, FOLDER))) {
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    await promisify(execFile)(npm, INSTALL, { cwd: fileURLToPath(FOLDER) });
  }
  return createRequire(new URL("package.json", FOLDER))(name) as T;
}
