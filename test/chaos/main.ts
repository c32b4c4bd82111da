// npm run chaos: trades and bars of many symbols while the venue does everything wrong that it can,
// and then the count of what is missing, double, out of order, or missing without a word.
import { parseArgs } from "node:util";
import { freshSeed } from "../../src/core/random.ts";
import { runChaos } from "./chaos-run.ts";

const HELP = `npm run chaos -- [options]

  --seed N        decides the market and everything that goes wrong (a fresh one, which is printed)
  --cuts N        how often something goes wrong (200)
  --minutes M     for how long (2)
  --symbols N     how many symbols are streamed (200)
  --no-backfill   the control: what is missed is told and not repaired
  --json          one line of JSON at the end, and nothing else on standard output
  --help

Exit code 0 when nothing is lost, double, out of order or unreported; without back-fill, when what is
told as lost is exactly what is missing. 1 otherwise, 2 for a wrong option.`;

const faults: string[] = [];
const values = read();
const count = (
  name: "seed" | "cuts" | "minutes" | "symbols",
  least: number,
  usual: number,
): number => {
  const given = values[name];
  const number = given === undefined ? usual : Number(given);
  if (!Number.isFinite(number) || number < least)
    faults.push(`--${name} must be a number of at least ${least}`);
  return number;
};
const seed = count("seed", 0, freshSeed());
const cuts = count("cuts", 1, 200);
const minutes = count("minutes", 0.05, 2);
const symbols = count("symbols", 1, 200);
if (values.help) console.log(HELP);
else if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exitCode = 2;
} else process.exitCode = await main();

async function main(): Promise<number> {
  const policy = values["no-backfill"] ? "report" : "repair";
  console.error(`seed ${seed}: ${cuts} mishaps in ${minutes} min, ${symbols} symbols, ${policy}`);
  const result = await runChaos({
    seed,
    cuts,
    durationMs: minutes * 60_000,
    symbols,
    policy,
    progress: (line) => console.error(line),
  });
  if (values.json) console.log(JSON.stringify(result));
  else console.table(result);
  const { lost, duplicated, outOfOrder, unreported, falselyReported } = result;
  const isRight = duplicated + outOfOrder + unreported + falselyReported === 0;
  return isRight && (policy === "report" || lost === 0) ? 0 : 1;
}

interface Flags {
  readonly seed?: string;
  readonly cuts?: string;
  readonly minutes?: string;
  readonly symbols?: string;
  readonly "no-backfill"?: boolean;
  readonly json?: boolean;
  readonly help?: boolean;
}

function read(): Flags {
  const string = { type: "string" } as const;
  const boolean = { type: "boolean" } as const;
  try {
    const options = {
      seed: string,
      cuts: string,
      minutes: string,
      symbols: string,
      "no-backfill": boolean,
      json: boolean,
      help: boolean,
    };
    return parseArgs({ options }).values;
  } catch (thrown) {
    faults.push(thrown instanceof Error ? thrown.message : String(thrown));
    return {};
  }
}
