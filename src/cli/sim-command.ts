import { Command, Option } from "commander";
import { systemClock } from "../core/clock.ts";
import { Faults } from "../core/faults.ts";
import type { SimulatorOptions } from "../simulator/options.ts";
import { numberFlag } from "./number-flag.ts";
import {
  addSimulatorFlags,
  FAULT_HELP,
  type RawSimulatorFlags,
  readSimulatorFlags,
} from "./simulator-flags.ts";
import { stopOnSignals } from "./stop-signal.ts";

/** Reads as HOLD on a telephone. */
const DEFAULT_PORT = "4653";

const EXAMPLES = `
Examples:
  holdfast sim                                     on port ${DEFAULT_PORT}, another market each time
  holdfast sim --seed 7 --start-time 2026-01-05T14:30:00Z
                                                   the same market, to the message, every time
  holdfast sim --rate 1000                         a busy one
  holdfast sim --load 500000                       8000 stocks, half a million messages a second
  holdfast sim --fault cut:after=5s,count=3        cuts the first three sessions
  curl -d '{"kind":"ghost","ghostMs":4000}' http://127.0.0.1:${DEFAULT_PORT}/__simulator/faults
                                                   something goes wrong now
  curl http://127.0.0.1:${DEFAULT_PORT}/__simulator/state
                                                   what has happened so far
`;

interface RawSimFlags extends RawSimulatorFlags {
  readonly port: string;
  readonly host: string;
  readonly json?: boolean;
}

/** `holdfast sim`. */
export function simCommand(): Command {
  const command = new Command("sim")
    .summary("run a simulated venue for your own programs")
    .description(
      "Runs a simulated Alpaca: its data streams and the calls that read market data,\nfrom one seeded market. Any key pair is accepted.",
    )
    .optionsGroup("Where:")
    .addOption(option("--port <number>", "the port; 0 takes a free one", DEFAULT_PORT))
    .addOption(option("--host <address>", "the address to listen on", "127.0.0.1"))
    .option("--json", "what happens as NDJSON on standard output");
  addSimulatorFlags(command, "What it does:");
  return command
    .optionsGroup("Help:")
    .helpOption("-h, --help", "show this help")
    .addHelpText("after", `${EXAMPLES}\n${FAULT_HELP}`)
    .action(async (raw: RawSimFlags) => {
      await simulate(await planSimulator(raw), raw.json === true);
    });
}

function option(flags: string, what: string, byDefault: string): Option {
  return new Option(flags, what).default(byDefault, byDefault);
}

async function planSimulator(raw: RawSimFlags): Promise<SimulatorOptions> {
  const faults = new Faults();
  const port = numberFlag("--port", raw.port, faults);
  const network = { host: raw.host, ...(port !== undefined && { port }) };
  const options = await readSimulatorFlags(raw, network, faults);
  faults.throwIfAny();
  return options;
}

async function simulate(options: SimulatorOptions, json: boolean): Promise<void> {
  const stop = new AbortController();
  const signals = stopOnSignals(systemClock, stop);
  const [{ startSimulator }, { SimulatorLog }] = await Promise.all([
    import("../simulator/simulator.ts"),
    import("./simulator-log.ts"),
  ]);
  const simulator = await startSimulator(options);
  try {
    const log = new SimulatorLog(simulator, { json, clock: systemClock, stop });
    await log.untilStopped();
  } finally {
    await simulator.close();
    signals[Symbol.dispose]();
  }
}
