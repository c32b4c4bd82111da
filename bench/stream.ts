// The stream: from bytes to models, from the socket to a callback, through a message handler, through a
// thread; the full tape for a minute; memory after a thousand reconnects; what compression costs.
//
// --only receive,decode: some parts; --quick: half as long; --json: a line per measure.
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { measureCompression } from "./stream/compression.ts";
import { measureCycles } from "./stream/cycles.ts";
import { measureDecode } from "./stream/decode.ts";
import { measureFullTape } from "./stream/full-tape.ts";
import { measureIsolate } from "./stream/isolate.ts";
import { measureMessageHandler } from "./stream/message-handler.ts";
import { measureReceive } from "./stream/receive.ts";
import { type Measure, report } from "./support/measure.ts";

const PARTS: Readonly<Record<string, (scale: number) => Promise<Measure[]>>> = {
  decode: measureDecode,
  "message-handler": measureMessageHandler,
  receive: measureReceive,
  compression: measureCompression,
  "full-tape": measureFullTape,
  cycles: measureCycles,
  isolate: measureIsolate,
};

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    only: { type: "string", default: Object.keys(PARTS).join(",") },
  },
});
const names = values.only.split(",");
const unknown = names.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`no part ${unknown.join(", ")}; there is ${Object.keys(PARTS).join(", ")}`);
  process.exit(2);
}

const measures: Measure[] = [];
for (const name of names) {
  const beganMs = performance.now();
  console.error(`${name} … (load ${loadNow()})`);
  measures.push(...((await PARTS[name]?.(values.quick ? 0.5 : 1)) ?? []));
  const seconds = Math.round((performance.now() - beganMs) / 1_000);
  console.error(`${name} took ${seconds} s (load ${loadNow()})`);
}
report(measures, values.json);

/** What the machine did in the last minute: figures are worth little when others kept it busy. */
function loadNow(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}
