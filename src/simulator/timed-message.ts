import { ConfigError } from "../core/errors.ts";
import type { WireData } from "../venues/alpaca/wire.ts";
import type { TimedMessage } from "./outgoing-batch.ts";
import { parseTime } from "./venue-time.ts";

const TIME_KEYS = ["t", "ft", "created_at", "updated_at"] as const;

/**
 * A message from outside with its moments read, so that both encodings can write them.
 * @throws ConfigError when a moment is not RFC 3339.
 * @internal
 */
export function timedMessage(message: WireData): TimedMessage {
  const timed: Record<string, unknown> = { ...message };
  const faults: string[] = [];
  for (const key of TIME_KEYS) {
    const text = timed[key];
    if (text === undefined) continue;
    timed[key] = typeof text === "string" ? parseTime(text) : undefined;
    if (timed[key] === undefined)
      faults.push(`${key} must be RFC 3339, not ${JSON.stringify(text)}`);
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return timed as unknown as TimedMessage;
}
