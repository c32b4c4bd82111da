import type { Faults } from "../core/faults.ts";
import type { Fault } from "../simulator/fault.ts";
import { parseDuration } from "./duration.ts";

/** Everything that `--fault` can make go wrong, as the help tells it. */
export const FAULT_KINDS: Readonly<Record<Fault["kind"], string>> = {
  cut: "the connection is gone, without a close frame",
  close: "a close frame, as from a restarting server (code, reason)",
  ghost: "the path is lost, and the dead session keeps its slot (ghostMs)",
  mute: "open and answering pings, but no data (durationMs)",
  "half-open": "nothing is read or answered any more",
  "truncated-frame": "a frame that breaks off in the middle",
  "garbage-frame": "a frame that is neither JSON nor MessagePack (bytes)",
  "slow-drip": "a few bytes at a time (chunkBytes, delayMs)",
  "slow-client": "407, as for a client that reads too slowly",
  "reject-auth": "the answer to the keys is an error (code: 402 404 406 409 411)",
  "handshake-status": "the upgrade is answered with this HTTP status (status)",
  "stall-handshake": "the upgrade is never answered",
  "no-welcome": "no greeting after the upgrade",
  "no-auth-reply": "the keys are never answered",
  "reject-subscribe": "a subscription is refused (code: 400 405 410)",
  "late-ack": "a subscription is acknowledged late (delayMs)",
  "no-ack": "a subscription is not acknowledged",
  "partial-ack": "every second symbol is left out",
  "keyless-ack": "an acknowledgement lacks channels (keys=lulds+statuses)",
  "http-error": "an error instead of an answer (status, html, ratio, path)",
  "http-reset": "the connection breaks under a request (at, how, ratio)",
  "http-stall": "an answer comes late (ms, at, ratio)",
  "http-body": "a wrong body (body: empty truncated html)",
  "http-page": "a wrong page of history (page: empty repeated-token duplicate-row)",
  "http-keep-alive-close": "a kept connection is closed when it is used again",
  "http-idle-drop": "idle connections are dropped at random (meanMs)",
};

/** Short names of the fields that say when and how often. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  after: "afterMs",
  for: "durationMs",
  messages: "afterMessages",
};

/**
 * Reads `KIND[:key=value,…]`, such as `cut:after=3s,count=2`. Only the spelling is judged here; whether
 * the fields fit the kind is for the simulator to say.
 */
export function faultFlag(text: string, faults: Faults): Fault | undefined {
  const colon = text.indexOf(":");
  const kind = (colon === -1 ? text : text.slice(0, colon)).trim();
  if (!Object.hasOwn(FAULT_KINDS, kind)) {
    const known = Object.keys(FAULT_KINDS).join(", ");
    faults.add(`--fault ${JSON.stringify(text)}: the kind must be one of ${known}`);
    return undefined;
  }
  const fields: Record<string, unknown> = { kind };
  for (const pair of colon === -1 ? [] : text.slice(colon + 1).split(",")) {
    const [, key = "", value = ""] = /^\s*([A-Za-z]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    if (key === "") {
      faults.add(
        `--fault ${JSON.stringify(text)}: ${JSON.stringify(pair)} is not of the form key=value`,
      );
      return undefined;
    }
    const name = SHORT_NAMES[key] ?? key;
    fields[name] = readValue(name, value);
  }
  return fields as unknown as Fault;
}

function readValue(name: string, text: string): unknown {
  if (name === "keys") return text.split("+");
  if (text === "true" || text === "false") return text === "true";
  const takesTime = name === "ms" || name.endsWith("Ms");
  const durationMs = takesTime ? parseDuration(text) : undefined;
  if (durationMs !== undefined) return durationMs;
  const value = text === "" ? Number.NaN : Number(text);
  return Number.isNaN(value) ? text : value;
}
