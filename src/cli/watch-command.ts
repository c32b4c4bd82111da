import { Command } from "commander";
import { systemClock } from "../core/clock.ts";
import { ALPACA_FEEDS, FEEDS } from "../venues/alpaca/endpoints.ts";
import { OutputError } from "./output-error.ts";
import { addSimulatorFlags, FAULT_HELP } from "./simulator-flags.ts";
import { stopOnSignals } from "./stop-signal.ts";
import { planWatch, type RawWatchFlags, type WatchPlan } from "./watch-plan.ts";
import type { WatchView } from "./watch-view.ts";

const EXAMPLES = `
Examples:
  holdfast watch                                   five stocks, simulated or with your keys
  holdfast watch AAPL NVDA --channels trades       only what was traded
  holdfast watch --feed crypto BTC/USD ETH/USD     another feed
  holdfast watch --json --duration 8s > tape.json  a recording, the last line is its summary
  holdfast watch --cut-after 3s                    see a lost connection come back
  holdfast watch --fault mute:after=5s --stale-after 3s
  holdfast watch --url http://127.0.0.1:4653       a simulator or gateway that runs elsewhere

Environment:
  ALPACA_API_KEY, ALPACA_API_SECRET   your keys (or APCA_API_KEY_ID, APCA_API_SECRET_KEY);
                                      without them the built-in simulator is started
  HOLDFAST_URL                        like --url
  NO_COLOR                            no colours

Output: a live table in a terminal, one line an event when piped, NDJSON with --json. A reader that
falls 8 MiB behind loses data lines; how many is said on the output itself and in the summary.
Exit status: 0 at the end of --duration or after Ctrl-C, 1 when the venue refuses for good, 2 when
the command line is wrong.
`;

/** `holdfast watch`. */
export function watchCommand(): Command {
  const command = new Command("watch")
    .summary("stream live market data over one connection that heals itself")
    .description("Streams live market data over one connection that heals itself.")
    .argument(
      "[symbols...]",
      "such as AAPL MSFT or BTC/USD; * for all (default: a few of the feed's)",
    )
    .optionsGroup("What to watch:")
    .option("--feed <name>", `one of ${ALPACA_FEEDS.join(", ")} (default: iex)`)
    .option(
      "--channels <list>",
      "such as trades,quotes,bars (default: these, where the feed has them)",
    )
    .option("--duration <time>", "end after 500ms, 8s, 5m, 1h, counted from the first connection")
    .option("--json", "NDJSON on standard output and nothing else there")
    .optionsGroup("Where from (default: Alpaca with the environment's keys, else the simulator):")
    .option("--url <address>", "a host that speaks Alpaca's protocol, such as holdfast sim")
    .option("--sim", "the built-in simulator, even if there are keys")
    .option("--live", "the keys are those of a live account (default: of a paper account)")
    .optionsGroup("The connection:")
    .option(
      "--stale-after <time>",
      "replace a connection that is silent this long in market hours, with --url at any time (default: 60s)",
    )
    .option("--max-reconnects <n>", "give up after so many failures in a row (default: never)");
  addSimulatorFlags(command, "The built-in simulator:");
  return command
    .optionsGroup("Help:")
    .helpOption("-h, --help", "show this help")
    .addHelpText("after", `${EXAMPLES}\n${FAULT_HELP}`)
    .action(async (symbols: readonly string[], raw: RawWatchFlags) => {
      await watch(await planWatch(symbols, raw, process.env));
    });
}

async function watch(plan: WatchPlan): Promise<void> {
  const stop = new AbortController();
  const signals = stopOnSignals(systemClock, stop);
  const { openVenue } = await import("./open-venue.ts");
  // The simulator's thread starts while this one loads the rest.
  const opening = openVenue(plan.venue);
  const [{ WatchRun }, venue] = await Promise.all([import("./watch-run.ts"), opening]);
  let outputError: Error | undefined;
  const onClosed = (error: NodeJS.ErrnoException): void => {
    // A reader that has seen enough (`| head`) is no fault of anybody's.
    if (error.code !== "EPIPE") outputError = new OutputError(error);
    stop.abort(error);
  };
  try {
    process.stderr.write(`holdfast: ${venue.announcement}\n`);
    const view = await openView(plan, venue.label, onClosed);
    const failure = await new WatchRun(plan, venue, view, stop).untilStopped();
    if (failure !== undefined) throw failure;
    if (outputError !== undefined) throw outputError;
  } finally {
    await venue.close();
    signals[Symbol.dispose]();
  }
}

async function openView(
  plan: WatchPlan,
  venue: string,
  onClosed: (error: NodeJS.ErrnoException) => void,
): Promise<WatchView> {
  const { stdout } = process;
  if (plan.json) {
    const { JsonView } = await import("./json-view.ts");
    return new JsonView(stdout, systemClock, onClosed);
  }
  if (stdout.isTTY && process.env["TERM"] !== "dumb") {
    const { TableView } = await import("./table-view.ts");
    const { symbols, feed } = plan;
    const marketMayBeClosed = plan.venue.kind !== "simulator" && FEEDS[feed].hours === "stocks";
    const facts = { symbols, feed, venue, marketMayBeClosed };
    return TableView.open(stdout, systemClock, facts, onClosed);
  }
  const { LineView } = await import("./line-view.ts");
  return new LineView(stdout, systemClock, onClosed);
}
