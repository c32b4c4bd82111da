import { readFileSync } from "node:fs";
import { Command } from "commander";
import { simCommand } from "./sim-command.ts";
import { watchCommand } from "./watch-command.ts";

const EXAMPLES = `
Try:
  holdfast watch                  a live market in your terminal, simulated without keys
  holdfast watch --cut-after 3s   a lost connection, and how it comes back
  holdfast sim                    a venue on this machine, for your own programs
`;

/** The whole command line. Failures are thrown, as commander's errors or ours. */
export function createProgram(): Command {
  const program = new Command("holdfast")
    .description("One connection to a venue that stays up, and says what got through.")
    .version(packageVersion(), "-v, --version", "show the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .addHelpText("after", EXAMPLES);
  for (const command of [watchCommand(), simCommand()]) program.addCommand(command);
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .configureOutput({ outputError: () => {} }) // thrown as well, and said once
      .showSuggestionAfterError();
  }
  return program;
}

function packageVersion(): string {
  const manifest = new URL("../../package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  return version;
}
