// node --import ./scripts/typescript-loader.mjs FILE.ts: lets Node 20 run the programs in bench/ and
// examples/ as they are. Only types are taken away (the compiler settings allow nothing else), so what
// runs is what was written, and line numbers stay.
import { register } from "node:module";

register("./typescript-hooks.mjs", import.meta.url);
