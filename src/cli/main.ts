#!/usr/bin/env node
import { createProgram } from "./program.ts";
import { reportFailure } from "./report-failure.ts";

// A reader of our messages that is gone must not end what we are doing.
process.stderr.on("error", () => {});

const args = process.argv.slice(2);

try {
  await createProgram().parseAsync(args.length > 0 ? args : ["--help"], { from: "user" });
} catch (thrown) {
  process.exitCode = reportFailure(thrown, (text) => process.stderr.write(`holdfast: ${text}\n`));
}
