import { CommanderError } from "commander";
import { ConfigError } from "../core/errors.ts";
import { type ErrorCode, isHoldfastError, messageOf } from "../core/holdfast-error.ts";
import { OutputError } from "./output-error.ts";

/** What to look at, for failures that the person at the keyboard can do something about. */
const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  ERR_AUTH_REJECTED: "check the key pair; paper and live accounts have different ones",
  ERR_NOT_ENTITLED: "choose another --feed; iex is in every plan",
  ERR_HANDSHAKE_REJECTED: "check the address and the feed",
  ERR_RETRIES_EXHAUSTED: "--max-reconnects says when to give up",
  ERR_SUBSCRIPTION_REJECTED: "check the symbols, and how many the plan allows",
};

const MISUSED = 2;
const FAILED = 1;

/** Says what went wrong, without a stack, and gives the exit status: 2 for wrong input, else 1. */
export function reportFailure(thrown: unknown, say: (text: string) => void): number {
  if (thrown instanceof CommanderError) {
    if (thrown.exitCode === 0) return 0; // help and version
    say(oneLine(thrown.message));
    return MISUSED;
  }
  if (thrown instanceof ConfigError) {
    const [first = "", ...others] = thrown.faults;
    if (others.length === 0) say(first);
    else say(["the command line has several faults", ...thrown.faults].join("\n  - "));
    return MISUSED;
  }
  if (isHoldfastError(thrown)) {
    const hint = HINTS[thrown.code];
    const cause = isHoldfastError(thrown.cause) ? `: ${thrown.cause.message}` : "";
    say(`${thrown.message}${cause} [${thrown.code}]${hint ? ` – ${hint}` : ""}`);
    return FAILED;
  }
  if (thrown instanceof OutputError) say(thrown.message);
  else say(`unexpected failure, please report it: ${messageOf(thrown)}`);
  return FAILED;
}

/** Commander says what it suggests on a line of its own. */
function oneLine(message: string): string {
  return message
    .replace(/^error: /, "")
    .replace(/\n\((Did you mean .*)\)$/s, " – $1")
    .replaceAll(/\s*\n\s*/g, " ");
}
